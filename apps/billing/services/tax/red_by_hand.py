"""What somebody found out at the tax bureau about a red form that the channel does not bring to its end
(BIL-4)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import RedFormState
from apps.billing.models import RedForm
from apps.billing.services.tax.red_forms import lock_form
from apps.billing.services.tax.red_outcomes import move_form
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text


@transaction.atomic
def note_red_invoice(
    *, form_id: int, number: str, issued_on: date, by: User, at: datetime
) -> RedForm:
    """The red invoice is there, for what the form says. BadInput ``bad_number``, ``future``,
    ``number_taken``; RuleBroken ``has_ended``, ``illegal_move`` for one that was never entered."""
    form = _open(form_id, by)
    number = "".join(number.split())
    if len(number) != 20 or not (number.isascii() and number.isdecimal()):
        raise BadInput(_("A digital invoice has 20 digits."), code="bad_number", field="number")
    if issued_on > timezone.localdate(at):
        raise BadInput(_("That day is still to come."), code="future", field="issued_on")
    if form.channel_sent_at is None:
        raise RuleBroken(_("This form has not been entered yet."), code="not_entered")
    form.red_number, form.red_issued_on = number, issued_on
    form.channel_due_at, form.action = None, ""
    with refused_as(
        BadInput(_("Another invoice has this number."), code="number_taken", field="number"),
        "red_number",
    ):
        move_form(form, RedFormState.ISSUED, {}, by=by, at=at)
    return form


@transaction.atomic
def end_red_form(*, form_id: int, reason: str, by: User, at: datetime) -> RedForm:
    """It is void at the tax bureau, or was never there: nothing is taken back. RuleBroken ``has_ended``."""
    form = _open(form_id, by)
    form.channel_words, form.channel_code = required_text(reason), "by_hand"
    form.channel_due_at, form.action = None, ""
    move_form(form, RedFormState.FAILED, {"reason": form.channel_words}, by=by, at=at)
    return form


def _open(form_id: int, by: User) -> RedForm:
    form = lock_form(form_id, by)
    if not form.is_open:
        raise RuleBroken(_("This form has ended."), code="has_ended")
    return form
