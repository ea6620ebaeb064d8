"""The staff's pages of statements and money: what they show, what they do, who may not (BIL-2 … BIL-6)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.billing import services
from apps.billing.enums import DisputeReason, InvoiceKind, RedReason
from apps.billing.models import BillingTerms, Cheque, Invoice, Receipt, ShipmentRating, Statement
from apps.billing.services.tax.red_forms import queue_red_form
from tests.billing.test_charging import shipment, tariff
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.billing import (
    DECEMBER_FIRST,
    charged,
    frozen,
    payer,
    received,
    reviewed,
    sent,
)
from tests.factories.imports import work

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]
LISTS = [
    "shipmentrating",
    "statement",
    "dispute",
    "invoice",
    "redform",
    "receipt",
    "cheque",
    "billingterms",
    "writeoff",
    "dunningnotice",
    "dunningplan",
    "paperdelivery",
]
D = Decimal


def entered(client: Client, *roles: Role, **more: Any) -> User:
    user: User = UserFactory(
        roles=list(roles or [Role.FINANCE]), scope=more.pop("scope", ObjectScope.ALL), **more
    )
    sign_in(client, user)
    return user


def act(client: Client, record: Any, what: str, row: Any = None, /, **data: Any) -> Any:
    model = f"{record._meta.app_label}_{record._meta.model_name}"
    args = [record.pk, what, *([row.pk] if row is not None else [])]
    panel = {f"{what}-{field}": value for field, value in data.items()}
    return client.post(reverse(f"admin:{model}_act", args=args), {**data, **panel})


def page(client: Client, record: Any, query: str = "") -> str:
    model = f"{record._meta.app_label}_{record._meta.model_name}"
    answer = client.get(reverse(f"admin:{model}_change", args=[record.pk]) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def one_of_each(by: User) -> None:
    customer = payer()
    statement = sent(customer, "100.00", "50.00")
    line = statement.charges.order_by("pk")[0]
    who: dict[str, Any] = {"by": by, "at": DECEMBER_FIRST}
    services.raise_dispute(charge_id=line.pk, why=DisputeReason.PRICE, text="价格不对", **who)
    invoice = services.request_invoice(
        statement_ids=[statement.pk], kind=InvoiceKind.E_NORMAL, **who
    )
    number = f"{statement.pk:020d}"
    services.issue_invoice(
        invoice_id=invoice.pk, number=number, issued_on=DECEMBER_FIRST.date(), **who
    )
    queue_red_form(invoice_id=invoice.pk, reason=RedReason.MISTAKE, **who)
    money = received(customer, "20.00")
    services.allocate(receipt_id=money.pk, statement_id=statement.pk, amount=D("20.00"), **who)
    services.note_cheque(payer=customer, amount=D("30.00"), collect_on=DECEMBER_FIRST.date(), **who)
    services.ask_write_off(statement_id=statement.pk, amount=D("70.00"), reason="对方已注销", **who)
    BillingTerms.objects.create(customer=customer, deemed_after_days=7, created_by=by)
    by_hand = sent(payer(statement_channel="by_hand"), "10.00")
    services.send_dunning(
        payer_id=by_hand.bill_to_id or 0, by=by, at=DECEMBER_FIRST + timedelta(days=90)
    )
    paper = f"statement:{by_hand.pk}"
    services.plan_round(papers=[paper], round_on=DECEMBER_FIRST.date(), carrier=by, **who)
    services.change_plan(name=f"方案{by_hand.pk}", is_usual=False, levels=[], **who)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_statements_for_three_rows_as_for_one(
    client: Client, name: str
) -> None:
    by = entered(client)
    one_of_each(by)
    address = reverse(f"admin:billing_{name}_changelist")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        assert client.get(address).status_code == 200
    one_of_each(by)
    one_of_each(by)
    with CaptureQueriesContext(connection) as three:
        assert client.get(address).status_code == 200
    assert len(three) == len(one) < 12
    assert not any("COUNT(*)" in query["sql"] for query in three)


@pytest.mark.parametrize("name", LISTS)
def test_who_moves_parcels_opens_none(client: Client, name: str) -> None:
    entered(client, Role.DISPATCHER)
    assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 403
    assert client.get(reverse("admin:billing_statement_board")).status_code == 403


def test_an_agent_sees_statements_of_their_customers_only(client: Client) -> None:
    entered(client, Role.AGENT, scope=ObjectScope.UNITS)
    theirs = frozen(payer(), "10.00")
    address = reverse("admin:billing_statement_change", args=[theirs.pk])
    assert client.get(address).status_code in (302, 404)
    assert (
        theirs.number
        not in client.get(reverse("admin:billing_statement_changelist")).content.decode()
    )
    assert client.get(reverse("admin:billing_receipt_changelist")).status_code == 403


def test_closing_a_month_leads_to_its_job(client: Client) -> None:
    entered(client)
    charged(payer(), "10.00")
    charged(payer(), "20.00")
    address = reverse("admin:billing_statement_add")
    answer = client.post(address, {"month": "2026-11-15"}, follow=True)
    assert "2026-11月结" in answer.content.decode()
    work()
    assert set(Statement.objects.values_list("state", flat=True)) == {"frozen"}
    refusal = client.post(address, {"month": "2999-01-01"})
    assert refusal.status_code == 422


def test_a_statement_s_page_shows_lines_totals_and_acts(client: Client) -> None:
    entered(client)
    customer = payer()
    statement = frozen(customer, "60.00", "40.00")
    html = page(client, statement)
    assert "¥100.00" in html and "壹佰元整" in html
    assert page(client, statement, "?q=NOTHING").count("<tr>") < html.count("<tr>")
    assert f"/{statement.pk}/do/reopen/" in html
    assert f"/{statement.pk}/do/send-finance/" not in html, "nobody has reviewed it"


def test_two_sides_take_it_to_the_customer(client: Client) -> None:
    statement = frozen(payer(), "10.00")
    entered(client, Role.FINANCE)
    assert act(client, statement, "review-service").status_code == 403
    act(client, statement, "review-finance")
    statement.refresh_from_db()
    assert statement.state == "frozen", "finance issues it"
    entered(client, Role.AGENT)
    act(client, statement, "review-service")
    statement.refresh_from_db()
    assert statement.state == "reviewed"
    entered(client, Role.FINANCE)
    act(client, statement, "send-finance")
    statement.refresh_from_db()
    assert statement.state == "sent"
    act(client, statement, "confirm", how="stamped", note="盖章件已收")
    statement.refresh_from_db()
    assert (statement.state, statement.confirmed_note) == ("confirmed", "盖章件已收")


def test_many_are_sent_at_once_and_each_refusal_is_told(client: Client) -> None:
    ready, early = reviewed(frozen(payer(), "10.00")), frozen(payer(), "10.00")
    entered(client)
    address = reverse("admin:billing_statement_bulk", args=["send"])
    answer = client.post(address, {"chosen": [ready.pk, early.pk], "go": "1"})
    assert answer.status_code in (200, 302)
    ready.refresh_from_db()
    early.refresh_from_db()
    assert (ready.state, early.state) == ("sent", "frozen")


def test_a_line_is_disputed_corrected_and_the_dispute_decided(client: Client) -> None:
    statement = sent(payer(), "100.00")
    line = statement.charges.get()
    entered(client, Role.DIRECTOR)
    act(client, statement, "dispute", line, why="weight", amount="30", text="只有两公斤")
    dispute = statement.disputes.get()
    html = page(client, dispute)
    assert "只有两公斤" in html
    act(client, dispute, "accept", answer="复核属实", amount="20")
    dispute.refresh_from_db()
    assert dispute.state == "accepted"
    entered(client, Role.FINANCE)
    act(client, statement, "correct", line, gross="70", reason="再降")
    assert line.corrections.count() == 2


def test_money_is_taken_identified_settled_and_undone(client: Client) -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    entered(client)
    add = reverse("admin:billing_receipt_add")
    typed = {"source": "cash", "payer": "NOBODY", "amount": "100", "day": "2026-12-01"}
    typed["station"] = str(UnitFactory().pk)
    assert client.post(add, {**typed, "reference": "收据 17"}).status_code == 422
    client.post(add, {**typed, "payer": "", "reference": "收据 17"})
    money = Receipt.objects.get()
    act(client, money, "identify", payer=customer.code)
    act(client, money, "allocate", statement=str(statement.pk), amount="100.00")
    assert "¥0.00" in page(client, money)
    allocation = money.allocations.get()
    act(client, money, "undo", allocation, reason="记错了")
    assert money.allocations.count() == 2
    act(client, money, "oldest")
    assert money.allocations.count() == 3
    act(client, money, "cancel", reason="假钞")
    money.refresh_from_db()
    assert money.cancelled_at is not None


def test_an_invoice_s_way(client: Client) -> None:
    statement = sent(payer(), "106.00")
    entered(client)
    act(client, statement, "invoice", kind="e_special")
    invoice = Invoice.objects.get()
    assert act(client, invoice, "issue", number="123", issued_on="2026-12-01").status_code == 422
    act(client, invoice, "issue", number="26310000000000000017", issued_on="2026-12-01")
    act(client, invoice, "deliver", how="结款员老周")
    act(client, invoice, "receive", name="王会计")
    invoice.refresh_from_db()
    assert invoice.state == "received"
    html = page(client, invoice)
    assert "¥6.00" in html and "王会计" not in html


def test_a_cheque_s_round(client: Client) -> None:
    customer = payer()
    entered(client)
    add = reverse("admin:billing_cheque_add")
    client.post(add, {"payer": customer.code, "amount": "100", "collect_on": "2026-12-01"})
    cheque = Cheque.objects.get()
    today = DECEMBER_FIRST.date().isoformat()
    act(client, cheque, "collect", number="30112233", bank="招商银行", drawn_on=today)
    cheque.refresh_from_db()
    assert cheque.state in ("in_hand", "to_collect")
    page(client, cheque)


def test_finance_s_desk_adds_up(client: Client) -> None:
    entered(client)
    sent(payer(), "100.00")
    frozen(payer(), "50.00")
    html = client.get(reverse("admin:billing_statement_board") + "?month=2026-11").content.decode()
    assert "¥150.00" in html
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:billing_statement_board"))
    assert len(queries) < 12


def test_terms_are_entered_and_a_chain_of_payers_is_refused(client: Client) -> None:
    entered(client)
    daughter, mother, third = payer(), payer(), payer()
    add = reverse("admin:billing_billingterms_add")
    client.post(add, {"customer": daughter.pk, "payer": mother.pk, "deemed_after_days": "7"})
    assert BillingTerms.objects.get().payer == mother
    chain = client.post(add, {"customer": mother.pk, "payer": third.pk})
    assert chain.status_code == 200 and BillingTerms.objects.count() == 1


@pytest.mark.requirement("BIL-1")
def test_a_price_shows_its_steps_and_is_set_and_lifted(client: Client) -> None:
    tariff()
    made = shipment()
    services.charge_shipments(waybill_ids=[made.pk], by=UserFactory(), at=timezone.now())
    row = ShipmentRating.objects.get()
    entered(client)
    assert "¥14.80" in page(client, row) and "¥0.84" in page(client, row)
    act(client, row, "set", gross="9.90", reason="经理特批")
    assert act(client, row, "again", reason="复核").status_code == 302
    row.refresh_from_db()
    assert row.gross == D("9.90")
    act(client, row, "lift", reason="特批到期")
    row.refresh_from_db()
    assert row.gross == D("14.80")
    entered(client, Role.AGENT)
    assert act(client, row, "set", gross="1", reason="随便").status_code == 403
