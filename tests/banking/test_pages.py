"""The staff pages of the banking floor: who may open them, what they mask, their main jobs."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.banking import services
from apps.banking.models import AccountAssignment, BankAccount, BankFile, BankLayout, PayerAlias
from apps.core.errors import BadInput
from apps.events.models import Event
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account, export, line_of, row, taken
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
LISTS = ["bankaccount", "bankfile", "bankline", "payeralias"]


def at_desk(client: Client, role: Role = Role.FINANCE) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=[role])
    sign_in(client, user)
    return user


def address(model: str, pk: Any = None, rest: str = "change/") -> str:
    where = reverse(f"admin:banking_{model}_changelist")
    return where if pk is None else f"{where}{pk}/{rest}"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_takes_the_same_statements_for_one_row_and_three(
    client: Client, name: str, rows: int
) -> None:
    by = at_desk(client)
    for n in range(rows):
        line = line_of(
            taken(bank_account(by), [row(name=f"上海{n}贸易有限公司", number=f"622200{n}")])
        )
        services.identify_line(line, CustomerFactory(), remember=True, by=by, at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        html = client.get(address(name)).content.decode()
    assert "上海0贸易" in html or name in ("bankaccount", "bankfile")
    own = [q["sql"] for q in queries if '"banking_' in q["sql"]]
    assert len(own) <= 5
    assert not any("COUNT(*)" in sql for sql in own)


@pytest.mark.parametrize("name", LISTS)
def test_who_is_not_of_finance_opens_none(client: Client, name: str) -> None:
    account = bank_account()
    file = taken(account, [row()])
    at_desk(client, Role.AGENT)
    assert client.get(address(name)).status_code == 403
    for where in (
        address("bankaccount", account.pk), address("bankaccount", account.pk, "do/reveal/"),
        address("bankaccount", account.pk, "reconcile/"), address("bankaccount", account.pk, "do/take-file/"),
        address("bankfile", file.pk), address("bankfile", file.pk, "original/"),
        address("bankline", line_of(file).pk), address("bankline", line_of(file).pk, "do/identify/"),
    ):  # fmt: skip
        assert client.get(where).status_code == 403, where


def test_a_settlement_clerk_works_with_lines_and_reveals_no_number(client: Client) -> None:
    account = bank_account()
    at_desk(client, Role.SETTLEMENT_CLERK)
    assert client.get(address("bankaccount", account.pk)).status_code == 200
    assert client.get(address("bankaccount", account.pk, "do/reveal/")).status_code == 403
    assert client.get(address("bankaccount", account.pk, "do/take-file/")).status_code == 200


@pytest.mark.requirement("COD-1")
def test_an_account_is_entered_masked_and_revealed_with_a_reason(client: Client) -> None:
    at_desk(client)
    typed = {
        "name": "运费户",
        "bank": "工商银行",
        "holder": "一票物流",
        "number": "0123 4567 8901 2345",
        "purpose": "freight",
    }
    assert (
        client.post(address("bankaccount") + "add/", {**typed, "number": "12"}).status_code == 422
    )
    answer = client.post(address("bankaccount") + "add/", typed)
    account = BankAccount.objects.get()
    assert answer["Location"] == address("bankaccount", account.pk)
    html = client.get(address("bankaccount", account.pk)).content.decode()
    assert "**** 2345" in html
    assert "0123456789012345" not in html
    where = address("bankaccount", account.pk, "do/reveal/")
    assert "0123456789012345" not in client.post(where, {"reason": ""}).content.decode()
    assert not Event.objects.filter(kind="bankaccount.revealed").exists()
    shown = client.post(where, {"reason": "客户核对账号"})
    assert "0123456789012345" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Event.objects.get(kind="bankaccount.revealed").data["reason"] == "客户核对账号"


def test_an_account_is_assigned_changed_and_closed(client: Client) -> None:
    at_desk(client)
    account, customer = bank_account(), CustomerFactory()
    since = timezone.localtime()
    typed = {"customer": customer.code, "since": f"{since:%Y-%m-%dT%H:%M}", "purpose": "freight"}
    where = address("bankaccount", account.pk, "do/assign/")
    assert client.post(where, {**typed, "customer": "NOBODY"}).status_code == 422
    assert client.post(where, typed).status_code == 302
    assert AccountAssignment.objects.get().customer == customer
    close = address("bankaccount", account.pk, "do/close/")
    refused = client.post(close, {"reason": "换户"})
    assert refused.status_code == 422
    change = {"name": "新名", "bank": "建设银行", "purpose": "cod"}
    assert client.post(address("bankaccount", account.pk, "do/change/"), change).status_code == 302
    opening = {"day": "2026-10-31", "amount": "500.00"}
    assert (
        client.post(address("bankaccount", account.pk, "do/opening/"), opening).status_code == 302
    )
    again = client.post(
        address("bankaccount", account.pk, "do/opening/"), {**opening, "amount": "501.00"}
    )
    assert again.status_code == 422
    html = client.get(address("bankaccount", account.pk)).content.decode()
    assert customer.code in html
    assert "新名" in html


def test_a_file_is_looked_at_taken_and_refused_the_second_time(client: Client) -> None:
    at_desk(client)
    account = bank_account()
    where = address("bankaccount", account.pk, "do/take-file/")
    content = export([row(), row("-30.00", text="付款")], encoding="gb18030")

    def upload(**more: str) -> Any:
        return client.post(
            where, {"file": SimpleUploadedFile("十一月.csv", content), "layout": "", **more}
        )

    assert 'name="preview"' in client.get(where).content.decode()
    look = upload(preview="1")
    assert look.status_code == 200
    assert not BankFile.objects.exists()
    assert "570.00" in look.content.decode()
    done = upload()
    file = BankFile.objects.get()
    assert done["Location"] == address("bankfile", file.pk)
    html = client.get(done["Location"]).content.decode()
    assert "上海甲贸易有限公司" in html
    assert "6222020012345678901" not in html
    refused = upload()
    assert refused.status_code == 422
    assert f"{file.created_at:%Y-%m-%d}" in refused.content.decode()
    original: Any = client.get(address("bankfile", file.pk, "original/"))
    assert b"".join(original.streaming_content) == content
    assert original["X-Content-Type-Options"] == "nosniff"


def test_a_held_file_is_judged_on_its_page(client: Client) -> None:
    by = at_desk(client)
    account = bank_account()
    content = export([row(), row("50.00")]).replace(b",650.00,", b",651.00,")
    file = services.take_file(
        account=account, content=content, name="x.csv", by=by, at=timezone.now()
    )
    page = client.get(address("bankfile", file.pk)).content.decode()
    assert "do/release/" in page
    where = address("bankfile", file.pk, "do/release/")
    assert client.post(where, {"release-reason": ""}).status_code == 422
    assert client.post(where, {"release-reason": "已与银行核实"}).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.lines_new, file.is_posted) == ("taken", 2, True)


def test_a_line_is_identified_remembered_undone_and_charged(client: Client) -> None:
    by = at_desk(client)
    mine, account = CustomerFactory(name="上海甲贸易有限公司"), bank_account(by)
    line = line_of(taken(account, [row()]))
    page = client.get(address("bankline", line.pk)).content.decode()
    assert mine.code in page
    where = address("bankline", line.pk, "do/identify/")
    assert client.post(where, {"identify-customer": ""}).status_code == 422
    assert (
        client.post(where, {"identify-likely": str(mine.pk), "identify-remember": "on"}).status_code
        == 302
    )
    assert PayerAlias.objects.filter(customer=mine).count() == 2
    late = client.post(where, {"identify-customer": mine.code}, follow=True)
    assert late.redirect_chain, "somebody was quicker: said in words"
    assert client.post(address("bankline", line.pk, "do/undo/")).status_code == 302
    assert client.post(address("bankline", line.pk, "do/charge/")).status_code == 302
    for standing in ("open", "unidentified", "identified", "charge"):
        assert client.get(address("bankline"), {"standing": standing}).status_code == 200
    alias = PayerAlias.objects.first()
    assert client.post(address("payeralias", alias.pk, "do/drop/")).status_code == 302  # type: ignore[union-attr]  # there is one


def test_the_reconciliation_page_shows_what_differs(client: Client) -> None:
    by = at_desk(client)
    account = bank_account(by)
    taken(account, [row(), row("-30.00", text="付款")])
    where = address("bankaccount", account.pk, "reconcile/")
    html = client.get(where, {"day": "2026-11-30"}).content.decode()
    assert "500.00" in html
    services.post_opening(
        account, day=date(2026, 10, 31), amount=Decimal(500), by=by, at=timezone.now()
    )
    html = client.get(where, {"day": "2026-11-30"}).content.decode()
    assert "30.00" in html
    assert "tag-green" in html
    assert client.get(where, {"day": "x"}).status_code == 200


@pytest.mark.parametrize("odd", ["abc", "0", "99999999999999999999"])
def test_odd_ids_are_not_found(client: Client, odd: str) -> None:
    at_desk(client)
    for model in LISTS:
        assert client.get(address(model, odd)).status_code in (302, 404)


def test_every_page_in_english_too(client: Client) -> None:
    at_desk(client)
    client.cookies["yipiao_language"] = "en"
    account = bank_account()
    file = taken(account, [row()])
    for where, word in (
        (address("bankaccount", account.pk), "Assigned to"),
        (address("bankaccount", account.pk, "reconcile/"), "Balance of the ledger"),
        (address("bankfile", file.pk), "Closing balance"),
        (address("bankline", line_of(file).pk), "Say whose payment it is"),
    ):
        assert word in client.get(where).content.decode(), where


def test_a_layout_is_described_on_a_page_and_its_files_are_read(client: Client) -> None:
    by = at_desk(client)
    where = address("banklayout") + "add/"
    typed = {
        "code": "small-bank", "name": "某村镇银行", "source": "柜台说明", "needs": "记账时刻，进账，出账",
        "column_day": "记账时刻", "column_income": "进账", "column_outgo": "出账", "column_text": "说明",
    }  # fmt: skip
    assert client.post(where, {**typed, "code": "generic"}).status_code == 422
    assert client.post(where, {**typed, "needs": ""}).status_code == 422
    content = "记账时刻,进账,出账,说明\n2026-11-03,12.30,,货款\n".encode()
    account = bank_account(by)
    with pytest.raises(BadInput):
        services.take_file(account=account, content=content, name="x.csv", by=by, at=timezone.now())
    assert client.post(where, typed).status_code == 302
    assert client.post(where, {**typed, "name": "第二版"}).status_code == 302
    assert list(BankLayout.objects.values_list("version", flat=True)) == [2, 1]
    assert client.get(address("banklayout")).status_code == 200
    file = services.take_file(
        account=account, content=content, name="x.csv", by=by, at=timezone.now()
    )
    assert (file.layout, file.lines_new) == ("small-bank", 1)
    at_desk(client, Role.SETTLEMENT_CLERK)
    assert client.get(where).status_code == 403
