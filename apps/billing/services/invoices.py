"""Invoices on the undisputed part of statements, from the request to the receipt (BIL-4)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as BadNumber

from apps.accounts.models import User
from apps.billing.channels import tax_channel
from apps.billing.enums import InvoiceKind, InvoiceState, StatementState
from apps.billing.models import Invoice, InvoiceLine, Statement
from apps.billing.models.invoices import DIGITAL, INVOICE_NUMBER
from apps.billing.queries.invoicing import invoiceable
from apps.billing.rules import tax
from apps.billing.services import books
from apps.billing.services.charges import PREFIX
from apps.billing.states import INVOICE_MOVES
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record

AGREED = (StatementState.SENT, StatementState.CONFIRMED)


@transaction.atomic
def request_invoice(
    *, statement_ids: Sequence[int], kind: InvoiceKind, by: User, at: datetime
) -> Invoice:
    """Ask for one invoice on all of these statements that is neither disputed nor invoiced yet.

    RuleBroken: ``not_agreed`` before a statement is with the customer, ``several_payers``,
    ``nothing_to_invoice``. BadInput ``no_title`` or ``bad_tax_number`` when the customer's data do not
    make an invoice.
    """
    statements = list(
        Statement.objects.visible_to(by)
        .filter(pk__in=statement_ids)
        .select_for_update(of=["self"])
        .select_related("bill_to")
        .order_by("pk")
    )
    if not statements or len(statements) != len(set(statement_ids)):
        raise BadInput(_("Choose the statements."), code="no_statements", field="statements")
    payer = statements[0].bill_to
    if payer is None or {statement.bill_to_id for statement in statements} != {payer.pk}:
        raise RuleBroken(_("One invoice has one payer."), code="several_payers")
    for statement in statements:
        if statement.state not in AGREED:
            raise RuleBroken(
                _("%(number)s is not with the customer yet.") % {"number": statement.number},
                code="not_agreed",
            )
    demand_title(payer.invoice_title, payer.tax_number)
    parts = invoiceable([statement.pk for statement in statements])
    gross = sum((part.gross for part in parts), Decimal(0))
    if not parts or gross <= 0:
        raise RuleBroken(
            _("Nothing is left to invoice: it is invoiced or disputed."), code="nothing_to_invoice"
        )
    invoice = Invoice.objects.create(
        serial=f"IV{statements[0].number.removeprefix(PREFIX)}"[:14] + f"{_nth(statements):03d}",
        bill_to=payer,
        kind=kind,
        title=payer.invoice_title,
        tax_number=payer.tax_number.upper(),
        gross=gross,
        created_by=by,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            statement_id=part.statement_id,
            tax_class_id=part.tax_class_id,
            rate_ppm=part.rate_ppm,
            gross=part.gross,
            net=net,
            tax=share,
        )
        for part in parts
        for net, share in [tax.split(part.gross, part.rate_ppm)]
    )
    data = {"amount": str(gross), "kind": str(kind), "invoice": invoice.serial}
    record("invoice.requested", invoice, by=by, at=at, data=data)
    return invoice


def _nth(statements: Sequence[Statement]) -> int:
    first = statements[0].number.removeprefix(PREFIX)[:12]
    return Invoice.objects.filter(serial__startswith=f"IV{first}").count() + 1


def demand_title(title: str, number: str) -> None:
    """What the bureau would refuse later. BadInput ``no_title``, ``bad_tax_number``."""
    if not title.strip():
        raise BadInput(
            _("The customer has no invoice title yet: enter it with its data."),
            code="no_title",
            field="invoice_title",
        )
    try:
        uscc.validate(number)
    except BadNumber:
        raise BadInput(
            _("“%(number)s” is no 统一社会信用代码: correct the customer's tax number.")
            % {"number": number},
            code="bad_tax_number",
            field="tax_number",
        ) from None


@transaction.atomic
def issue_invoice(
    *, invoice_id: int, number: str, issued_on: date, by: User, at: datetime
) -> Invoice:
    """Note the bureau's number: 20 digits for a digital invoice. BadInput ``number_taken`` when
    another invoice has it."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.state == InvoiceState.ISSUING and tax_channel() is not None:
        raise RuleBroken(
            _("The tax channel is at work on it: ask it, or wait."), code="with_channel"
        )
    INVOICE_MOVES.check(InvoiceState(invoice.state), InvoiceState.ISSUED)
    number = "".join(number.split())
    wrong = invoice.kind in DIGITAL and (len(number) != 20 or not number.isdigit())
    try:
        INVOICE_NUMBER(number)
    except ValidationError as error:
        raise BadInput(error.messages[0], code="bad_number", field="number") from error
    if wrong:
        raise BadInput(_("A digital invoice has 20 digits."), code="bad_number", field="number")
    if issued_on > timezone.localdate(at):
        raise BadInput(_("That day is still to come."), code="future", field="issued_on")
    return note_issued(invoice, number=number, issued_on=issued_on, by=by, at=at)


