"""The staff pages of payout accounts, payouts and payment files: who may open them, their main jobs (COD-6, COD-7)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts import totp
from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking.approvals import PAYEE
from apps.banking.enums import PayeeState, PayoutState
from apps.banking.models import PayeeAccount, PayoutFile
from apps.events.models import Event
from tests.factories import payees as f
from tests.factories.accounts import TOTP_KEY, UserFactory, sign_in
from tests.factories.banking import bank_account
from tests.factories.customers import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6", "COD-7")]
LISTS = ["payeeaccount", "payout", "payoutfile"]


def at_desk(client: Client, *roles: Role) -> User:
    user: User = UserFactory(scope=ObjectScope.ALL, roles=list(roles or (Role.FINANCE,)))
    sign_in(client, user)
    return user


def address(model: str, pk: Any = None, rest: str = "change/") -> str:
    where = reverse(f"admin:banking_{model}_changelist")
    return where if pk is None else f"{where}{pk}/{rest}"


def scan(name: str = "申请书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_the_same_statements_for_one_row_and_three(client: Client, name: str) -> None:
    at_desk(client)
    counted = []
    for more in (1, 2):
        for _n in range(more):
            f.filed(f.released())
        with CaptureQueriesContext(connection) as queries:
            view = "" if name == "payoutfile" else "?view=all"
            answer = client.get(address(name) + view)
        assert answer.status_code == 200
        own = [q["sql"] for q in queries if '"banking_' in q["sql"]]
        assert not any("COUNT(*)" in sql for sql in own)
        counted.append(len(own))
    assert counted[0] == counted[1] <= 5


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SALES, Role.WAREHOUSE_MANAGER])
def test_who_has_nothing_to_do_with_money_opens_none(client: Client, role: Role) -> None:
    payout = f.released()
    file = f.filed(payout)
    payee, paper = payout.payee, payout.payee.papers.get()
    at_desk(client, role)
    for where in (
        *(address(name) for name in LISTS),
        address("payeeaccount", payee.pk), address("payeeaccount", payee.pk, "do/reveal/"),
        address("payeeaccount", payee.pk, "do/stop/"), address("payeeaccount", payee.pk, f"paper/{paper.pk}/"),
        address("payout", payout.pk), address("payout", payout.pk, "do/cancel/"),
        address("payoutfile", file.pk), reverse("admin:banking_payoutfile_add"),
    ):  # fmt: skip
        assert client.get(where).status_code == 403, where
    assert client.post(address("payoutfile", file.pk, "file/")).status_code == 403
    assert f.fresh(payee).state == PayeeState.ACTIVE


def test_each_does_their_own_part_only(client: Client) -> None:
    payout = f.released()
    file = f.filed(payout)
    at_desk(client, Role.SAFETY_OFFICER)
    assert client.get(address("payeeaccount", payout.payee_id)).status_code == 200
    assert client.get(address("payeeaccount", payout.payee_id, "do/reveal/")).status_code == 403
    assert client.post(address("payoutfile", file.pk, "file/")).status_code == 403
    stop = address("payeeaccount", payout.payee_id, "do/stop/")
    assert client.post(stop, {"reason": "异常申请"}).status_code == 302
    assert f.fresh(payout.payee).state == PayeeState.STOPPED
    at_desk(client, Role.CASHIER)
    assert client.get(address("payeeaccount", payout.payee_id, "do/stop/")).status_code == 403
    assert client.get(address("payout", payout.pk, "do/approve/")).status_code == 403
    assert client.post(address("payoutfile", file.pk, "file/")).status_code == 200


def test_from_the_request_to_the_waiting_time(client: Client) -> None:
    customer = f.merchant(name="上海甲贸易有限公司")
    at_desk(client, Role.SETTLEMENT_CLERK)
    typed = {
        "customer": customer.code, "purpose": "cod", "holder": "上海甲贸易有限公司", "bank": "招商银行",
        "branch": "上海分行", "cnaps": "308290003027", "number": "6214 8500 1234 5678", "meanwhile": "old",
    }  # fmt: skip
    add = reverse("admin:banking_payeeaccount_add")
    bad = client.post(add, {**typed, "number": "62148A", "request": scan()})
    assert "9 至 32 位数字" in bad.content.decode() and not PayeeAccount.objects.exists()
    client.post(add, {**typed, "request": scan()})
    payee = PayeeAccount.objects.get()
    page = address("payeeaccount", payee.pk)
    html = client.get(page).content.decode()
    assert "**** 5678" in html and "6214850012345678" not in html and "申请书.pdf" in html
    paper = payee.papers.get()
    assert client.get(address("payeeaccount", payee.pk, f"paper/{paper.pk}/")).content == PDF
    at_desk(client, Role.AGENT)
    call = {"call-contact": customer.contacts.get().pk, "call-outcome": "confirmed", "call-remark": "财务确认"}  # fmt: skip
    client.post(address("payeeaccount", payee.pk, "do/call/"), call)
    assert f.fresh(payee).state == PayeeState.CALLED_BACK
    for role in (Role.FINANCE, Role.GENERAL_MANAGER):
        at_desk(client, role)
        waiting = client.get(reverse("admin:approvals")).content.decode()
        assert "收款账户" in waiting
        code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
        form = {"remark": "", "seen": content_of(PAYEE, f.fresh(payee))[1], "code": code}
        assert (
            client.post(address("payeeaccount", payee.pk, "do/approve/"), form).status_code == 302
        )
    assert f.fresh(payee).state == PayeeState.COOLING
    assert "冷静期" in client.get(page).content.decode()


def test_the_number_is_shown_once_with_a_reason(client: Client) -> None:
    payee = f.active(number="6214850012345678")
    at_desk(client)
    where = address("payeeaccount", payee.pk, "do/reveal/")
    assert "6214850012345678" not in client.post(where, {"reason": ""}).content.decode()
    assert "6214850012345678" in client.post(where, {"reason": "客户核对"}).content.decode()
    assert Event.objects.filter(kind="payee.revealed").count() == 1


def test_a_file_is_looked_at_made_downloaded_and_answered(client: Client) -> None:
    account = bank_account()
    payout = f.released("88.00", account=account)
    at_desk(client, Role.CASHIER)
    make = reverse("admin:banking_payoutfile_add")
    chosen = {"account": account.pk, "template": "icbc"}
    looked = client.post(make, {**chosen, "preview": "1"}).content.decode()
    assert payout.number in looked and "88.00" in looked and not PayoutFile.objects.exists()
    client.post(make, chosen)
    file = PayoutFile.objects.get()
    answer = client.post(address("payoutfile", file.pk, "file/"))
    assert answer.content[:2] == b"PK" and "no-store" in answer["Cache-Control"]
    assert client.get(address("payoutfile", file.pk, "file/")).status_code == 405
    results = address("payoutfile", file.pk, "do/results/")
    bad = SimpleUploadedFile("回盘.csv", f.results((payout, "80.00", "成功")))
    assert "第 2 行" in client.post(results, {"results-file": bad}).content.decode()
    good = SimpleUploadedFile("回盘.csv", f.results((payout, "88.00", "成功")))
    client.post(results, {"results-file": good})
    assert f.fresh(payout).state == PayoutState.PAID
    assert "成功 1 笔" in client.get(address("payoutfile", file.pk)).content.decode()


def test_many_drafts_at_once_and_in_english(client: Client) -> None:
    drafts = [f.draft() for _n in range(2)]
    at_desk(client)
    client.cookies["yipiao_language"] = "en"
    html = client.get(address("payout")).content.decode()
    assert "Ask for release" in html and drafts[0].number in html
    page = client.get(address("payout", drafts[0].pk)).content.decode()
    assert "Ask for its release" in page and "Paid from" in page
    client.post(address("payout", drafts[0].pk, "do/ask/"))
    assert f.fresh(drafts[0]).state == PayoutState.APPROVING
