"""What services refuse, as tests ask for it."""

from collections.abc import Callable

import pytest
from django.db import transaction

from apps.core.errors import RuleBroken


def refusal_of(act: Callable[[], object]) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        act()
    return caught.value


def refused(act: Callable[[], object]) -> str:
    """The code of the refusal."""
    return refusal_of(act).code


def undone_refusal_of(act: Callable[[], object]) -> RuleBroken:
    """As for somebody whose transaction is over with the refusal."""
    with pytest.raises(RuleBroken) as caught, transaction.atomic():
        act()
    return caught.value


def refused_undone(act: Callable[[], object]) -> str:
    return undone_refusal_of(act).code
