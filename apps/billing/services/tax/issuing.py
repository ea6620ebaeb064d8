"""Invoices through the tax channel: given to it, asked about, never issued twice (BIL-4)."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.channels import Order, OrderLine, Outcome, TaxChannel
from apps.billing.enums import InvoiceKind, InvoiceState, TaxEffect
from apps.billing.models import Invoice, InvoiceLine
from apps.billing.models.invoices import AT_CHANNEL, DIGITAL
from apps.billing.queries.red_forms import lines_of
from apps.billing.services.invoices import demand_title, lock_invoice, note_issued, save_invoice
from apps.billing.services.tax import turns
from apps.billing.services.tax.turns import Turn
from apps.billing.states import INVOICE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.events.services import record

S = InvoiceState


@transaction.atomic
def submit_invoice(*, invoice_id: int, by: User, at: datetime) -> Invoice:
    """Give it to the tax channel, which works on it from then on.

    RuleBroken ``no_channel``, ``paper_invoice``, ``unclear``; BadInput ``no_title``, ``bad_tax_number``,
    ``no_item_code`` for what the bureau would refuse.
    """
    turns.demand_channel()
    return queue_invoice(invoice_id=invoice_id, by=by, at=at)


@transaction.atomic
def queue_invoice(*, invoice_id: int, by: User, at: datetime) -> Invoice:
    """``submit_invoice`` for an installation whose channel is still to be set up: it waits for that."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.kind not in DIGITAL:
        raise RuleBroken(_("The tax channel issues digital invoices only."), code="paper_invoice")
    if invoice.state == S.UNCLEAR:
        raise RuleBroken(
            _("Nobody knows whether it was issued: ask, or find out at the tax bureau."),
            code="unclear",
        )
    INVOICE_MOVES.check(S(invoice.state), S.ISSUING)
    demand_title(invoice.title, invoice.tax_number)
    for line in lines_of(invoice):
        if not line.tax_class.item_code:
            raise BadInput(
                _("Tax class “%(name)s” has no tax item code: enter a row of it that has one.")
                % {"name": line.tax_class.name},
                code="no_item_code",
                field="item_code",
            )
    invoice.channel_order = _next_order(invoice)
    invoice.channel_turn += 1  # what is still answered about the order before is not about this one
    invoice.channel_sent_at = invoice.channel_heard_at = None
    invoice.channel_code = invoice.channel_words = invoice.channel_ref = ""
    turns.due_now(invoice)
    save_invoice(invoice, S.ISSUING)
    record("invoice.submitted", invoice, by=by, at=at, data={"order": invoice.channel_order})
    return invoice


def _next_order(invoice: Invoice) -> str:
    """Our serial; once the provider has refused that, with a count behind it (20 characters at most)."""
    last = invoice.channel_order or ""
    if not last:
        return invoice.serial
    tries = last.removeprefix(invoice.serial).removeprefix("-")
    return f"{invoice.serial}-{int(tries or 1) + 1}"


def order_line(line: InvoiceLine) -> OrderLine:
    return OrderLine(
        name=line.tax_class.name,
        item_code=line.tax_class.item_code,
        rate_ppm=line.rate_ppm,
        gross=line.gross,
        net=line.net,
        tax=line.tax,
    )


def order_of(invoice: Invoice) -> Order:
    return Order(
        number=invoice.channel_order or "",
        kind=InvoiceKind(invoice.kind),
        title=invoice.title,
        tax_number=invoice.tax_number,
        lines=[order_line(line) for line in lines_of(invoice)],
    )


def work_on_invoice(turn: Turn, channel: TaxChannel, *, by: User, at: datetime) -> None:
    """Send it where nothing has left yet, ask about it otherwise; no transaction is open meanwhile."""
    invoice = Invoice.objects.get(pk=turn.pk)
    order = order_of(invoice)
    if invoice.channel_sent_at is None:
        # Unclear from now on until the answer is on record, so that a killed worker leaves the truth.
        outcome = channel.issue(order, lambda: turns.begin(turn, state=S.UNCLEAR))
    else:
        outcome = channel.ask(order)
    note_invoice(turn, outcome, channel, by=by, at=at)


