"""Single calls: pushed by a system, noted by hand, assigned, shown in clear (CMP-10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.core.errors import BadInput
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.hotline.enums import CallOutcome, Direction
from apps.hotline.models import Call, CallBack, PhoneSystem
from apps.hotline.reading import Part
from apps.hotline.reading.values import FIRST
from apps.hotline.rules.numbers import caller_key, index_of
from apps.hotline.services.call_backs import follow_calls
from apps.hotline.services.files import setting_of
from apps.hotline.services.writing import write_parts
from apps.tracking.models import Waybill

SOON = 300  # seconds by which a system's clock may be ahead


@dataclass(frozen=True, slots=True)
class PushedCall:
    """What a phone system says of a call so far; the same call may be pushed again as it goes on."""

    call_id: str
    direction: Direction
    caller: str
    offered_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: CallOutcome = CallOutcome.OPEN
    queue: str = ""
    extension: str = ""


@transaction.atomic
def push_call(
    *, system: PhoneSystem, call: PushedCall, by: User, at: datetime
) -> tuple[Call, bool]:
    """The call as it is known afterwards, and whether it is new. Sent again it changes nothing. Raises BadInput
    where its times cannot be, or nobody is set up at the extension."""
    _judge(system, call, at)
    is_new = not Call.objects.filter(system=system, call_id=call.call_id).exists()
    part = Part()
    part.direction, part.caller = call.direction.value, call.caller
    part.offer(int(call.offered_at.timestamp()), call.queue)
    answered = ended = None
    if call.answered_at is not None:
        answered = int(call.answered_at.timestamp())
        part.answer(answered, call.extension)
    if call.ended_at is not None:
        ended = int(call.ended_at.timestamp())
        part.end(ended, CallOutcome.OPEN if answered is not None else call.outcome.value)
    if call.extension:
        part.leg(call.extension, int(call.offered_at.timestamp()), answered, ended)
    written = write_parts(system, {call.call_id: part})
    follow_calls(missed=written.missed, by=by, at=at)
    return Call.objects.get(system=system, call_id=call.call_id), is_new


def _judge(system: PhoneSystem, call: PushedCall, at: datetime) -> None:
    times = [
        ("offered_at", call.offered_at),
        ("answered_at", call.answered_at),
        ("ended_at", call.ended_at),
    ]
    known = [(name, one) for name, one in times if one is not None]
    for name, one in known:
        if (one - at).total_seconds() > SOON:
            raise BadInput(_("The time lies in the future."), code="future", field=name)
        if one.timestamp() < FIRST:
            raise BadInput(_("This is no time of a call."), code="bad_time", field=name)
    for (_name, earlier), (name, later) in pairwise(known):
        if later < earlier:
            raise BadInput(
                _("The times are not in order: offered, answered, ended."), code="times", field=name
            )
    if (call.outcome == CallOutcome.ANSWERED) != (call.answered_at is not None):
        raise BadInput(
            _("A call is answered if, and only if, it has a time of answer."),
            code="answered",
            field="outcome",
        )
    if call.outcome != CallOutcome.OPEN and call.answered_at is None and call.ended_at is None:
        raise BadInput(_("Say when it ended."), code="required", field="ended_at")
    known_ones = setting_of(system, at).known
    if call.extension and known_ones is not None and call.extension not in known_ones:
        raise BadInput(
            _("Nobody is set up at extension %s of this system.") % call.extension,
            code="unknown_extension",
            field="extension",
        )


@transaction.atomic
def note_call(
    *,
    number: str,
    direction: Direction,
    offered_at: datetime,
    is_answered: bool,
    minutes: int,
    note: str,
    by: User,
    at: datetime,
    customer: Customer | None = None,
    waybill: Waybill | None = None,
    case: Case | None = None,
) -> Call:
    """A call taken on a phone that no system records. A call-back of the number that is open is done by it where
    somebody was spoken with. Raises BadInput for a number that nobody can call, or a time to come."""
    key = caller_key(number.strip())
    if number.strip() and not key:
        raise BadInput(_("This is no phone number."), code="bad_phone", field="number")
    if offered_at > at:
        raise BadInput(_("The time lies in the future."), code="future", field="offered_at")
    end = offered_at + timedelta(minutes=minutes)
    call = Call(
        call_id=uuid4().hex,
        direction=direction,
        caller=key,
        caller_index=index_of(key),
        is_hotline=False,  # it counts in no rate: nobody knows of those who were not noted
        day=timezone.localdate(offered_at),
        offered_at=offered_at,
        answered_at=offered_at if is_answered else None,
        ended_at=min(end, at) if is_answered else offered_at,
        outcome=CallOutcome.ANSWERED if is_answered else CallOutcome.TIMEOUT,
        agent=by,
        typed_by=by,
        note=note.strip()[:1000],
        customer=customer
        or (case.customer if case else None)
        or (waybill.customer if waybill else None),
        waybill=waybill or (case.waybill if case else None),
        case=case,
    )
    call.save()
    record("call.noted", call, by=by, at=at)
    follow_calls(missed=(), by=by, at=at)
    return call


@transaction.atomic
def link_call(
    *,
    call_id: int,
    case: Case | None,
    waybill: Waybill | None,
    customer: Customer | None,
    note: str,
    by: User,
    at: datetime,
) -> Call:
    """Whose call it was, and what was said."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    call.case, call.waybill, call.note = case, waybill, note.strip()[:1000]
    call.customer = (
        customer or (case.customer if case else None) or (waybill.customer if waybill else None)
    )
    call.save(update_fields=["case", "waybill", "customer", "note"])
    record("call.linked", call, by=by, at=at)
    return call


@transaction.atomic
def reveal_number(*, call: Call | CallBack, reason: str, by: User, at: datetime) -> str:
    """Of a call or a call-back, in clear, this once; the reason is on record."""
    reason = required_text(reason, least=1, message=_("Give a reason."), code="required")
    record(f"{call._meta.model_name}.revealed", call, by=by, at=at, data={"reason": reason})
    shown: str = call.number if isinstance(call, CallBack) else call.caller
    return shown
