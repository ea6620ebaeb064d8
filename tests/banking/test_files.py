"""Taking in bank files: once, whole or held, overlapping, equal lines, gaps; the original kept."""

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.banking import services
from apps.banking.models import BankAccount, BankFile, BankLine
from apps.banking.queries import gaps_of
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, export, line_of, row, taken

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]


def take(account: BankAccount, content: bytes, name: str = "流水.csv", **more: Any) -> BankFile:
    return services.take_file(
        account=account, content=content, name=name, by=UserFactory(), at=timezone.now(), **more
    )


FEE = ("2026-11-03", "-4.50", "手续费")


def without_balance(*rows: tuple[str, str, str]) -> bytes:
    body = "".join(f"{day},{amount},{text}\n" for day, amount, text in rows)
    return f"日期,金额,摘要\n{body}".encode()


def test_equal_lines_of_one_day_are_both_real_and_overlapping_files_add_the_rest() -> None:
    """M05."""
    account = bank_account()
    first = take(account, without_balance(FEE, FEE))
    assert first.lines_new == 2
    with pytest.raises(RuleBroken) as refusal:
        take(account, without_balance(FEE, FEE), "另一个名字.csv")
    assert refusal.value.code == "file_known"
    assert str(first.created_by) in str(refusal.value)
    second = take(account, without_balance(FEE, FEE, FEE))
    assert (second.lines_new, second.lines_total) == (1, 3)
    assert sorted(BankLine.objects.values_list("nth", flat=True)) == [1, 2, 3]
    other = take(bank_account(), without_balance(FEE, FEE))
    assert other.lines_new == 2, "another account has lines of its own"


def test_equal_lines_with_a_running_balance_differ_by_it() -> None:
    account = bank_account()
    rows = [row("-4.50", ref="", text="手续费"), row("-4.50", ref="", text="手续费")]
    take(account, export(rows))
    assert list(BankLine.objects.values_list("nth", flat=True)) == [1, 1]


def test_the_original_is_kept_and_what_is_personal_is_encrypted() -> None:
    account = bank_account()
    content = export([row(name="张小明", text="货款 13812345678")], encoding="gb18030")
    file = take(account, content)
    with file.original.open("rb") as original:
        assert original.read() == content
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    line = line_of(file)
    assert (line.party_name, line.party_number, line.text) == (
        "张小明",
        "6222020012345678901",
        "货款 13812345678",
    )
    assert (line.shown_name, line.shown_number) == ("张**", "**** 8901")
    assert "13812345678" not in line.shown_text
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(l)::text FROM banking_bankline l")
        stored = cursor.fetchone()[0]
    assert "小明" not in stored
    assert "12345678901" not in stored
    assert file.is_proven
    assert (file.opening, file.closing) == (Decimal("500.00"), Decimal("600.00"))


def test_a_file_that_contradicts_itself_is_held_until_a_person_judges() -> None:
    account, by = bank_account(), UserFactory()
    content = export([row(), row("50.00")]).replace(b",650.00,", b",651.00,")
    file = take(account, content)
    assert (file.state, file.lines_new, BankLine.objects.count()) == ("held", 0, 0)
    assert file.findings[0]["row"] == 3
    with pytest.raises(BadInput) as refusal:
        services.release_file(file, reason="", by=by, at=timezone.now())
    assert refusal.value.field == "reason"
    released = services.release_file(
        file, reason="银行系统余额列有误，已电话核实", by=by, at=timezone.now()
    )
    assert (released.state, released.lines_new, released.judged_by) == ("taken", 2, by)
    with pytest.raises(RuleBroken):
        services.drop_file(file, reason="再判一次", by=by, at=timezone.now())
    assert set(Event.objects.values_list("kind", flat=True)) >= {
        "bankfile.held",
        "bankfile.released",
    }