@transaction.atomic
def note_invoice(
    turn: Turn, outcome: Outcome, channel: TaxChannel, *, by: User, at: datetime
) -> None:
    """Write down what became of it; nothing where the turn is not ours any more."""
    invoice = Invoice.objects.select_for_update().get(pk=turn.pk)
    # Somebody may have noted meanwhile that the bureau does not have it: then it has it all the same.
    late = invoice.state == S.FAILED and outcome.effect == TaxEffect.DONE
    if invoice.channel_turn != turn.nth or (invoice.state not in AT_CHANNEL and not late):
        return
    invoice.channel_heard_at = at
    invoice.channel_code, invoice.channel_words = outcome.code, outcome.words
    invoice.channel_ref = outcome.ref or invoice.channel_ref
    if outcome.effect == TaxEffect.DONE and outcome.issued_on is not None:
        _note_done(invoice, outcome, outcome.issued_on, by=by, at=at)
    elif outcome.effect == TaxEffect.REFUSED:
        invoice.channel_due_at = None
        save_invoice(invoice, S.FAILED)
        record("invoice.failed", invoice, by=by, at=at, data=_answer(outcome))
    elif outcome.effect == TaxEffect.NOT_DONE:
        _send_again(invoice, outcome)
    elif outcome.effect == TaxEffect.NOT_THERE:
        sent = invoice.channel_sent_at
        if sent is not None and at - sent > channel.settling:
            # It never came there, so the same number is asked for once more.
            _send_again(invoice, outcome)
        else:
            _wait(invoice, outcome)
    elif outcome.effect == TaxEffect.PENDING:
        _wait(invoice, outcome, S.ISSUING)
    elif invoice.state == S.ISSUING and not outcome.ref:
        # They have taken it; that they cannot be asked just now makes nothing unclear.
        _wait(invoice, outcome)
    else:
        _stay_unclear(invoice, outcome, by=by, at=at)


def _note_done(
    invoice: Invoice, outcome: Outcome, issued_on: date, *, by: User, at: datetime
) -> None:
    try:
        note_issued(invoice, number=outcome.number, issued_on=issued_on, by=by, at=at)
    except BadInput:
        # A person's: nothing of it is kept but what was answered.
        invoice.refresh_from_db()
        if invoice.state in AT_CHANNEL:
            taken = replace(outcome, code="number_taken", words=outcome.number)
            invoice.channel_code, invoice.channel_words = taken.code, taken.words
            _stay_unclear(invoice, taken, by=by, at=at)


def _answer(outcome: Outcome) -> dict[str, str]:
    return {"answer": f"{outcome.code} {outcome.words}".strip()}


def _send_again(invoice: Invoice, outcome: Outcome) -> None:
    invoice.channel_sent_at = None
    _wait(invoice, outcome, S.ISSUING)


def _wait(invoice: Invoice, outcome: Outcome, to: InvoiceState | None = None) -> None:
    turns.wait(invoice, at_least=outcome.retry_after)
    if to is not None and to != invoice.state:
        INVOICE_MOVES.check(S(invoice.state), to)
        invoice.state = to
    invoice.save()


def _stay_unclear(invoice: Invoice, outcome: Outcome, *, by: User, at: datetime) -> None:
    """Asked again and again, and in sight of people; told once."""
    first = invoice.channel_tries == 0 or invoice.state != S.UNCLEAR
    _wait(invoice, outcome, S.UNCLEAR)
    if first:
        record("invoice.unclear", invoice, by=by, at=at, data=_answer(outcome))


@transaction.atomic
def ask_about_invoice(*, invoice_id: int, by: User, at: datetime) -> Invoice:
    """Now instead of at its next turn. RuleBroken ``not_with_channel``."""
    turns.demand_channel()
    invoice = lock_invoice(invoice_id, by)
    if invoice.state not in AT_CHANNEL:
        raise RuleBroken(_("The tax channel does not have it."), code="not_with_channel")
    turns.due_now(invoice)
    invoice.save(update_fields=["channel_due_at", "channel_tries"])
    return invoice


@transaction.atomic
def take_from_channel(*, invoice_id: int, by: User, at: datetime) -> Invoice:
    """As long as nothing of it has left. RuleBroken ``not_with_channel``, ``has_left``."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.state not in AT_CHANNEL:
        raise RuleBroken(_("The tax channel does not have it."), code="not_with_channel")
    if invoice.channel_sent_at is not None:
        raise RuleBroken(_("It has left already: ask what became of it."), code="has_left")
    invoice.channel_turn += 1  # whoever is about to send it must not any more
    invoice.channel_due_at = None
    save_invoice(invoice, S.REQUESTED)
    record("invoice.taken_back", invoice, by=by, at=at)
    return invoice


@transaction.atomic
def note_not_issued(*, invoice_id: int, reason: str, by: User, at: datetime) -> Invoice:
    """Somebody found out at the tax bureau that an unclear one does not exist there."""
    invoice = lock_invoice(invoice_id, by)
    if invoice.state != S.UNCLEAR:
        raise RuleBroken(_("Only an unclear invoice is found out about."), code="not_unclear")
    invoice.channel_words, invoice.channel_code = required_text(reason), "by_hand"
    invoice.channel_due_at = None
    save_invoice(invoice, S.FAILED)
    record("invoice.failed", invoice, by=by, at=at, data={"reason": invoice.channel_words})
    return invoice
