"""Entries: once by their key, balanced by construction, reversed exactly and once, never changed."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.events.services.grants import append_only_tables
from apps.ledger import services
from apps.ledger.enums import AccountKind as K
from apps.ledger.enums import PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.models import Account, Entry, Posting
from apps.ledger.queries import balance_of, balances_of, postings_of, trial_balance
from tests.factories.accounts import UserFactory
from tests.factories.ledger import BANK, UNKNOWN, advance, posted, posting, receivable
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
TODAY = timezone.localdate


def net(kind: K) -> Decimal:
    return balance_of(Account.objects.get(kind=kind).pk).net


def test_an_entry_is_posted_once_by_its_key() -> None:
    by = UserFactory()
    entry = posted(by)
    assert posted(by) == entry
    assert (Entry.objects.count(), Posting.objects.count()) == (1, 1)
    assert (net(K.BANK), net(K.UNIDENTIFIED)) == (Decimal("100.00"), Decimal("-100.00"))


@pytest.mark.parametrize(
    "other",
    [
        {"postings": [posting("100.01")]},
        {"postings": [posting(credit=advance())]},
        {"postings": [posting(), posting("1.00")]},
        {"day": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_a_key_that_means_something_else_is_refused(other: dict[str, Any]) -> None:
    by = UserFactory()
    posted(by)
    with pytest.raises(RuleBroken) as refusal:
        posted(by, **other)
    assert refusal.value.code == "key_taken"
    assert "test:1" in str(refusal.value)
    assert Posting.objects.count() == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ([], "entry_empty"),
        ([posting("0.00")], "posting_amount"),
        ([posting("-1.00")], "posting_amount"),
        ([posting("1.005")], "posting_amount"),
        ([posting("NaN")], "posting_amount"),
        ([posting(credit=BANK)], "posting_one_account"),
        ([posting(credit=Side(K.COD_DUE))], "posting_half_memo"),
    ],
)
def test_what_is_no_posting_is_refused(bad: list[NewPosting], code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        posted(UserFactory(), postings=bad)
    assert refusal.value.code == code
    assert not Entry.objects.exists()


def test_many_entries_of_one_call_are_all_or_none() -> None:
    by, day = UserFactory(), TODAY()
    good = NewEntry("a", "t", day, "好", [posting()], "x.y", "1")
    bad = NewEntry("b", "t", day, "坏", [posting("0.001")], "x.y", "2")
    with pytest.raises(RuleBroken) as refusal:
        services.post_entries([good, bad], by=by, at=timezone.now())
    assert refusal.value.params == {"key": "b", "row": 2}
    assert not Entry.objects.exists()
    twice = services.post_entries([good, good], by=by, at=timezone.now())
    assert twice[0] == twice[1]


def test_many_entries_take_as_many_statements_as_one(django_assert_max_num_queries: Any) -> None:
    by, day = UserFactory(), TODAY()
    for many in (1, 40):
        rows = [
            NewEntry(f"{many}:{n}", "t", day, "摘要", [posting(credit=advance(n, f"客户{n}"))], "x.y", "1")
            for n in range(many)
        ]  # fmt: skip
        with django_assert_max_num_queries(10):
            services.post_entries(rows, by=by, at=timezone.now())


def test_a_reversal_is_exact_and_happens_once() -> None:
    by = UserFactory()
    entry = posted(by, postings=[posting("10.00"), posting("2.50", credit=advance())])
    back = services.reverse_entry(entry, by=by, at=timezone.now())
    assert services.reverse_entry(entry, by=by, at=timezone.now()) == back
    assert back.reverses == entry
    assert {row.closing for row in trial_balance(TODAY(), TODAY())} == {Decimal(0)}
    with pytest.raises(RuleBroken) as refusal:
        services.reverse_entry(back, by=by, at=timezone.now())
    assert refusal.value.code == "reversal_of_reversal"


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_books_are_append_only(table: str, change: str) -> None:
    """Sealed balances and closed months: tests/ledger/test_periods.py."""
    posted(UserFactory())
    assert table in append_only_tables()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL yipiao.maintenance = 'off'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change.format(table))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_account SET id = id + 1000000",
        "DELETE FROM ledger_account",
        "TRUNCATE ledger_account CASCADE",
    ],
)
def test_an_account_stays(change: str) -> None:
    """Postings lead to it without a foreign key of the database's."""
    posted(UserFactory())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL yipiao.maintenance = 'off'")
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
            cursor.execute(change)


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"credit_id": "debit_id"}, "posting_two_accounts"),
        ({"amount": "0"}, "posting_above_zero"),
        ({}, "posting_within_entry"),
        ({"n": "1"}, "posting_once"),
        ({"entry_id": "-1"}, "posting_entry_there"),
        ({"debit_id": "-1"}, "posting_accounts_there"),
        ({"credit_id": "-1"}, "posting_accounts_there"),
    ],
)
def test_the_database_itself_refuses_what_must_never_be(
    given: dict[str, str], constraint: str
) -> None:
    """A second posting of an entry that said it has one, and other things no service would write."""
    posted(UserFactory())
    columns = ["entry_id", "n", "day", "debit_id", "credit_id", "amount", "waybill"]
    source = [{"n": "2", **given}.get(name, name) for name in columns]
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO ledger_posting ({', '.join(columns)}) SELECT {', '.join(source)} FROM ledger_posting"
        )
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]  # psycopg2's


