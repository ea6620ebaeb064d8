"""Prices that other systems state or assert: the engine comes to the same. The cases stand beside the
checkout; a lone clone has those of ``test_engine`` and ``test_versions``."""

from typing import Any

import pytest

from tests.banking.cases import rows
from tests.pricing.adapter import answer, same


@pytest.mark.requirement("BIL-1")
@pytest.mark.parametrize("case", rows("rating.jsonl"), ids=lambda case: case["id"])
def test_the_engine_comes_to_what_others_state(case: dict[str, Any]) -> None:
    got = answer(case)
    assert same(got, case["expected"]), got