def note_issued(
    invoice: Invoice, *, number: str, issued_on: date, by: User, at: datetime
) -> Invoice:
    """A locked invoice has its number. BadInput ``number_taken``."""
    invoice.number, invoice.issued_on, invoice.issued_by = number, issued_on, by
    invoice.channel_due_at = None
    save_invoice(invoice, InvoiceState.ISSUED)
    books.post_invoice(invoice, day=books.open_day(issued_on), by=by, at=at)
    data = {"invoice": number, "amount": str(invoice.gross)}
    record("invoice.issued", invoice, by=by, at=at, data=data)
    return invoice


@transaction.atomic
def deliver_invoice(*, invoice_id: int, how: str, by: User, at: datetime) -> Invoice:
    """It left the company: with the settlement clerk, the agent, a driver, by post or by mail."""
    invoice = lock_invoice(invoice_id, by)
    invoice.delivered_at, invoice.delivered_by = at, by
    invoice.delivered_how = required_text(how, field="how", most=120)
    save_invoice(invoice, InvoiceState.DELIVERED)
    record("invoice.delivered", invoice, by=by, at=at, data={"how": invoice.delivered_how})
    return invoice


@transaction.atomic
def receive_invoice(*, invoice_id: int, name: str, by: User, at: datetime) -> Invoice:
    """The customer has it; ``name`` is who signed for it."""
    invoice = lock_invoice(invoice_id, by)
    invoice.received_at, invoice.received_by = at, required_text(name, field="name", most=60)
    save_invoice(invoice, InvoiceState.RECEIVED)
    record("invoice.received", invoice, by=by, at=at)
    return invoice


@transaction.atomic
def withdraw_invoice(*, invoice_id: int, reason: str, by: User, at: datetime) -> Invoice:
    """It is not issued after all; its part can be asked for again."""
    invoice = lock_invoice(invoice_id, by)
    invoice.ended_reason = required_text(reason)
    save_invoice(invoice, InvoiceState.WITHDRAWN)
    record("invoice.withdrawn", invoice, by=by, at=at, data={"reason": invoice.ended_reason})
    return invoice


@transaction.atomic
def reverse_invoice(
    *, invoice_id: int, red_number: str, reason: str, by: User, at: datetime
) -> Invoice:
    """A red invoice that did not come through the tax channel took it back whole; its part can be asked for
    again. RuleBroken ``red_form`` where a red form has begun that or done a part of it."""
    invoice = lock_invoice(invoice_id, by)
    if any(form.is_open or form.red_number for form in invoice.red_forms.all()):
        raise RuleBroken(
            _("A red form takes it back, or a part of it: the rest goes by a red form too."),
            code="red_form",
        )
    red_number = "".join(red_number.split())
    try:
        INVOICE_NUMBER(red_number)
    except ValidationError as error:
        raise BadInput(error.messages[0], code="bad_number", field="red_number") from error
    invoice.red_number, invoice.ended_reason = red_number, required_text(reason)
    save_invoice(invoice, InvoiceState.REVERSED)
    books.take_back_invoice(invoice, day=books.open_day(timezone.localdate(at)), by=by, at=at)
    data = {"invoice": red_number, "reason": invoice.ended_reason}
    record("invoice.reversed", invoice, by=by, at=at, data=data)
    return invoice


def lock_invoice(invoice_id: int, by: User) -> Invoice:
    """Invoice.DoesNotExist for whoever may not see it."""
    return Invoice.objects.visible_to(by).select_for_update(of=["self"]).get(pk=invoice_id)


def save_invoice(invoice: Invoice, to: InvoiceState) -> None:
    """A locked invoice, as it is now, in a state that may follow its own. BadInput ``number_taken``."""
    INVOICE_MOVES.check(InvoiceState(invoice.state), to)
    invoice.state = to
    with refused_as(
        BadInput(_("Another invoice has this number."), code="number_taken", field="number"),
        "number",
    ):
        invoice.save()
