"""Invoices on the undisputed part, taxed once a line, from the request to the receipt (BIL-4)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.billing import services
from apps.billing.enums import DisputeReason, InvoiceKind, InvoiceState
from apps.billing.models import Invoice
from apps.billing.queries.invoicing import invoiceable
from apps.billing.states import INVOICE_MOVES
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from tests.doubles.tax_platform import TaxPlatform
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, charged, frozen, payer, sent, tax_class
from tests.factories.tax import requested, work
from tests.refusing import refused_undone as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-4")]
D = Decimal
DIGITS = iter(range(1, 10**6))


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": DECEMBER_FIRST}


def ask(*statements: Any, kind: InvoiceKind = InvoiceKind.E_SPECIAL) -> Invoice:
    return services.request_invoice(
        statement_ids=[statement.pk for statement in statements], kind=kind, **who()
    )


def issue(invoice: Invoice, number: str = "", **more: Any) -> Invoice:
    number = number or f"2631{next(DIGITS):016d}"
    values = {"issued_on": date(2026, 12, 1), **more}
    return services.issue_invoice(invoice_id=invoice.pk, number=number, **values, **who())


def test_it_is_on_what_is_not_disputed_and_taxed_once_a_line() -> None:
    customer = payer()
    charged(customer, "218.00", tax=tax_class("storage", 90_000).pk)
    statement = sent(customer, *["10.00"] * 100)
    services.raise_dispute(
        charge_id=statement.charges.filter(gross=10).first().pk,  # type: ignore[union-attr]
        why=DisputeReason.DOUBLE,
        text="重复计费",
        **who(),
    )
    invoice = ask(statement)
    lines = {line.rate_ppm: (line.gross, line.net, line.tax) for line in invoice.lines.all()}
    assert lines == {
        60_000: (D("990.00"), D("933.96"), D("56.04")),
        90_000: (D("218.00"), D("200.00"), D("18.00")),
    }
    assert invoice.gross == D("1208.00")
    assert invoiceable([statement.pk]) == []
    assert refused(lambda: ask(statement)) == "nothing_to_invoice"


def test_what_is_withdrawn_or_reversed_can_be_asked_for_again() -> None:
    statement = sent(payer(), "106.00")
    services.withdraw_invoice(invoice_id=ask(statement).pk, reason="抬头要改", **who())
    second = issue(ask(statement))
    assert second.serial != Invoice.objects.earliest("pk").serial
    output = Account.objects.get(kind=AccountKind.OUTPUT_VAT)
    assert balance_of(output.pk).net == D("-6.00")
    services.reverse_invoice(
        invoice_id=second.pk, red_number="26319999999999999999", reason="开票有误", **who()
    )
    assert balance_of(output.pk).net == 0
    assert ask(statement).gross == D("106.00")


@pytest.mark.parametrize(
    ("title", "number", "code"),
    [
        ("", "91310115MA1K35XH0L", "no_title"),
        ("上海云裳服饰有限公司", "", "bad_tax_number"),
        ("上海云裳服饰有限公司", "91310115MA1K35XH0A", "bad_tax_number"),
    ],
)
def test_without_title_data_there_is_none(title: str, number: str, code: str) -> None:
    statement = sent(payer(invoice_title=title, tax_number=number), "10.00")
    assert refused(lambda: ask(statement)) == code


def test_one_payer_and_only_what_the_customer_has() -> None:
    assert refused(lambda: ask(sent(payer(), "1.00"), sent(payer(), "1.00"))) == "several_payers"
    assert refused(lambda: ask(frozen(payer(), "1.00"))) == "not_agreed"


@pytest.mark.parametrize("number", ["", "12345678", "2631000000000000000X", "1" * 21])
def test_a_digital_invoice_has_twenty_digits(number: str) -> None:
    invoice = ask(sent(payer(), "10.00"))
    assert refused(lambda: issue(invoice, number or " ")) == "bad_number"


def test_a_number_belongs_to_one_invoice() -> None:
    first = issue(ask(sent(payer(), "10.00")))
    second = ask(sent(payer(), "10.00"))
    assert first.number is not None
    assert refused(lambda: issue(second, str(first.number))) == "number_taken"
    assert refused(lambda: issue(second, issued_on=date(2026, 12, 2))) == "future"


def test_the_database_keeps_what_is_issued_whole() -> None:
    invoice = issue(ask(sent(payer(), "10.00")))
    for values in ({"number": None}, {"gross": D("0.00")}, {"number": "123"}, {"title": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**values)


@pytest.mark.parametrize("to", InvoiceState)
@pytest.mark.parametrize("frm", InvoiceState)
def test_every_move(bureau: TaxPlatform, frm: InvoiceState, to: InvoiceState) -> None:
    """By the act that makes it; what the table forbids is refused, or there is no act for it."""
    acts: dict[InvoiceState, Callable[[Invoice], Any]] = {
        InvoiceState.REQUESTED: lambda i: services.take_from_channel(invoice_id=i.pk, **who()),
        InvoiceState.ISSUING: lambda i: services.submit_invoice(invoice_id=i.pk, **who()),
        InvoiceState.UNCLEAR: lambda _i: _without_an_answer(bureau),
        InvoiceState.FAILED: lambda i: services.note_not_issued(
            invoice_id=i.pk, reason="税局没有", **who()
        ),
        InvoiceState.ISSUED: issue,
        InvoiceState.DELIVERED: lambda i: services.deliver_invoice(
            invoice_id=i.pk, how="结款员老周", **who()
        ),
        InvoiceState.RECEIVED: lambda i: services.receive_invoice(
            invoice_id=i.pk, name="王会计", **who()
        ),
        InvoiceState.WITHDRAWN: lambda i: services.withdraw_invoice(
            invoice_id=i.pk, reason="不开了", **who()
        ),
        InvoiceState.REVERSED: lambda i: services.reverse_invoice(
            invoice_id=i.pk, red_number=f"2632{next(DIGITS):016d}", reason="有误", **who()
        ),
    }
    # What the channel's answers do, where people cannot.
    answers: dict[tuple[InvoiceState, InvoiceState], Callable[[], None]] = {
        (InvoiceState.ISSUING, InvoiceState.ISSUED): lambda: work(2),
        (InvoiceState.ISSUING, InvoiceState.FAILED): lambda: _refused_by(bureau),
        (InvoiceState.UNCLEAR, InvoiceState.ISSUING): lambda: _still_at_work(bureau),
    }
    ways: dict[InvoiceState, list[InvoiceState]] = {
        InvoiceState.REQUESTED: [],
        InvoiceState.ISSUING: [InvoiceState.ISSUING],
        InvoiceState.UNCLEAR: [InvoiceState.ISSUING, InvoiceState.UNCLEAR],
        InvoiceState.FAILED: [InvoiceState.ISSUING, InvoiceState.UNCLEAR, InvoiceState.FAILED],
        InvoiceState.ISSUED: [InvoiceState.ISSUED],
        InvoiceState.DELIVERED: [InvoiceState.ISSUED, InvoiceState.DELIVERED],
        InvoiceState.RECEIVED: [InvoiceState.ISSUED, InvoiceState.RECEIVED],
        InvoiceState.WITHDRAWN: [InvoiceState.WITHDRAWN],
        InvoiceState.REVERSED: [InvoiceState.ISSUED, InvoiceState.REVERSED],
    }
    invoice = requested()
    for step in ways[frm]:
        acts[step](invoice)
        invoice.refresh_from_db()
    assert invoice.state == frm
    if INVOICE_MOVES.allows(frm, to):
        answers.get((frm, to), lambda: acts[to](invoice))()
        invoice.refresh_from_db()
        assert invoice.state == to
    elif to == InvoiceState.UNCLEAR:
        work()
        invoice.refresh_from_db()
        assert invoice.state != to or frm == to
    else:
        assert refused(lambda: acts[to](invoice)) in (
            "illegal_move", "not_unclear", "unclear", "with_channel", "not_with_channel", "has_left",
        )  # fmt: skip


def _without_an_answer(bureau: TaxPlatform) -> None:
    bureau.garble(b"?")
    work()


def _still_at_work(bureau: TaxPlatform) -> None:
    bureau.late = 1
    for order in bureau.orders.values():
        order.late = 1
    work()


def _refused_by(bureau: TaxPlatform) -> None:
    bureau.credit = D("0.00")
    work(2)
