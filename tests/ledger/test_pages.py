"""The staff pages of the ledger: who may open them, what they show, that lists do not count."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.core.sheets import stream_csv, write_xlsx
from apps.ledger import services
from apps.ledger.enums import AccountKind as K
from apps.ledger.models import Account, AccountTitle, Period
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.ledger import advance, posted, posting

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
LISTS = ["accounttitle", "account", "entry", "period"]


def finance(client: Client, role: Role = Role.FINANCE) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=[role])
    sign_in(client, user)
    return user


def lists(name: str) -> str:
    return reverse(f"admin:ledger_{name}_changelist")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_takes_the_same_statements_for_one_row_and_three(
    client: Client, name: str, rows: int
) -> None:
    by = finance(client)
    for n in range(rows):
        month = date(2026, 6 + n, 1)
        posted(by, f"k{n}", month, postings=[posting(credit=advance(n, f"客户{n}"))])
        services.close_period(month=month, by=by, at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert client.get(lists(name)).status_code == 200
    own = [q["sql"] for q in queries if f"ledger_{name}" in q["sql"]]
    assert len(own) <= 3
    assert not any("COUNT(*)" in sql for sql in own)


@pytest.mark.parametrize("name", LISTS)
def test_who_is_not_of_finance_opens_none(client: Client, name: str) -> None:
    finance(client, Role.AGENT)
    assert client.get(lists(name)).status_code == 403
    for address in (
        "admin:ledger_account_trial",
        "admin:ledger_period_add",
    ):
        assert client.get(reverse(address)).status_code == 403


def test_pages_of_accounts_and_entries(client: Client) -> None:
    by = finance(client)
    entry = posted(by, text="收到货款", postings=[posting("12.30", credit=advance())])
    back = services.reverse_entry(entry, by=by, at=timezone.now())
    account = Account.objects.get(kind=K.ADVANCE)
    for n in range(60):
        posted(by, f"n{n}", postings=[posting("1.00", credit=advance())])
    page = client.get(reverse("admin:ledger_account_change", args=[account.pk]))
    html = page.content.decode()
    assert "上海甲公司" in html
    assert "-¥60.00" in html
    older = client.get(
        reverse("admin:ledger_account_change", args=[account.pk])
        + f"?after={timezone.localdate()}:{2**40}"
    )
    assert older.status_code == 200
    assert (
        "12.30"
        in client.get(reverse("admin:ledger_entry_change", args=[entry.pk])).content.decode()
    )
    shown = client.get(reverse("admin:ledger_entry_change", args=[back.pk])).content.decode()
    assert reverse("admin:ledger_entry_change", args=[entry.pk]) in shown
    for odd in ("abc", "0", "99999999999999999999"):
        assert client.get(f"{lists('account')}{odd}/change/").status_code == 404
        assert client.get(f"{lists('entry')}{odd}/change/").status_code == 404


def test_the_trial_balance_adds_up_and_leads_on(client: Client) -> None:
    by = finance(client)
    today = timezone.localdate()
    posted(by, "a", today.replace(day=1) - timedelta(days=1), postings=[posting("7.00")])
    posted(by, "b", today, postings=[posting("5.00", credit=advance())])
    where = reverse("admin:ledger_account_trial")
    html = client.get(where).content.decode()
    assert "1002" in html
    assert "¥12.00" in html
    one = client.get(where, {"kind": "advance", "month": f"{today:%Y-%m}"}).content.decode()
    assert "上海甲公司" in one
    assert client.get(where, {"month": "nonsense", "kind": "x"}).status_code == 200


def test_a_month_is_closed_on_a_page_and_refused_in_words(client: Client) -> None:
    finance(client)
    where = reverse("admin:ledger_period_add")
    this = f"{timezone.localdate():%Y-%m}"
    refused = client.post(where, {"month": this})
    assert refused.status_code == 422
    assert not Period.objects.exists()
    assert client.post(where, {"month": "2026-13"}).status_code == 422
    assert client.post(where, {"month": "2026-10"}).status_code == 302
    assert Period.objects.get().month == date(2026, 10, 1)


def test_vouchers_come_as_xlsx_and_csv(client: Client) -> None:
    by = finance(client)
    posted(
        by, day=date(2026, 10, 3), text="=收到货款", postings=[posting("12.30", credit=advance())]
    )
    where = reverse("admin:ledger_account_trial") + "?month=2026-10"
    answer: Any = client.post(where, {"format": "xlsx"})
    assert "vouchers-2026-10" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 3
    assert (rows[1][2], rows[1][7], rows[2][8]) == ("=收到货款", 12.3, 12.3)
    answer = client.post(where, {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=收到货款" in text
    assert text.count("12.30") == 2


def test_a_title_s_code_is_changed_and_never_given_twice(client: Client) -> None:
    finance(client)
    title = AccountTitle.objects.get(kind="bank")
    where = reverse("admin:ledger_accounttitle_change", args=["bank"])
    assert client.post(where, {"code": "100201", "name": "银行存款—基本户"}).status_code == 302
    title.refresh_from_db()
    assert title.code == "100201"
    assert client.post(where, {"code": "1122", "name": "x"}).status_code in (200, 422)
    title.refresh_from_db()
    assert title.code == "100201"


CELLS = ["100000000000000001", "06932169358293", "6222020012345678901", "图\u0014图", "=1+1"]


def test_digits_controls_and_formulas_survive_the_export() -> None:
    """M09: numbers longer than a float keeps, a leading zero, a control character, a formula's text."""
    book = load_workbook(io.BytesIO(write_xlsx(["a"], [[cell] for cell in CELLS])))
    read = [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert [str(cell).replace("_x0014_", "\x14") for cell in read] == CELLS
    assert {cell.data_type for row in book.active.iter_rows(min_row=2) for cell in row} == {"s"}
    text = "".join(stream_csv(["a"], [[cell] for cell in CELLS]))
    for cell in CELLS[:3]:
        assert cell in text
    assert "'=1+1" in text