def test_an_account_s_postings_come_page_by_page() -> None:
    by, day = UserFactory(), TODAY()
    for n in range(7):
        sides = {"debit": UNKNOWN, "credit": BANK} if n % 3 == 0 else {}
        posted(
            by, f"k{n}", day - timedelta(days=n % 2), postings=[posting(f"{n * n + 1}.00", **sides)]
        )
    account = Account.objects.get(kind=K.BANK)
    seen: list[Any] = []
    after = None
    while page := postings_of(account.pk, after=after, most=3):
        seen += page
        after = page[-1].key
    assert len(seen) == len({one.id for one in seen}) == 7
    assert [one.key for one in seen] == sorted((one.key for one in seen), reverse=True)
    total = sum((one.debit or 0) - (one.credit or 0) for one in seen)
    assert total == balance_of(account.pk).net
    assert balance_of(account.pk, on=day - timedelta(days=1)).net != total


def test_balances_of_many_parties_take_two_statements(django_assert_num_queries: Any) -> None:
    by = UserFactory()
    posted(
        by,
        postings=[
            posting("5.00", credit=advance(1, "甲")),
            posting("6.00", credit=advance(2, "乙")),
        ],
    )
    with django_assert_num_queries(2):
        found = balances_of(K.ADVANCE, PartyKind.CUSTOMER, [1, 2, 3])
    assert [found[n].net for n in (1, 2, 3)] == [Decimal(-5), Decimal(-6), Decimal(0)]


_SIDES = [
    BANK,
    UNKNOWN,
    advance(1, "甲"),
    advance(2, "乙"),
    receivable(1, "甲"),
    Side(K.FINANCE_COST),
]
_ENTRIES = st.lists(
    st.lists(
        st.tuples(st.permutations(range(len(_SIDES))), st.integers(1, 10**9)),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=6,
)


@how(max_examples=25)
@given(_ENTRIES, st.sets(st.integers(0, 5)))
def test_whatever_is_posted_the_books_add_up(entries: Any, undone: set[int]) -> None:
    """Σ debit = Σ credit; the balances are those of a plain sum; what is undone leaves none."""
    with transaction.atomic():
        by = UserFactory()
        plain: dict[Any, Decimal] = {}
        for n, lines in enumerate(entries):
            postings = [
                NewPosting(_SIDES[order[0]], _SIDES[order[1]], Decimal(fen) / 100)
                for order, fen in lines
            ]
            entry = posted(by, f"p{n}", postings=postings)
            if n in undone:
                services.reverse_entry(entry, by=by, at=timezone.now())
                continue
            for one in postings:
                plain[one.debit.key] = plain.get(one.debit.key, Decimal(0)) + one.amount
                plain[one.credit.key] = plain.get(one.credit.key, Decimal(0)) - one.amount
        rows = trial_balance(TODAY(), TODAY())
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
        assert sum(row.closing for row in rows) == 0
        keys = {
            account.pk: (account.kind_id, account.party_kind, account.party_id)
            for account in Account.objects.all()
        }
        found = {
            keys[row.account_id]: row.closing for row in rows if row.account_id and row.closing
        }
        assert found == {key: amount for key, amount in plain.items() if amount}
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_who_post_the_same_key_at_once_post_it_once() -> None:
    by = User.objects.get(pk=UserFactory().pk)
    gate, found, problems = threading.Barrier(4), [], []

    def post() -> None:
        try:
            gate.wait(LIMIT)
            found.append(posted(by, "same", postings=[posting(credit=advance(9, "新客户"))]).pk)
        except Exception as problem:  # whatever it is, the test shows it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert problems == []
    assert len(found) == 4
    assert len(set(found)) == 1
    assert Posting.objects.count() == 1
    assert Account.objects.filter(kind=K.ADVANCE).count() == 1


def test_a_party_is_one_account_whatever_it_was_called() -> None:
    by = UserFactory()
    posted(by, "a", postings=[posting(credit=advance(3, "旧名"))])
    posted(
        by, "b", postings=[posting(credit=Side(K.ADVANCE, Party(PartyKind.CUSTOMER, 3, "新名")))]
    )
    assert Account.objects.filter(kind=K.ADVANCE).count() == 1


def test_a_posting_has_the_day_of_its_entry() -> None:
    """Written as one who has nothing but SQL would: two lines announced, the second of another day."""
    entry = posted(UserFactory(), postings=[posting()])
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_entry (key, kind, day, text, subject_type, subject_id, lines, by_id)"
            " SELECT 'two', kind, day, text, subject_type, subject_id, 2, by_id FROM ledger_entry"
        )
        cursor.execute(
            "INSERT INTO ledger_posting (entry_id, n, day, debit_id, credit_id, amount, waybill)"
            " SELECT e.id, 1, p.day - 1, debit_id, credit_id, amount, '' FROM ledger_posting p, ledger_entry e"
            " WHERE e.key = 'two'"
        )
    assert error.value.__cause__.diag.constraint_name == "posting_day_of_entry"  # type: ignore[union-attr]  # psycopg2's
    assert entry.postings.count() == 1
