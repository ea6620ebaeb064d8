"""What people do about a message: send again, cancel, hand over, settle; and the calls."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.core.text import required_text
from apps.events.services import record
from apps.notifications.enums import Audience, DeliveryState, Effect, Step, TaskReason, TaskState
from apps.notifications.models import Delivery, PhoneTask
from apps.notifications.services.chain import advance, hand_to_person, next_links
from apps.notifications.services.rows import move, note
from apps.notifications.states import TASK_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import User


def _locked(delivery_id: int, by: "User") -> Delivery:
    delivery = Delivery.objects.visible_to(by).select_for_update(of=("self",)).get(pk=delivery_id)
    if delivery.carried_by_id is not None:
        raise RuleBroken(
            _("This message travels in a digest; deal with the digest."), code="in_digest"
        )
    return delivery


def _reason(text: str) -> str:
    return mask_text(required_text(text, least=1, message=_("Say why.")))


@transaction.atomic
def resend_delivery(*, delivery_id: int, reason: str, by: "User", at: datetime) -> Delivery:
    """Queue a failed, suppressed or unclear message again, under the same key. For an unclear
    one the person takes it on themselves that it may arrive twice."""
    delivery, why = _locked(delivery_id, by), _reason(reason)
    if delivery.state in (DeliveryState.QUEUED, DeliveryState.HELD):
        raise RuleBroken(_("This message is waiting to be sent."), code="illegal_move")
    move(
        delivery,
        DeliveryState.QUEUED,
        now=at,
        reason="resent",
        due_at=database_now(),
        fallback_due=None,
    )
    note(delivery, Step.PERSON, "", "resent", by=by, answer={"reason": why})
    record("delivery.resent", delivery, by=by, at=at, data={"reason": why})
    return delivery


@transaction.atomic
def cancel_delivery(*, delivery_id: int, reason: str, by: "User", at: datetime) -> Delivery:
    """A waiting message is not sent, and no other channel takes it over."""
    delivery, why = _locked(delivery_id, by), _reason(reason)
    if delivery.state not in (DeliveryState.QUEUED, DeliveryState.HELD):
        raise RuleBroken(
            _("Only a message that still waits can be cancelled."), code="illegal_move"
        )
    move(delivery, DeliveryState.SUPPRESSED, now=at, reason="cancelled", chain="")
    note(delivery, Step.PERSON, Effect.SUPPRESSED, "cancelled", by=by, answer={"reason": why})
    record("delivery.cancelled", delivery, by=by, at=at, data={"reason": why})
    return delivery


@transaction.atomic
def hand_over_delivery(*, delivery_id: int, reason: str, by: "User", at: datetime) -> Delivery:
    delivery, why = _locked(delivery_id, by), _reason(reason)
    hand_to_person(delivery, TaskReason.ASKED, now=at)
    note(delivery, Step.PERSON, Effect.HANDED_OVER, "handed_over", by=by, answer={"reason": why})
    record("delivery.handed_over", delivery, by=by, at=at, data={"reason": why})
    return delivery


@transaction.atomic
def resolve_delivery(
    *, delivery_id: int, arrived: bool, reason: str, by: "User", at: datetime
) -> Delivery:
    """A person found out what became of an unclear message. One that did not arrive goes on to
    the next channel."""
    delivery, why = _locked(delivery_id, by), _reason(reason)
    if delivery.state != DeliveryState.AMBIGUOUS:
        raise RuleBroken(_("Only an unclear message can be settled."), code="illegal_move")
    to = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
    move(delivery, to, now=at, reason="settled_by_person")
    effect = Effect.DELIVERED if arrived else Effect.FAILED
    note(delivery, Step.PERSON, effect, "settled", by=by, answer={"reason": why})
    if not arrived:
        advance(delivery, now=at)
    record("delivery.resolved", delivery, by=by, at=at, data={"arrived": arrived, "reason": why})
    return delivery


def _locked_task(task_id: int, by: "User") -> PhoneTask:
    return (
        PhoneTask.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("delivery")
        .get(pk=task_id)
    )


@transaction.atomic
def take_task(*, task_id: int, by: "User", at: datetime) -> PhoneTask:
    task = _locked_task(task_id, by)
    if task.taken_by_id == by.pk and task.state == TaskState.TAKEN:
        raise RuleBroken(_("This call is yours already."), code="nothing_changed")
    TASK_MOVES.check(TaskState(task.state), TaskState.TAKEN)
    task.state, task.taken_at, task.taken_by = TaskState.TAKEN, at, by
    task.save()
    record("phonetask.taken", task, by=by, at=at)
    return task


@transaction.atomic
def hand_task(subject_id: int, *, giver: "User", to: "User", note: str, at: datetime) -> None:
    """A call that ``giver`` has taken is ``to``'s from now on, as a shift is handed over. RuleBroken where it is
    no longer ``giver``'s, or ``to`` may not make it."""
    task = PhoneTask.objects.visible_to(to).select_for_update(of=("self",)).filter(pk=subject_id)
    row = task.first()
    if row is None or not to.has_perm("notifications.work_phonetask"):
        raise RuleBroken(
            _("%(who)s may not make this call.") % {"who": to}, code="not_allowed", field="to"
        )
    if row.state != TaskState.TAKEN or row.taken_by_id != giver.pk:
        raise RuleBroken(
            _("This call is not with %(who)s any more.") % {"who": giver}, code="not_theirs"
        )
    row.taken_at, row.taken_by = at, to
    row.save(update_fields=["taken_at", "taken_by"])
    data = {"from": giver.display_name, "to": to.display_name, "note": mask_text(note)}
    record("phonetask.handed", row, by=to, at=at, data=data)


