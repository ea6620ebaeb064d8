"""What a claim comes to: total, bounded, readable (CMP-6)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.claims.enums import ClaimKind, Formula
from apps.claims.rules.assessing import Assessed, Facts, Incomplete, Terms, Thing, assess
from apps.claims.wording import LACKING, STEPS, missing_words, step_lines

pytestmark = pytest.mark.requirement("CMP-6")
D = Decimal
SENT = date(2026, 3, 1)
sums = st.decimals(min_value=0, max_value=100_000, places=2)
maybe = st.none() | sums
shares = st.decimals(min_value=D("0.01"), max_value=1, places=4)
things = st.builds(
    Thing, st.text(min_size=1, max_size=5), sums.filter(bool), maybe, st.just(D(0)) | sums
)
terms = st.builds(
    Terms,
    st.sampled_from(list(Formula)),
    shares,
    st.just(D(0)) | sums,
    st.none() | sums.filter(bool),
    st.booleans(),
    st.none() | shares,
    st.none() | sums.filter(bool),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
facts = st.builds(
    Facts, st.sampled_from(list(ClaimKind)), maybe, maybe, maybe, st.none() | st.integers(0, 400),
    st.just(SENT), st.lists(things, max_size=4),
)  # fmt: skip


@given(facts, terms)
def test_there_is_an_amount_with_steps_or_what_is_missing(of: Facts, by: Terms) -> None:
    found = assess(of, by)
    if isinstance(found, Incomplete):
        assert found.codes and set(found.codes) <= set(LACKING)
        assert missing_words(found.codes, found.things)
        return
    assert D(0) <= found.amount <= found.ceiling
    assert found.amount == found.amount.quantize(D("0.01"))
    assert found.steps and found.steps[-1].after == found.amount
    for language in ("zh-hans", "en"):
        with translation.override(language):
            lines = step_lines([step.plain() for step in found.steps])
            assert len(lines) == len(found.steps) and all(text for text, _sum in lines)
    if by.formula == Formula.INSURED_LOSS:
        assert of.insured_amount is not None and found.amount <= of.insured_amount
    if by.formula != Formula.FEE_BY_DAY:
        assert found.amount <= sum((one.proved or D(0) for one in of.things), D(0))
        assert found.amount <= sum((one.claimed for one in of.things), D(0))


@given(facts, terms, sums)
def test_more_that_is_proved_never_pays_less(of: Facts, by: Terms, more: Decimal) -> None:
    better = replace(
        of,
        things=[
            replace(one, proved=None if one.proved is None else one.proved + more)
            for one in of.things
        ],
    )
    was, now = assess(of, by), assess(better, by)
    assert type(was) is type(now)
    if isinstance(was, Assessed) and isinstance(now, Assessed):
        assert now.amount >= was.amount


def facts_of(**fields: Any) -> Facts:
    values: dict[str, Any] = {
        "kind": ClaimKind.DAMAGE, "insured_amount": None, "declared_value": None, "fee": D(20), "days_late": None,
        "shipped_on": SENT, "things": [Thing("瓷瓶", D(1000), D(800))],
    }  # fmt: skip
    return Facts(**{**values, **fields})


def codes(found: Any) -> list[str]:
    return [step.code for step in found.steps]


def test_uninsured_goods_are_paid_by_their_proved_value_whatever_the_fee() -> None:
    found = assess(facts_of(), Terms(Formula.PROVED_VALUE))
    assert isinstance(found, Assessed) and found.amount == D(800)


@pytest.mark.parametrize(
    ("explained", "amount", "code"),
    [(None, 800, "limit_not_explained"), (date(2026, 3, 2), 800, "limit_not_explained"), (date(2026, 2, 1), 300, "limit")],
)  # fmt: skip
def test_an_agreed_limit_counts_only_where_its_explanation_is_on_record(
    explained: date | None, amount: int, code: str
) -> None:
    by = Terms(Formula.PROVED_VALUE, limit=D(300), limit_explained_on=explained)
    found = assess(facts_of(), by)
    assert isinstance(found, Assessed) and found.amount == D(amount) and code in codes(found)


def test_insured_goods_are_paid_up_to_the_insured_amount_and_in_proportion_where_agreed() -> None:
    of = facts_of(insured_amount=D(500), declared_value=D(1000))
    most = assess(of, Terms(Formula.INSURED_LOSS))
    part = assess(of, Terms(Formula.INSURED_LOSS, proportional=True))
    assert isinstance(most, Assessed) and most.amount == D(500) and most.ceiling == D(500)
    assert isinstance(part, Assessed) and part.amount == D(400)


def test_a_delay_is_paid_by_days_up_to_the_fee() -> None:
    by = Terms(Formula.FEE_BY_DAY, fee_per_day=D("0.2"))
    two, nine = (assess(facts_of(kind=ClaimKind.DELAY, days_late=n), by) for n in (2, 9))
    assert isinstance(two, Assessed) and two.amount == D(8)
    assert isinstance(nine, Assessed) and nine.amount == D(20) and "fee_at_most" in codes(nine)
    assert assess(facts_of(kind=ClaimKind.DELAY, fee=None), by) == Incomplete(("fee", "days_late"))


def test_what_is_not_proved_is_named() -> None:
    found = assess(facts_of(things=[Thing("瓷瓶", D(10), None)]), Terms(Formula.PROVED_VALUE))
    assert found == Incomplete(("proof",), ("瓷瓶",))
    assert "瓷瓶" in missing_words(("proof",), ("瓷瓶",))


def test_each_step_has_words_for_what_it_says() -> None:
    assert set(STEPS) >= {
        "thing",
        "proportion",
        "limit",
        "limit_not_explained",
        "by_day",
        "share",
        "cap",
    }
