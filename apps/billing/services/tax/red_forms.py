"""Red forms: entered by us or by the payer, and what people say about them (BIL-4)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.channels import FoundForm
from apps.billing.enums import EnteredBy, InvoiceState, RedFormAction, RedFormState, RedReason
from apps.billing.models import Invoice, RedForm, RedLine
from apps.billing.models.invoices import DIGITAL
from apps.billing.queries.red_forms import Left, Taken, left_of
from apps.billing.rules.red_forms import may_act
from apps.billing.services.invoices import lock_invoice
from apps.billing.services.tax import turns
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.events.services import record

STANDING = frozenset({InvoiceState.ISSUED, InvoiceState.DELIVERED, InvoiceState.RECEIVED})
# 福建税务, 2023-12-29: a part is taken back for a return or an allowance, a mistake only whole.
IN_PART = frozenset({RedReason.RETURNED, RedReason.DISCOUNT})


@transaction.atomic
def enter_red_form(
    *,
    invoice_id: int,
    reason: RedReason,
    line_id: int | None = None,
    amount: Decimal | None = None,
    by: User,
    at: datetime,
) -> RedForm:
    """Take an issued invoice back through the tax channel: whole, or a line, or a part of a line.

    RuleBroken ``no_channel``, ``not_issued``, ``red_form_open``, ``nothing_left``; BadInput ``line_missing``,
    ``whole_only``, ``bad_amount``, ``above_line``.
    """
    turns.demand_channel()
    return queue_red_form(
        invoice_id=invoice_id, reason=reason, line_id=line_id, amount=amount, by=by, at=at
    )


@transaction.atomic
def queue_red_form(
    *,
    invoice_id: int,
    reason: RedReason,
    line_id: int | None = None,
    amount: Decimal | None = None,
    by: User,
    at: datetime,
) -> RedForm:
    """``enter_red_form`` for an installation whose channel is still to be set up: it waits for that."""
    invoice = lock_invoice(invoice_id, by)
    _demand_in_force(invoice)
    left = [one for one in left_of(invoice) if one.gross > 0]
    taken = [one.take(None) for one in left]
    if line_id is not None:
        taken = [_part(left, line_id, amount)]
    elif amount is not None:
        raise BadInput(_("Say of which line."), code="line_missing", field="line")
    if not taken:
        raise RuleBroken(_("All of it is taken back already."), code="nothing_left")
    gross = sum((one.gross for one in taken), Decimal(0))
    if gross < invoice.gross and reason not in IN_PART:
        raise BadInput(
            _("Only a return or an allowance takes a part back: the tax bureau's rule."),
            code="whole_only",
            field="reason",
        )
    form = RedForm(
        invoice=invoice,
        entered_by=EnteredBy.SELLER,
        reason=reason,
        action=RedFormAction.ENTER,
        channel_order=f"RF{invoice.serial}-{invoice.red_forms.count() + 1}",
        created_by=by,
    )
    return _save_new(form, taken, by=by, at=at)


def _demand_in_force(invoice: Invoice) -> None:
    if invoice.state not in STANDING or invoice.kind not in DIGITAL:
        raise RuleBroken(
            _("Only an issued digital invoice is taken back by a red form."), code="not_issued"
        )
    if any(form.is_open for form in invoice.red_forms.all()):
        raise RuleBroken(_("A red form of it is under way."), code="red_form_open")


def _part(left: Sequence[Left], line_id: int, amount: Decimal | None) -> Taken:
    line = next((one for one in left if one.line.pk == line_id), None)
    if line is None:
        raise BadInput(
            _("Nothing of this line is left to be taken back."), code="line_missing", field="line"
        )
    if amount is None:
        return line.take(None)
    amount = money(amount)
    if amount <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    if amount > line.gross:
        raise BadInput(
            _("Only %(left)s of this line is left.") % {"left": line.gross},
            code="above_line",
            field="amount",
        )
    return line.take(amount)


def _save_new(form: RedForm, taken: Sequence[Taken], *, by: User, at: datetime) -> RedForm:
    form.gross = sum((one.gross for one in taken), Decimal(0))
    form.tax = sum((one.tax for one in taken), Decimal(0))
    turns.due_now(form)
    form.save()
    RedLine.objects.bulk_create(
        RedLine(form=form, line=one.line, gross=one.gross, net=one.gross - one.tax, tax=one.tax)
        for one in taken
    )
    data = {"amount": str(form.gross), "reason": form.reason, "side": form.entered_by}
    record("red_form.entered", form.invoice, by=by, at=at, data=data)
    return form


@transaction.atomic
def take_found_form(found: FoundForm, *, by: User, at: datetime) -> RedForm | None:
    """A form that the payer entered at the tax bureau and that waits for us; None for one that we have,
    that is about no invoice of ours, or whose amounts are not those of its lines."""
    invoice = Invoice.objects.select_for_update().filter(number=found.invoice_number).first()
    if invoice is None or invoice.state not in STANDING:
        return None
    if invoice.red_forms.filter(channel_order=found.order).exists() or any(
        form.is_open for form in invoice.red_forms.all()
    ):
        return None
    taken = _found_in(found, left_of(invoice))
    sums = sum((one.gross - one.tax for one in taken), Decimal(0)), sum(one.tax for one in taken)
    if not taken or sums != (found.net, found.tax):
        return None
    form = RedForm(
        invoice=invoice,
        entered_by=EnteredBy.BUYER,
        reason=found.reason,
        channel_order=found.order,
        uuid=found.uuid,
        number=found.number,
        channel_sent_at=found.entered_at,
        created_by=by,
    )
    return _save_new(form, taken, by=by, at=at)


def _found_in(found: FoundForm, left: Sequence[Left]) -> list[Taken]:
    """What a payer's form takes of which line; nothing where one of its parts does not fit its line."""
    if not found.parts:
        return [one.take(None) for one in left if one.gross > 0]
    by_place = {nth: (net, share) for nth, net, share in found.parts}
    taken = []
    for nth, (net, share) in by_place.items():
        one = left[nth - 1] if 1 <= nth <= len(left) else None
        if one is None or net + share <= 0 or share > one.tax or net > one.gross - one.tax:
            return []
        taken.append(Taken(one.line, net + share, share))
    return taken


