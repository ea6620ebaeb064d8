"""Outside companies of the messages that billing has sent, and of the invoices that it has issued."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles.tax_platform import TaxPlatform
from tests.notifications.conftest import mail

__all__ = ["bureau", "mail"]


@pytest.fixture
def bureau(settings: Any) -> Iterator[TaxPlatform]:
    with TaxPlatform() as platform:
        settings.TAX_CHANNEL = platform.settings
        yield platform