def test_rows_that_cannot_be_read_hold_the_file_and_are_named() -> None:
    account = bank_account()
    file = take(
        account, export([row(), row("50.00"), row("7.00")]).replace(b"2026-11-03", b"2026-11-33", 1)
    )
    assert file.state == "held"
    assert {"row": 2, "why": "日期无法识别。"} in file.findings or any(
        one["row"] == 2 for one in file.findings
    )
    dropped = services.drop_file(file, reason="重新导出", by=UserFactory(), at=timezone.now())
    assert (dropped.state, BankLine.objects.count()) == ("dropped", 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        ("日期,金额,摘要\n".encode(), "file_empty"),
        ("日期,金额,摘要\n2026-11-03,abc,x\n".encode(), "file_empty"),
        ("账号: 9999999999\n日期,金额,摘要\n2026-11-03,1.00,x\n".encode(), "other_account"),
        ("日期,金额,币种\n2026-11-03,1.00,USD\n".encode(), "other_currency"),
    ],
)
def test_what_is_not_this_account_s_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        take(bank_account(), content)
    assert refusal.value.code == code
    assert not BankFile.objects.exists()


def test_a_masked_number_may_be_ours() -> None:
    account = bank_account(number="0123999988887777")
    text = "账号: 0123****7777\n日期,金额,摘要\n2026-11-03,1.00,x\n"
    assert take(account, text.encode()).lines_new == 1


def test_looking_stores_nothing() -> None:
    account = bank_account()
    taken(account, [row(ref="A"), row("50.00", ref="B")])
    content = export([row(ref="A"), row("50.00", ref="B"), row("9.00", ref="C")])
    seen = services.preview_file(account=account, content=content, name="x.csv")
    assert (seen.new, seen.known, seen.is_held) == (1, 2, False)
    assert BankFile.objects.count() == 1


@pytest.mark.parametrize("size", range(0, 400, 7))
def test_a_cut_file_loses_nothing(size: int) -> None:
    """Refused, held, or every line that is in is one of the whole file; the whole one completes it."""
    account = bank_account()
    rows = [row(f"{n + 1}.00", day=f"2026-11-0{n + 1}", ref=f"T{n}") for n in range(4)]
    whole = export(rows)
    try:
        take(account, whole[:size])
    except (BadInput, RuleBroken) as refusal:
        assert str(refusal)
    # What a cut reference looks like is another line to the house, so the text of the last may differ.
    in_by_cut = set(BankLine.objects.values_list("day", "amount", "balance_after"))
    take(account, whole)
    after = set(BankLine.objects.values_list("day", "amount", "balance_after"))
    assert in_by_cut <= after
    assert len(after) == 4


def test_gaps_between_files_are_listed() -> None:
    account = bank_account()
    taken(account, [row(day="2026-11-01")])  # 500 → 600
    taken(account, [row(day="2026-11-03")], opening="600.00")  # no movement on the second: no gap
    assert gaps_of(account) == []
    last = taken(account, [row(day="2026-11-07")], opening="750.00")  # 50 are missing
    [gap] = gaps_of(account)
    assert (gap.after, gap.before.closing) == (last, Decimal("700.00"))
    taken(
        account, [row(day="2026-11-03", ref="Z"), row("50.00", day="2026-11-05")], opening="600.00"
    )
    assert gaps_of(account) == []


def test_lines_are_append_only() -> None:
    taken(bank_account(), [row()])
    for change in ("UPDATE banking_bankline SET amount = 1", "DELETE FROM banking_bankline"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(change)


def test_many_lines_take_as_many_statements_as_few(django_assert_max_num_queries: Any) -> None:
    for many in (2, 60):
        rows = [row(f"{n + 1}.00", ref=f"{many}-{n}") for n in range(many)]
        account = bank_account()
        content, by = export(rows), UserFactory()
        with django_assert_max_num_queries(18):
            file = services.take_file(
                account=account, content=content, name="x.csv", by=by, at=timezone.now()
            )
        with django_assert_max_num_queries(24):
            services.post_file(file, by=by, at=timezone.now())
