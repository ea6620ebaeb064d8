"""Closed months: forward only, closed at every door, their balances sealed and proved."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.ledger import services
from apps.ledger.enums import AccountKind as K
from apps.ledger.models import Account, DayBalance, Entry, Period
from apps.ledger.queries import balance_of, open_since, trial_balance, voucher_lines, voucher_rows
from apps.ledger.services.proving import prove_ledger
from tests.factories.accounts import UserFactory
from tests.factories.ledger import advance, posted, posting
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
THEN = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)


def close(month: date, at: datetime = THEN) -> Period:
    return services.close_period(month=month, by=UserFactory(), at=at)


def test_a_month_that_is_not_over_is_not_closed() -> None:
    with pytest.raises(RuleBroken) as refusal:
        close(NOVEMBER, datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI))
    assert refusal.value.code == "month_not_over"
    assert "2026-12-01" in str(refusal.value)
    # Midnight is the house's, not Greenwich's: 16:00 UTC.
    assert close(NOVEMBER, datetime(2026, 11, 30, 16, 0, tzinfo=ZoneInfo("UTC")))
    assert Event.objects.get(kind="period.closed").data == {"month": "2026-11", "entries": 0}


def test_closing_goes_forward_only() -> None:
    close(NOVEMBER)
    for month in (NOVEMBER, OCTOBER):
        with pytest.raises(RuleBroken) as refusal:
            close(month)
        assert refusal.value.code == "month_closed"
    with pytest.raises(IntegrityError, match="forward only"), transaction.atomic():
        Period.objects.create(month=OCTOBER, closed_by=UserFactory())
    assert open_since() == date(2026, 12, 1)


def test_a_closed_month_refuses_entries_at_every_door() -> None:
    by = UserFactory()
    entry = posted(by, "before", date(2026, 10, 5))
    close(OCTOBER)
    with pytest.raises(RuleBroken) as refusal:
        posted(by, "late", date(2026, 10, 31))
    assert (refusal.value.code, refusal.value.field) == ("period_closed", "day")
    row = {"kind": "x", "text": "x", "subject_type": "x", "subject_id": "1", "lines": 1, "by": by}
    for day in (date(2026, 10, 31), date(2026, 9, 30)):
        with pytest.raises(IntegrityError, match="closed month"), transaction.atomic():
            Entry.objects.create(key="orm", day=day, **row)
    with (
        pytest.raises(IntegrityError, match="closed month"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_posting (entry_id, n, day, debit_id, credit_id, amount, waybill)"
            " SELECT entry_id, 2, day, debit_id, credit_id, 5, '' FROM ledger_posting WHERE entry_id = %s",
            [entry.pk],
        )
    assert posted(by, "next", NOVEMBER).pk
    back = services.reverse_entry(entry, by=by, at=THEN)
    assert back.day == date(2026, 12, 1)


def test_what_was_posted_before_is_still_given_by_its_key_only_while_open() -> None:
    by = UserFactory()
    posted(by, "k", date(2026, 10, 5))
    close(OCTOBER)
    with pytest.raises(RuleBroken):
        posted(by, "k", date(2026, 10, 5))


def test_balances_are_sealed_with_the_month_and_proved() -> None:
    by = UserFactory()
    posted(by, "sep", date(2026, 9, 30), postings=[posting("1.00")])
    posted(by, "oct", date(2026, 10, 31), postings=[posting("20.00", credit=advance())])
    close(OCTOBER)
    posted(by, "nov", date(2026, 11, 2), postings=[posting("300.00")])
    bank = Account.objects.get(kind=K.BANK)
    sealed = DayBalance.objects.get(account=bank)
    assert (sealed.day, sealed.debit, sealed.credit) == (
        date(2026, 10, 31),
        Decimal(21),
        Decimal(0),
    )
    assert balance_of(bank.pk).net == Decimal("321.00")
    assert balance_of(bank.pk, on=date(2026, 10, 1)).net == Decimal("1.00")
    close(NOVEMBER)
    assert balance_of(bank.pk).net == Decimal("321.00")
    rows = {row.account_id: row for row in trial_balance(NOVEMBER, date(2026, 11, 30))}
    assert (rows[bank.pk].opening, rows[bank.pk].debit, rows[bank.pk].closing) == (21, 300, 321)
    assert {row.kind for row in trial_balance(NOVEMBER, date(2026, 11, 30), by_title=True)} == {
        "bank", "unidentified", "advance",
    }  # fmt: skip
    assert prove_ledger() == []


@pytest.mark.parametrize("change", ["debit = debit + 1", "seal = repeat('0', 64)", "day = day - 1"])
def test_the_proof_finds_what_was_changed_behind_its_back(change: str) -> None:
    by = UserFactory()
    posted(by, "oct", date(2026, 10, 31))
    close(OCTOBER)
    with connection.cursor() as cursor:
        # As an owner who declares maintenance could.
        cursor.execute(f"UPDATE ledger_daybalance SET {change} WHERE debit > 0")
    assert prove_ledger()


def test_sealed_rows_refuse_changes() -> None:
    posted(UserFactory(), "oct", date(2026, 10, 31))
    close(OCTOBER)
    for statement in (
        "UPDATE ledger_daybalance SET debit = 0",
        "DELETE FROM ledger_daybalance",
        "UPDATE ledger_period SET month = month + 31",
        "DELETE FROM ledger_period",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_entry_under_way_while_the_month_closes_is_sealed_or_refused() -> None:
    """Writers and a closer at once: whatever got in is in the sealed balance."""
    by, closer = UserFactory(), UserFactory()
    posted(by, "first", date(2026, 10, 1), postings=[posting("1.00")])
    gate, refused, problems = threading.Barrier(5), [], []

    def write(n: int) -> None:
        try:
            gate.wait(LIMIT)
            for turn in range(10):
                try:
                    posted(by, f"w{n}:{turn}", date(2026, 10, 31), postings=[posting("1.00")])
                except RuleBroken as refusal:
                    refused.append(refusal.code)
        except Exception as problem:  # shown by the test
            problems.append(problem)
        finally:
            connection.close()

    def close_it() -> None:
        try:
            gate.wait(LIMIT)
            services.close_period(month=OCTOBER, by=closer, at=THEN)
        except Exception as problem:  # shown by the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    threads.append(threading.Thread(target=close_it))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert problems == []
    assert set(refused) <= {"period_closed"}
    sealed = DayBalance.objects.get(account__kind=K.BANK)
    assert sealed.debit == Entry.objects.count() == 41 - len(refused)
    assert prove_ledger() == []


def test_vouchers_balance_one_by_one_and_leave_the_memo_out() -> None:
    from apps.ledger.inputs import Side

    by = UserFactory()
    posted(by, "a", date(2026, 10, 5), text="收到货款", postings=[
        posting("10.00", credit=advance(1, "甲")), posting("5.00", credit=advance(2, "乙")),
    ])  # fmt: skip
    posted(
        by,
        "m",
        date(2026, 10, 6),
        postings=[posting("9.00", Side(K.COD_DUE), Side(K.COD_EXPECTED))],
    )
    posted(by, "b", date(2026, 10, 7), text="待查")
    posted(by, "n", NOVEMBER)
    lines = list(voucher_lines(date(2026, 10, 20)))
    assert [(one.number, one.code, one.party_name, one.debit, one.credit) for one in lines] == [
        (1, "1002", "工行 **** 1234", Decimal(15), None),
        (1, "2203", "甲", None, Decimal(10)),
        (1, "2203", "乙", None, Decimal(5)),
        (2, "1002", "工行 **** 1234", Decimal(100), None),
        (2, "224102", "", None, Decimal(100)),
    ]
    for number in (1, 2):
        mine = [one for one in lines if one.number == number]
        assert sum(one.debit or 0 for one in mine) == sum(one.credit or 0 for one in mine)
    first: Any = next(iter(voucher_rows(OCTOBER)))
    assert first[2:4] == ("收到货款", "1002")


def test_the_day_in_use_is_the_house_s() -> None:
    entry = posted(UserFactory(), day=timezone.localdate() - timedelta(days=1))
    assert str(entry).startswith(f"{entry.day:%Y-%m-%d}")
