"""One-time codes: who may have how many, and that nobody takes another's away (TRK-9, TRK-10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.notifications.enums import CodeAnswer, CodePurpose
from apps.notifications.models import OneTimeCode, SendStamp
from apps.notifications.services import purge_stamps
from apps.notifications.services.codes import NewCode, issue_code, try_code
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-9")]
NOON = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
HERS = "+8613800000001"


def new(asker: str = "192.0.2.1", address: str = HERS, **fields: Any) -> NewCode:
    values = {"purpose": CodePurpose.FOLLOW, "about": "1", "channel": "sms", **fields}
    return NewCode(address=address, asker=asker, **values)


def sent(many: list[NewCode], *, every: int = 61, at: datetime = NOON) -> int:
    """How many of these, asked one after the other, got a code."""
    got = 0
    for n, code in enumerate(many):
        try:
            issue_code(code, at=at + timedelta(seconds=every * n))
        except RuleBroken as refused:
            assert refused.code == "too_many_codes"
        else:
            got += 1
    return got


def test_one_asker_cannot_shut_the_owner_of_a_phone_out() -> None:
    assert sent([new()] * 20) == 3
    assert sent([new(asker="198.51.100.7")], at=NOON + timedelta(minutes=20)) == 1


def test_a_phone_is_rung_only_so_often_whoever_asks() -> None:
    assert sent([new(asker=f"192.0.2.{n}") for n in range(9)]) == 5
    day = [new(asker=f"198.51.100.{n}") for n in range(30)]
    assert sent(day, every=3000, at=NOON + timedelta(hours=2)) <= 10


def test_one_asker_cannot_ring_at_everybodys() -> None:
    phones = [f"+861380000{n:04d}" for n in range(30)]
    assert sent([new(address=p) for p in phones], every=1) == 20
    assert sent([new(address=p, one_person=True) for p in phones], every=1) == 3


def test_a_shipment_gives_only_so_many_codes() -> None:
    def about(asker: str, count: int) -> list[NewCode]:
        return [
            new(asker=asker, address=f"+86139{n:02d}{abs(hash(asker)) % 10**6:06d}", number="YP1")
            for n in range(count)
        ]

    assert sent(about("192.0.2.1", 8), every=1) == 5
    others = [code for n in range(2, 9) for code in about(f"192.0.2.{n}", 5)]
    assert sent(others, every=1) == 15
    assert sent([new(asker="192.0.2.99", number="YP2")]) == 1


def test_the_wait_is_true_and_a_refusal_does_not_make_it_longer() -> None:
    issue_code(new(), at=NOON)
    stamps = SendStamp.objects.count()
    for second in range(0, 60, 7):
        at = NOON + timedelta(seconds=second)
        with pytest.raises(RuleBroken) as refused:
            issue_code(new(), at=at)
        assert at + refused.value.params["wait"] == NOON + timedelta(seconds=60)
    assert SendStamp.objects.count() == stamps and OneTimeCode.objects.count() == 1
    issue_code(new(), at=NOON + timedelta(seconds=60))


def test_only_phones_of_our_countries(settings: Any) -> None:
    with pytest.raises(BadInput) as refused:
        issue_code(new(address="+85291234567"), at=NOON)
    assert refused.value.code == "country_closed" and "+86" in str(refused.value)
    settings.SMS_COUNTRIES = ["86", "852"]
    issue_code(new(address="+85291234567"), at=NOON)
    issue_code(new(address="a@b.example", channel="email"), at=NOON)


def test_a_country_has_a_total(settings: Any) -> None:
    settings.SMS_CODES_PER_HOUR, settings.SMS_COUNTRIES = 4, ["86", "852"]
    home = [new(asker=f"192.0.2.{n}", address=f"+86138000000{n:02d}") for n in range(9)]
    assert sent(home, every=1) == 4
    assert sent([new(address="+85291234567")]) == 1
    assert sent([new(address="a@b.example", channel="email")]) == 1


def test_somebody_elses_request_leaves_ones_own_code_alone() -> None:
    """Same phone, same subscription: neither the code nor its tries are the other's."""
    own, code = issue_code(new(), at=NOON)
    other, _secret = issue_code(new(asker="198.51.100.7"), at=NOON)
    for _n in range(6):
        try_code(other.pk, "x", at=NOON)
    assert try_code(other.pk, "x", at=NOON) == CodeAnswer.SPENT
    assert try_code(own.pk, code, at=NOON) == CodeAnswer.RIGHT
    assert try_code(own.pk, code, at=NOON) == CodeAnswer.EXPIRED


def test_old_codes_are_forgotten() -> None:
    issue_code(new(), at=timezone.now() - timedelta(days=2))
    issue_code(new(asker="198.51.100.7"), at=timezone.now())
    purge_stamps()
    assert OneTimeCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_the_same_instant_are_all_counted() -> None:
    ready = Barrier(12)

    def ask(n: int) -> bool:
        ready.wait(LIMIT)
        try:
            issue_code(new(asker=f"192.0.2.{n}"), at=NOON)
        except RuleBroken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(ask, range(12))) == 5


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_instant_are_all_counted() -> None:
    row, code = issue_code(new(), at=NOON)
    wrong = "000000" if code != "000000" else "111111"
    ready = Barrier(12)

    def guess(_n: int) -> CodeAnswer:
        ready.wait(LIMIT)
        try:
            return try_code(row.pk, wrong, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count(CodeAnswer.WRONG) == 5 and answers.count(CodeAnswer.SPENT) == 7
