"""What became of a red form, and what follows: the clock of 72 hours, and the red invoice (BIL-4)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from apps.accounts.models import User
from apps.billing.channels import RedOrder, RedOutcome, RedPart, TaxChannel
from apps.billing.enums import (
    EnteredBy,
    InvoiceKind,
    InvoiceState,
    RedFormAction,
    RedFormState,
    RedReason,
    TaxEffect,
)
from apps.billing.models import Invoice, RedForm, RedLine
from apps.billing.queries.red_forms import left_of, lines_of
from apps.billing.services import books, clocks
from apps.billing.services.invoices import save_invoice
from apps.billing.services.tax import turns
from apps.billing.services.tax.issuing import order_line
from apps.billing.services.tax.turns import Turn
from apps.billing.states import RED_FORM_MOVES
from apps.events.services import record

S = RedFormState
# The bureau's: 02 and 03 wait for the other side, which has so long; 10 … 13 void otherwise.
CONFIRM_WITHIN = timedelta(hours=72)
ASK_EVERY = timedelta(minutes=30)
BUREAU = {
    "01": S.CONFIRMED,  # needs no confirmation
    "02": S.PENDING,
    "03": S.PENDING,
    "04": S.CONFIRMED,
    "05": S.REFUSED,
    "06": S.REFUSED,
    "07": S.LAPSED,
    "08": S.WITHDRAWN,
    "09": S.WITHDRAWN,
    "10": S.FAILED,
    "11": S.FAILED,
    "12": S.FAILED,
    "13": S.FAILED,
    "15": S.REQUESTED,  # the provider is entering it
    "16": S.FAILED,  # the bureau did not take it
}
_EVENTS = {
    S.PENDING: "red_form.pending",
    S.CONFIRMED: "red_form.confirmed",
    S.REFUSED: "red_form.refused",
    S.LAPSED: "red_form.lapsed",
    S.WITHDRAWN: "red_form.withdrawn",
    S.FAILED: "red_form.failed",
    S.UNCLEAR: "red_form.unclear",
}


def red_order_of(form: RedForm) -> RedOrder:
    """What the provider is told of a form; its parts only where it does not take all of the invoice."""
    invoice = form.invoice
    place = {line.pk: nth for nth, line in enumerate(lines_of(invoice), start=1)}
    rows = form.lines.select_related("line__tax_class").order_by("line_id")
    whole = form.gross == invoice.gross
    return RedOrder(
        number=form.channel_order or "",
        invoice_number=invoice.number or "",
        kind=InvoiceKind(invoice.kind),
        title=invoice.title,
        tax_number=invoice.tax_number,
        reason=RedReason(form.reason),
        entered_by=EnteredBy(form.entered_by),
        parts=() if whole else [_part_of(row, place[row.line_id]) for row in rows],
        uuid=form.uuid,
    )


def _part_of(row: RedLine, nth: int) -> RedPart:
    taken = replace(order_line(row.line), gross=row.gross, net=row.net, tax=row.tax)
    return RedPart(nth, taken)


def work_on_form(turn: Turn, channel: TaxChannel, *, by: User, at: datetime) -> None:
    """Tell the provider what it is to do with the form, or ask where it stands."""
    form = RedForm.objects.select_related("invoice").get(pk=turn.pk)
    order, action = red_order_of(form), RedFormAction(form.action) if form.action else None
    if action is None or form.channel_sent_at is not None:
        note_form(turn, channel.ask_form(order), channel, by=by, at=at)
        return
    entering = {"state": S.UNCLEAR} if action == RedFormAction.ENTER else {}
    outcome = channel.tell(order, action, lambda: turns.begin(turn, **entering))
    note_form(turn, outcome, channel, by=by, at=at)


@transaction.atomic
def note_form(
    turn: Turn, outcome: RedOutcome, channel: TaxChannel, *, by: User, at: datetime
) -> None:
    """Write down what became of it; nothing where the turn is not ours any more."""
    invoice_id = RedForm.objects.values_list("invoice_id", flat=True).get(pk=turn.pk)
    invoice = (
        Invoice.objects.select_for_update(of=["self"])
        .select_related("bill_to__unit")
        .get(pk=invoice_id)
    )
    form = (
        RedForm.objects.select_for_update(of=["self"]).select_related("created_by").get(pk=turn.pk)
    )
    if form.channel_turn != turn.nth or not form.is_open:
        return
    form.invoice, form.channel_heard_at = invoice, at
    form.channel_code, form.channel_words = outcome.code, outcome.words
    to = _next(form, outcome, channel, at)
    if to != form.state or to == S.PENDING:
        form.channel_tries = 0  # its pauses begin anew
    if to in (S.REQUESTED, S.UNCLEAR, S.PENDING, S.CONFIRMED):
        turns.wait(form, at_least=_pause(to, form, outcome, at))
    else:
        form.channel_due_at, form.action = None, ""
    move_form(form, to, answer_of(outcome), by=by, at=at)


def answer_of(outcome: RedOutcome) -> dict[str, str]:
    return {"answer": f"{outcome.code} {outcome.words}".strip()}


def _next(form: RedForm, outcome: RedOutcome, channel: TaxChannel, at: datetime) -> RedFormState:
    """The state that follows from an answer; the form's action and whether it has left are set here."""
    entering = form.action == RedFormAction.ENTER
    here = S(form.state)
    if outcome.effect == TaxEffect.DONE:
        form.action = ""
        return _as_the_bureau_says(form, outcome)
    if outcome.effect == TaxEffect.NOT_DONE:
        form.channel_sent_at = None
        return S.REQUESTED if entering else here
    if not entering:
        # Whatever was answered to an action: how the form stands is asked next.
        form.action = ""
        return here
    if outcome.effect == TaxEffect.REFUSED:
        return S.FAILED
    if outcome.effect == TaxEffect.PENDING:
        return S.REQUESTED
    sent = form.channel_sent_at
    if outcome.effect == TaxEffect.NOT_THERE and sent is not None and at - sent > channel.settling:
        form.channel_sent_at = None
        return S.REQUESTED
    return here


