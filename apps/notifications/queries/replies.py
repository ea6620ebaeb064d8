"""What became of the messages that a case's conversation sent out, for its timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.complaints.models import Case
from apps.notifications.enums import ChannelName, DeliveryState, TaskState
from apps.notifications.models import Delivery
from apps.notifications.states import DELIVERY_MOVES

MOST = 500
SHOWN = (
    *("topic", "channel", "state", "state_reason", "state_since", "recipient_label"),
    *("address_index", "previous_id", "event__data", "phone_task__state"),
)
GOT_THROUGH = frozenset({DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.READ})
UNDER_WAY = frozenset({DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING})


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message by one channel. ``to`` is masked; ``why`` the provider's code.

    ``is_trouble``: somebody has to act, because it failed, or nobody knows whether it arrived, and
    no other channel took it over."""

    delivery_id: int
    topic: str
    channel: str
    channel_name: str
    state: DeliveryState
    why: str
    to: str
    since: datetime
    is_trouble: bool
    may_resend: bool
    may_call: bool
    call_id: int | None


def messages_on_page(case: Case, absorbed: Iterable[Case]) -> dict[int, list[SentMessage]]:
    """For the page of a case and those merged into it, whose reader has been found to see it: entry
    number → its messages, oldest first; key 0 holds those without an entry (the receipt, the question
    how satisfied they are). One query."""
    case_ids = [case.pk, *(one.pk for one in absorbed)]
    rows = list(
        Delivery.objects.filter(case__in=case_ids, topic__startswith="case.")
        .select_related("event", "phone_task")
        .only(*SHOWN)
        .order_by("-pk")[:MOST]
    )[::-1]
    found: dict[int, list[SentMessage]] = {}
    for message, entry in zip(_all(rows), _entries(rows), strict=True):
        found.setdefault(entry, []).append(message)
    return found


def _entries(rows: Sequence[Delivery]) -> list[int]:
    numbers = [row.event.data.get("entry") if row.event else None for row in rows]
    return [number if isinstance(number, int) else 0 for number in numbers]


def _all(rows: Sequence[Delivery]) -> list[SentMessage]:
    """A message that another channel took over is that one's business."""
    taken_over = {row.previous_id for row in rows} - {None}
    return [_message(row, is_last=row.pk not in taken_over) for row in rows]


def _message(row: Delivery, *, is_last: bool) -> SentMessage:
    state = DeliveryState(row.state)
    task = getattr(row, "phone_task", None)
    to_call = task is not None and task.state in (TaskState.OPEN, TaskState.TAKEN)
    lost = state not in GOT_THROUGH | UNDER_WAY | {DeliveryState.HANDED_OVER}
    again = state in (DeliveryState.FAILED, DeliveryState.SUPPRESSED, DeliveryState.AMBIGUOUS)
    return SentMessage(
        delivery_id=row.pk,
        topic=row.topic,
        channel=row.channel,
        channel_name=row.get_channel_name(),
        state=state,
        why=row.state_reason,
        to=row.recipient_label,
        since=row.state_since,
        is_trouble=is_last and (lost or to_call),
        may_resend=again and row.channel != ChannelName.PHONE and bool(row.address_index),
        may_call=DELIVERY_MOVES.allows(state, DeliveryState.HANDED_OVER)
        and state not in GOT_THROUGH,
        call_id=task.pk if task is not None else None,
    )