@transaction.atomic
def close_task(
    *, task_id: int, outcome: TaskState, note_text: str, by: "User", at: datetime
) -> PhoneTask:
    """Reached, not to be reached, or not needed any more."""
    task = _locked_task(task_id, by)
    TASK_MOVES.check(TaskState(task.state), outcome)
    if outcome not in (TaskState.REACHED, TaskState.UNREACHABLE, TaskState.DROPPED):
        raise BadInput(_("Choose how the call went."), code="bad_outcome", field="outcome")
    if outcome != TaskState.REACHED and not note_text.strip():
        raise BadInput(_("Say why."), code="reason_missing", field="note")
    task.state, task.closed_at, task.closed_by = outcome, at, by
    task.note = mask_text(" ".join(note_text.split()))[:300]
    task.calls += outcome != TaskState.DROPPED
    task.save()
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=task.delivery_id)
    reached = outcome == TaskState.REACHED
    if delivery.state == DeliveryState.HANDED_OVER:
        to = DeliveryState.DELIVERED if reached else DeliveryState.FAILED
        move(delivery, to, now=at, reason=f"call_{outcome}")
    effect = Effect.DELIVERED if reached else Effect.FAILED
    note(delivery, Step.PERSON, effect, f"call_{outcome}", by=by)
    record("phonetask.closed", task, by=by, at=at, data={"outcome": str(outcome)})
    return task


@transaction.atomic
def reveal_phone(*, task_id: int, by: "User", at: datetime) -> str:
    """The number to call; looking at it is on record. Empty when we have none."""
    task = _locked_task(task_id, by)
    record("phonetask.revealed", task, by=by, at=at)
    delivery = task.delivery
    if delivery.channel in ("phone", "sms"):
        return str(delivery.address)
    links: dict[str, str] = {link[0]: link[1] for link in next_links(delivery)}
    known = links.get("phone") or links.get("sms") or ""
    theirs = delivery.case if delivery.audience == Audience.CASE_CONTACT else None
    return known or (theirs.contact_phone if theirs else "")