def _as_the_bureau_says(form: RedForm, outcome: RedOutcome) -> RedFormState:
    form.number, form.uuid = outcome.number or form.number, outcome.uuid or form.uuid
    form.channel_ref = outcome.ref or form.channel_ref
    form.bureau_state = outcome.bureau_state
    here = S(form.state)
    to = BUREAU.get(outcome.bureau_state, S.REQUESTED if here == S.UNCLEAR else here)
    stated = (outcome.net, outcome.tax)
    if None not in stated and stated != (form.gross - form.tax, form.tax):
        # Not what we asked for: it stays in sight and nothing is posted.
        form.channel_code = "amount_differs"
    elif to == S.CONFIRMED and outcome.red_number and outcome.red_issued_on:
        form.red_number, form.red_issued_on = outcome.red_number, outcome.red_issued_on
        to = S.ISSUED
    return to if RED_FORM_MOVES.allows(here, to) else here


def _pause(to: RedFormState, form: RedForm, outcome: RedOutcome, at: datetime) -> timedelta | None:
    if outcome.retry_after is not None or to != S.PENDING or form.action:
        return outcome.retry_after
    end = form.confirm_by or at + CONFIRM_WITHIN
    return max(min(ASK_EVERY, end - at), timedelta(0)) or ASK_EVERY


def move_form(
    form: RedForm, to: RedFormState, data: dict[str, str], *, by: User, at: datetime
) -> None:
    """A locked form with its invoice, as it is now, in the state that follows; ``data`` goes on record."""
    was = S(form.state)
    if was == to:
        form.save()
        # The first answer, or none, after it left; told once.
        if to == S.UNCLEAR and form.channel_tries == 1:
            _record(form, to, data, by=by, at=at)
        return
    RED_FORM_MOVES.check(was, to)
    form.state = to
    if to == S.PENDING:
        form.confirm_by = form.confirm_by or (form.channel_sent_at or at) + CONFIRM_WITHIN
    form.save()
    if to == S.PENDING:
        clocks.red_pending(form, by=by, at=at)
    elif form.confirm_by is not None:
        clocks.red_answered(form, by=by, at=at)
    if to == S.ISSUED:
        _take_back(form, by=by, at=at)
    else:
        _record(form, to, data, by=by, at=at)


def _record(
    form: RedForm, to: RedFormState, data: dict[str, str], *, by: User, at: datetime
) -> None:
    if to not in _EVENTS:
        return
    if to == S.PENDING and form.confirm_by is not None:
        data = {"confirm_by": form.confirm_by.isoformat()}
    record(_EVENTS[to], form.invoice, by=by, at=at, data=data)


def _take_back(form: RedForm, *, by: User, at: datetime) -> None:
    """The red invoice is there: its tax is not owed any more, its part can be asked for again; an invoice
    of which nothing is left is reversed."""
    invoice, day = form.invoice, form.red_issued_on
    if day is None:
        raise TypeError("a constraint says that an issued red form has a day")
    books.post_red(form, day=books.open_day(day), by=by, at=at)
    data = {"invoice": form.red_number, "amount": str(form.gross)}
    record("red_form.issued", invoice, by=by, at=at, data=data)
    if sum((one.gross for one in left_of(invoice)), Decimal(0)) == 0:
        invoice.red_number = form.red_number
        invoice.ended_reason = str(RedReason(form.reason).label)
        save_invoice(invoice, InvoiceState.REVERSED)
        data = {"invoice": form.red_number, "reason": invoice.ended_reason}
        record("invoice.reversed", invoice, by=by, at=at, data=data)
