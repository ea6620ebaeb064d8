"""Invoices through the tax channel: issued once whatever the provider does, refused before they leave where
the bureau would refuse them (BIL-4). The double enforces the published protocol."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as installation
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.billing import services
from apps.billing.channels import Outcome
from apps.billing.channels import nuonuo_wire as wire
from apps.billing.enums import InvoiceKind, TaxEffect
from apps.billing.models import Invoice, InvoiceLine, TaxProvider
from apps.billing.services.tax import turns
from apps.billing.services.tax.issuing import note_invoice, order_of, work_on_invoice
from apps.core.enqueueing import heard_by
from apps.events.models import Event
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from tests.doubles.tax_platform import TaxPlatform
from tests.factories.billing import payer, sent
from tests.factories.tax import (
    due_now,
    issued,
    requested,
    settled,
    submitted,
    two_lined,
    who,
    work,
)
from tests.refusing import undone_refusal_of as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-4")]
D = Decimal


def now(invoice: Invoice) -> Invoice:
    invoice.refresh_from_db()
    return invoice


def recorded(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_it_is_sent_asked_about_and_issued_with_its_number(bureau: TaxPlatform) -> None:
    bureau.late = 1
    invoice = submitted(two_lined())
    assert (invoice.state, invoice.channel_order) == ("issuing", invoice.serial)
    work()
    now(invoice)
    assert (invoice.state, invoice.number) == ("issuing", None)
    assert invoice.channel_sent_at and invoice.channel_ref == bureau.orders[invoice.serial].serial
    work()
    assert now(invoice).state == "issuing" and invoice.channel_words == "开票中"
    work()
    now(invoice)
    (made,) = bureau.issued()
    assert (invoice.state, invoice.number) == ("issued", made.number)
    assert invoice.number is not None and len(invoice.number) == 20
    assert invoice.issued_on == timezone.localdate() and invoice.issued_by is not None
    assert (made.net, made.tax) == (D("300.00"), D("24.00"))
    assert invoice.channel_due_at is None and services.work_tax_channel() == 0
    assert balance_of(Account.objects.get(kind=AccountKind.OUTPUT_VAT).pk).net == D("-24.00")


def test_what_goes_over_the_wire(bureau: TaxPlatform) -> None:
    invoice = issued(two_lined())
    (order,) = (one["order"] for one in bureau.asked("requestBillingNew"))
    assert order["orderNo"] == invoice.serial and len(order["orderNo"]) <= 20
    assert (order["buyerName"], order["buyerTaxNum"]) == (invoice.title, invoice.tax_number)
    lines = [
        (one["taxRate"], one["taxIncludedAmount"], one["taxExcludedAmount"], one["tax"])
        for one in order["invoiceDetail"]
    ]
    assert sorted(lines) == [
        ("0.06", "106.00", "100.00", "6.00"),
        ("0.09", "218.00", "200.00", "18.00"),
    ]
    assert order["invoiceLine"] == "bs"
    assert "secret" not in str([one.raw_query for one in bureau.requests])


def test_the_signature_is_the_published_one() -> None:
    """Computed by hand once (openssl dgst -sha1 -hmac) from the documented string."""
    query = {"senid": "0" * 32, "nonce": "12345678", "timestamp": "1764561600"}
    made = wire.signature("secret", "key", query, '{"a":1}', "/open/v1/services")
    assert made == "bY3Wcfixt8EPhLo5K5SG9mU4m8Y="


def test_a_lost_answer_is_asked_about_and_never_sent_again(bureau: TaxPlatform) -> None:
    invoice = submitted()
    bureau.plan(None, "drop")  # the token, then the order: it was taken
    work()
    assert now(invoice).state == "unclear" and recorded("invoice.unclear") == 1
    assert (
        refused(lambda: services.submit_invoice(invoice_id=invoice.pk, **who())).code == "unclear"
    )
    work(3)
    assert now(invoice).state == "issued"
    assert len(bureau.asked("requestBillingNew")) == len(bureau.issued()) == 1


def test_garbage_is_no_answer(bureau: TaxPlatform) -> None:
    invoice = submitted()
    bureau.garble(b"<html>502</html>", b"[]", b'{"code": "E0000", "result": [{"status": "2"}]}')
    work()
    assert now(invoice).state == "unclear"
    work(2)
    assert now(invoice).state == "unclear" and recorded("invoice.unclear") == 1
    work()
    assert now(invoice).state == "issued" and len(bureau.asked("requestBillingNew")) == 1


def test_what_never_arrived_is_sent_once_more_under_its_number(bureau: TaxPlatform) -> None:
    invoice = submitted()
    bureau.plan(None, 502)
    work()
    assert now(invoice).state == "unclear"
    work()
    assert now(invoice).state == "unclear", "they may merely not have it yet"
    settled()
    work()
    assert now(invoice).state == "issuing" and invoice.channel_sent_at is None
    work(2)
    assert now(invoice).state == "issued" and len(bureau.issued()) == 1
    assert invoice.channel_order == invoice.serial


def test_one_that_they_have_after_all_is_not_made_twice(bureau: TaxPlatform) -> None:
    """What they said they never had, they have: the number is refused as a double and asked about."""
    invoice = submitted()
    bureau.plan(None, "drop")
    work()
    settled()
    bureau.refuse_next("E9500", "查询的发票不存在")
    work()
    assert now(invoice).channel_sent_at is None
    work()
    assert now(invoice).state == "issued"
    assert len(bureau.asked("requestBillingNew")) == 2 and len(bureau.issued()) == 1


def test_nothing_leaves_while_they_cannot_be_reached(bureau: TaxPlatform, settings: Any) -> None:
    invoice = submitted()
    settings.TAX_CHANNEL = {**bureau.settings, "url": "http://127.0.0.1:1/open/v1/services"}
    work(2)
    assert now(invoice).state == "issuing" and invoice.channel_sent_at is None
    assert invoice.channel_code == "connection_refused"
    settings.TAX_CHANNEL = bureau.settings
    work(2)
    assert now(invoice).state == "issued"


def test_what_the_bureau_refuses_is_told_in_its_words_and_sent_anew(bureau: TaxPlatform) -> None:
    bureau.credit = D("50.00")
    invoice = submitted()
    work(2)
    assert now(invoice).state == "failed"
    assert invoice.channel_words == "当前可用授信额度不足" and recorded("invoice.failed") == 1
    assert invoice.channel_due_at is None
    bureau.credit = D("1000.00")
    submitted(invoice)
    assert now(invoice).channel_order == f"{invoice.serial}-2"
    work(2)
    assert now(invoice).state == "issued" and len(bureau.issued()) == 1


def test_a_refusal_of_the_request_is_believed_once_they_have_no_such_order(
    bureau: TaxPlatform,
) -> None:
    invoice = submitted()
    bureau.refuse_next("E9102", "购方名称不能为空")
    work()
    assert now(invoice).state == "failed" and invoice.channel_words == "购方名称不能为空"
    other = submitted()
    bureau.plan("drop")
    bureau.late = 1
    work()
    settled()
    bureau.refuse_next("E9500", "查询的发票不存在")
    work()
    bureau.refuse_next("E9999", "系统繁忙")
    work()
    assert now(other).state == "issuing", "they have it, whatever they said"
    work()
    assert now(other).state == "issued" and len(bureau.issued()) == 1


def test_an_expired_token_is_renewed_and_nothing_is_lost(bureau: TaxPlatform) -> None:
    bureau.token_life = 1_000
    issued()
    TaxProvider.objects.update(token_expires=timezone.now())
    issued()
    assert len(bureau.tokens_given) == 2
    bureau.tokens.clear()  # taken back before its time
    invoice = submitted()
    work()
    assert now(invoice).state == "issuing" and invoice.channel_code == "070301"
    assert invoice.channel_sent_at is None and len(bureau.tokens_given) == 2, "they are few"
    TaxProvider.objects.update(token_since=timezone.now() - wire.KEEP_TOKEN * 1.01)
    work(2)
    assert now(invoice).state == "issued" and len(bureau.tokens_given) == 3


def test_one_token_serves_a_day(bureau: TaxPlatform) -> None:
    for _n in range(3):
        issued()
    assert len(bureau.tokens_given) == 1
    provider = TaxProvider.objects.get()
    assert provider.token_expires is not None and provider.access_token in bureau.tokens


def test_used_up_tokens_and_wrong_secrets_hold_up_and_lose_nothing(
    bureau: TaxPlatform, settings: Any
) -> None:
    invoice = submitted()
    bureau.tokens_given = [bureau.now()] * 50
    work()
    assert now(invoice).channel_code == "070306" and invoice.state == "issuing"
    bureau.tokens_given = []
    settings.TAX_CHANNEL = {**bureau.settings, "app_secret": "wrong"}
    work()
    assert now(invoice).channel_code == "070305"
    settings.TAX_CHANNEL = bureau.settings
    work(2)
    assert now(invoice).state == "issued"


def test_a_wrong_signature_is_refused_and_nothing_is_taken(
    bureau: TaxPlatform, settings: Any
) -> None:
    issued()
    invoice = submitted()
    settings.TAX_CHANNEL = {**bureau.settings, "app_secret": "wrong"}
    work()
    assert now(invoice).state == "issuing" and invoice.channel_words == "签名不匹配"
    assert invoice.channel_sent_at is None and invoice.channel_due_at is not None
    assert invoice.channel_due_at > timezone.now()
    settings.TAX_CHANNEL = bureau.settings
    work(2)
    assert now(invoice).state == "issued"


@pytest.mark.parametrize("code", ["070201", "070204"])
def test_used_up_calls_wait_an_hour(bureau: TaxPlatform, code: str) -> None:
    invoice = submitted()
    bureau.refuse_next(code, "超出API日流量限额")
    work()
    assert now(invoice).state == "issuing" and invoice.channel_sent_at is None
    assert invoice.channel_due_at is not None
    assert (invoice.channel_due_at - timezone.now()).total_seconds() > 3_500


def test_one_with_another_amount_is_a_person_s(bureau: TaxPlatform) -> None:
    invoice = submitted()
    work()
    bureau.orders[invoice.serial].net += D("1.00")
    work()
    assert now(invoice).state == "unclear" and invoice.channel_code == "amount_differs"
    assert balance_of(Account.objects.get(kind=AccountKind.DEFERRED_VAT).pk).net == D("-6.00")
    services.issue_invoice(
        invoice_id=invoice.pk,
        number=bureau.issued()[0].number,
        issued_on=timezone.localdate(),
        by=who()["by"],
        at=timezone.now(),
    )
    assert now(invoice).state == "issued" and invoice.channel_due_at is None


def test_one_of_another_buyer_is_not_ours(bureau: TaxPlatform) -> None:
    invoice = submitted()
    work()
    bureau.orders[invoice.serial].order["buyerTaxNum"] = "91310000132211412Y"
    work()
    assert now(invoice).state == "unclear" and invoice.channel_code == "buyer_differs"


def test_what_was_found_meanwhile_counts_before_what_somebody_noted(bureau: TaxPlatform) -> None:
    """While it is asked about, somebody notes that the bureau does not have it; and it has."""
    invoice = submitted()
    bureau.plan(None, "drop")
    work()
    due_now()
    channel = turns.demand_channel()
    turn = turns.claim(Invoice, channel.lease)
    assert turn is not None
    outcome = channel.ask(order_of(now(invoice)))
    services.note_not_issued(invoice_id=invoice.pk, reason="税局没有", **who())
    note_invoice(turn, outcome, channel, **who())
    assert now(invoice).state == "issued" and invoice.number == bureau.issued()[0].number
    assert refused(lambda: submitted(invoice)).code == "illegal_move"


def test_an_answer_about_the_order_before_is_not_about_the_new_one(bureau: TaxPlatform) -> None:
    bureau.credit = D("0.00")
    invoice = submitted()
    work()
    due_now()
    channel = turns.demand_channel()
    turn = turns.claim(Invoice, channel.lease)
    assert turn is not None
    outcome = channel.ask(order_of(now(invoice)))
    note_invoice(turn, outcome, channel, **who())
    submitted(invoice)
    note_invoice(turn, outcome, channel, **who())
    assert now(invoice).state == "issuing" and invoice.channel_due_at is not None


def test_a_number_that_another_invoice_has_is_a_person_s(bureau: TaxPlatform) -> None:
    first, second = issued(), submitted()
    work()
    bureau.orders[second.serial].status, bureau.orders[second.serial].at = "2", bureau.now()
    bureau.orders[second.serial].number = str(first.number)
    work()
    assert now(second).state == "unclear" and second.channel_code == "number_taken"


def test_one_that_is_unclear_for_good_is_decided_by_a_person(bureau: TaxPlatform) -> None:
    invoice = submitted()
    assert (
        refused(
            lambda: services.note_not_issued(invoice_id=invoice.pk, reason="税局没有", **who())
        ).code
        == "not_unclear"
    )
    bureau.plan(None, 502)
    work()
    services.note_not_issued(invoice_id=invoice.pk, reason="税局查询没有", **who())
    assert now(invoice).state == "failed" and services.work_tax_channel() == 0
    submitted(invoice)
    work(2)
    assert now(invoice).state == "issued" and invoice.channel_order == f"{invoice.serial}-2"


def test_while_the_channel_is_at_work_nothing_is_noted_by_hand(bureau: TaxPlatform) -> None:
    invoice = submitted()
    by_hand: dict[str, Any] = {"number": "1" * 20, "issued_on": timezone.localdate(), **who()}
    assert (
        refused(lambda: services.issue_invoice(invoice_id=invoice.pk, **by_hand)).code
        == "with_channel"
    )
    assert (
        refused(
            lambda: services.withdraw_invoice(invoice_id=invoice.pk, reason="不开了", **who())
        ).code
        == "illegal_move"
    )
    assert refused(lambda: submitted(invoice)).code == "illegal_move"


def test_a_worker_is_called_to_it(
    bureau: TaxPlatform, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[str] = []
    heard_by(lambda task, _args: heard.append(task))
    invoice = requested()
    with django_capture_on_commit_callbacks(execute=True):
        submitted(invoice)
    with django_capture_on_commit_callbacks(execute=True):
        services.ask_about_invoice(invoice_id=invoice.pk, **who())
    heard_by(None)
    assert heard.count(turns.WORK) == 2


def test_what_has_not_left_is_taken_back_and_does_not_leave(bureau: TaxPlatform) -> None:
    invoice = submitted()
    due_now()
    turn = turns.claim(Invoice, turns.demand_channel().lease)
    assert turn is not None
    services.take_from_channel(invoice_id=invoice.pk, **who())
    with pytest.raises(turns.LostTurn):
        work_on_invoice(turn, turns.demand_channel(), **who())
    work()
    assert now(invoice).state == "requested" and bureau.asked("requestBillingNew") == []
    submitted(invoice)
    work()
    assert (
        refused(lambda: services.take_from_channel(invoice_id=invoice.pk, **who())).code
        == "has_left"
    )


def test_one_that_waits_for_a_channel_that_went_is_noted_by_hand(
    bureau: TaxPlatform, settings: Any
) -> None:
    invoice = submitted()
    work()
    settings.TAX_CHANNEL = {**bureau.settings, "app_key": ""}
    work()
    assert now(invoice).state == "issuing"
    services.issue_invoice(
        invoice_id=invoice.pk, number="8" * 20, issued_on=timezone.localdate(),
        by=who()["by"], at=timezone.now(),
    )  # fmt: skip
    assert now(invoice).state == "issued" and invoice.channel_due_at is None


def test_asking_again_is_now(bureau: TaxPlatform) -> None:
    invoice = submitted()
    work()
    assert services.work_tax_channel() == 0, "its next turn is still to come"
    services.ask_about_invoice(invoice_id=invoice.pk, **who())
    assert services.work_tax_channel() == 1 and now(invoice).state == "issued"
    assert (
        refused(lambda: services.ask_about_invoice(invoice_id=invoice.pk, **who())).code
        == "not_with_channel"
    )


def test_without_a_channel_it_goes_by_hand() -> None:
    assert not installation.TAX_CHANNEL["app_key"], "as the house comes"
    invoice = requested()
    assert refused(lambda: submitted(invoice)).code == "no_channel"
    assert services.work_tax_channel() == services.look_for_red_forms() == 0
    work()
    services.issue_invoice(
        invoice_id=invoice.pk, number="2" * 20, issued_on=timezone.localdate(),
        by=who()["by"], at=timezone.now(),
    )  # fmt: skip
    assert now(invoice).state == "issued" and invoice.channel_order is None


def test_what_the_bureau_would_refuse_does_not_leave(bureau: TaxPlatform) -> None:
    paper = requested(kind=InvoiceKind.PAPER_NORMAL)
    assert refused(lambda: submitted(paper)).code == "paper_invoice"
    wrong = requested()
    Invoice.objects.filter(pk=wrong.pk).update(tax_number="91310115MA1K35XH0A")
    refusal = refused(lambda: submitted(wrong))
    assert (refusal.code, refusal.field) == ("bad_tax_number", "tax_number")
    statement = sent(payer(), "10.00")
    uncoded = services.request_invoice(
        statement_ids=[statement.pk], kind=InvoiceKind.E_NORMAL, **who()
    )
    refusal = refused(lambda: submitted(uncoded))
    assert (refusal.code, refusal.field) == ("no_item_code", "item_code")
    assert "收派服务" in str(refusal)
    assert bureau.requests == []


def test_a_turn_that_was_lost_writes_nothing_and_lets_nothing_leave(bureau: TaxPlatform) -> None:
    invoice = submitted()
    due_now()
    mine = turns.claim(Invoice, turns.demand_channel().lease)
    assert mine is not None
    assert turns.claim(Invoice, turns.demand_channel().lease) is None, "it is mine"
    due_now()
    theirs = turns.claim(Invoice, turns.demand_channel().lease)
    assert theirs is not None and theirs.nth == mine.nth + 1
    with pytest.raises(turns.LostTurn):
        turns.begin(mine, state="unclear")
    with pytest.raises(turns.LostTurn):
        work_on_invoice(mine, turns.demand_channel(), **who())
    assert bureau.asked("requestBillingNew") == []
    note_invoice(mine, Outcome(TaxEffect.REFUSED, "E1"), turns.demand_channel(), **who())
    assert now(invoice).state == "issuing" and invoice.channel_code == ""


def test_the_database_keeps_the_channel_s_side_whole(bureau: TaxPlatform) -> None:
    invoice = submitted()
    for values in (
        {"channel_due_at": None},
        {"channel_order": None},
        {"state": "unclear"},
        {"state": "issued"},
        {"kind": "paper_normal"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**values)
    other = submitted()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=other.pk).update(channel_order=invoice.serial)
    assert InvoiceLine.objects.filter(invoice=invoice).count() == 1