@transaction.atomic
def tell_red_form(*, form_id: int, action: RedFormAction, by: User, at: datetime) -> RedForm:
    """Withdraw one of ours, confirm or refuse one of the payer's; how it ends, the tax bureau says.
    RuleBroken ``no_channel``, ``not_now``, ``asked_already``."""
    turns.demand_channel()
    form = lock_form(form_id, by)
    if not may_act(form.entered_by, form.state, action):
        raise RuleBroken(
            _("That cannot be done with this form now: %(state)s.")
            % {"state": RedFormState(form.state).label},
            code="not_now",
        )
    if form.action:
        raise RuleBroken(_("The tax channel is being told already."), code="asked_already")
    form.action, form.channel_sent_at = action, None
    form.channel_turn += 1  # what is still answered knows nothing of this action
    turns.due_now(form)
    form.save()
    record("red_form.asked", form.invoice, by=by, at=at, data={"action": str(action)})
    return form


@transaction.atomic
def ask_about_red_form(*, form_id: int, by: User, at: datetime) -> RedForm:
    """Now instead of at its next turn. RuleBroken ``has_ended``."""
    turns.demand_channel()
    form = lock_form(form_id, by)
    if not form.is_open:
        raise RuleBroken(_("This form has ended."), code="has_ended")
    turns.due_now(form)
    form.save(update_fields=["channel_due_at", "channel_tries"])
    return form


def lock_form(form_id: int, by: User) -> RedForm:
    """With its invoice, which is locked first: as by everybody who enters a form."""
    mine = RedForm.objects.visible_to(by)
    invoice = Invoice.objects.select_for_update().get(pk=mine.get(pk=form_id).invoice_id)
    form = mine.select_for_update(of=["self"]).get(pk=form_id)
    form.invoice = invoice
    return form
