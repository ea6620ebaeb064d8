"""Waybill numbers: unique, gapless behind the shuffle, never guessed, every slip caught."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.core.opaque import unshuffle
from apps.tracking.models import NumberSeries, Waybill
from apps.tracking.numbers import (
    CAPACITY,
    compose,
    group_number,
    parse_waybill_number,
)
from apps.tracking.services import issue_waybills
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import new_waybill, waybill, waybills

KEY = "00" * 31 + "07"
GOOD = compose("YP", 41, KEY)
requirement = pytest.mark.requirement

serials = st.integers(0, CAPACITY - 1)


@requirement("TRK-1")
@given(serials, st.data())
def test_every_mistyped_digit_and_every_swap_is_caught(serial: int, data: st.DataObject) -> None:
    number = compose("YP", serial, KEY)
    assert parse_waybill_number(number) == number
    place = data.draw(st.integers(2, len(number) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    with pytest.raises(BadInput) as wrong:
        parse_waybill_number(number[:place] + digit + number[place + 1 :])
    assert wrong.value.code == "number_check_digit"
    if place + 1 < len(number) and number[place] != number[place + 1]:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        with pytest.raises(BadInput):
            parse_waybill_number(swapped)


@pytest.mark.parametrize(
    "typed",
    [
        GOOD.lower(),
        f"  {GOOD}\n",
        group_number(GOOD),
        "-".join([GOOD[:2], GOOD[2:8], GOOD[8:]]),
        "".join(chr(ord(c) + 0xFEE0) for c in GOOD),
        GOOD[:5] + "\u200b" + GOOD[5:],
        GOOD[:5] + "\u3000" + GOOD[5:],
    ],
)
def test_a_number_is_understood_however_it_was_typed(typed: str) -> None:
    assert parse_waybill_number(typed) == GOOD


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_empty"),
        ("   ", "number_empty"),
        ("YP", "number_length"),
        (GOOD[:-1], "number_length"),
        (GOOD + "1", "number_length"),
        ("YP" + "9" * 5_000, "number_length"),
        ("SF" + GOOD[2:], "number_prefix"),
        (GOOD[2:], "number_prefix"),
        ("YP1234567890A2", "number_characters"),
        ("YP１２３٤567890123", "number_characters"),
        ("YP\x00" + GOOD[2:], "number_characters"),
        ("YP\ud800" + GOOD[2:], "number_characters"),
        ("'; DROP TABLE waybill; --", "number_prefix"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_waybill_number(typed)
    assert refused.value.code == code
    assert str(refused.value)
    assert str(refused.value).isprintable()


@requirement("TRK-1")
@pytest.mark.django_db
def test_a_waybill_has_a_number_a_month_and_a_customer() -> None:
    made = waybill()
    assert parse_waybill_number(made.number) == made.number
    assert made.issued_month.day == 1
    assert made.customer_id
    assert made.consignee_phone == "+8613900139002"
    assert len(made.consignee_phone_index) == 32
    assert made.status == "created"


@requirement("TRK-1")
@pytest.mark.django_db
def test_a_failed_transaction_gives_its_numbers_back() -> None:
    waybill()
    before = NumberSeries.objects.get().last_serial
    with pytest.raises(RuntimeError), transaction.atomic():
        waybills(3)
        raise RuntimeError
    waybills(2)
    assert NumberSeries.objects.get().last_serial == before + 2


@pytest.mark.django_db
def test_a_bad_phone_issues_nothing() -> None:
    by = system_user("tests")
    spec = new_waybill(consignee_phone="12")
    with pytest.raises(BadInput), transaction.atomic():
        issue_waybills(specs=[spec], by=by, at=timezone.now())
    assert not Waybill.objects.exists()


@pytest.mark.django_db
def test_a_used_up_series_says_so() -> None:
    waybill()
    NumberSeries.objects.update(last_serial=CAPACITY - 1)
    with pytest.raises(RuleBroken, match="YP"):
        waybill()


@requirement("TRK-1")
@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_when_many_issue_at_once() -> None:
    customer = CustomerFactory()
    by = system_user("tests")

    def issue(n: int) -> list[str]:
        try:
            made = issue_waybills(
                specs=[new_waybill(customer) for _ in range(n % 3 + 1)], by=by, at=timezone.now()
            )
            return [w.number for w in made]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = [n for batch in pool.map(issue, range(24)) for n in batch]
    series = NumberSeries.objects.get()
    assert len(set(numbers)) == len(numbers) == 48
    assert sorted(unshuffle(int(n[2:-1]), series.key, CAPACITY) for n in numbers) == list(range(48))
    assert series.last_serial == 47
