"""What duty and handover mean to colleagues."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.notice_types import Notice, Reader, subject_link
from apps.core.times import instant
from apps.events.models import Event
from apps.shifts.enums import SwapState
from apps.shifts.models import Gap, Handover, Swap
from apps.shifts.queries.taking_over import holders


def _span(begins: datetime, ends: datetime) -> str:
    here = timezone.localtime
    return f"{here(begins):%m-%d %H:%M}–{here(ends):%H:%M}"


def _notice(topic: str, event: Event, people: Sequence[int], **data: Any) -> Notice:
    """``people`` are asked as persons: a stand-in cannot work somebody's shift."""
    return Notice(
        topic=topic, cause=f"event:{event.pk}", at=event.at, event=event, people=tuple(people),
        data={"when": event.at, **data}, link=subject_link(event),
    )  # fmt: skip


def _gap_asked(events: Sequence[Event]) -> list[Notice]:
    gaps = Gap.objects.select_related("unit").in_bulk([int(one.subject_id) for one in events])
    found = []
    for event in events:
        gap = gaps.get(int(event.subject_id))
        if gap is not None and gap.closed_at is None:
            span = _span(gap.starts_at, gap.ends_at)
            people, who = event.data["people"], event.by.display_name
            notice = _notice(
                "staff.gap_asked", event, people, span=span, unit=gap.unit.name, who=who
            )
            notice.unit_id = gap.unit_id
            found.append(notice)
    return found


def _swaps(events: Sequence[Event]) -> dict[int, Swap]:
    rows = Swap.objects.select_related("shift__unit", "asked_by", "taken_by")
    return rows.in_bulk([int(one.subject_id) for one in events])


def _swap_asked(events: Sequence[Event]) -> list[Notice]:
    """Whoever was asked; of one that is open to all, those who hold the role there."""
    swaps, found = _swaps(events), []
    for event in events:
        swap = swaps.get(int(event.subject_id))
        if swap is None or swap.state != SwapState.ASKED:
            continue
        people = event.data["people"] or [
            user.pk
            for user in holders(swap.shift.role, swap.shift.unit, event.at)
            if user.pk != swap.asked_by_id
        ]
        found.append(_swap_notice("staff.swap_asked", event, swap, people))
    return found


def _swap_decided(events: Sequence[Event]) -> list[Notice]:
    swaps = _swaps(events)
    return [
        _swap_notice("staff.swap_decided", event, swap, event.data["people"])
        for event in events
        if (swap := swaps.get(int(event.subject_id))) is not None and event.data["people"]
    ]


def _swap_taken(events: Sequence[Event]) -> list[Notice]:
    """Who asked, and who plans there: it waits for them."""
    swaps, found = _swaps(events), []
    for event in events:
        swap = swaps.get(int(event.subject_id))
        if swap is not None:
            leads = holders(Role.DIRECTOR, swap.shift.unit, event.at).values_list("pk", flat=True)
            people = sorted({*event.data["people"], *leads} - {event.by_id})
            found.append(_swap_notice("staff.swap_decided", event, swap, people))
    return found


def _swap_notice(topic: str, event: Event, swap: Swap, people: Sequence[int]) -> Notice:
    begins = instant(event.data.get("from")) or swap.starts_at
    return _notice(
        topic, event, people, span=_span(begins, swap.shift.ends_at), unit=swap.shift.unit.name,
        who=swap.asked_by.display_name, detail=str(SwapState(swap.state).label),
        reason=swap.why or swap.note,
    )  # fmt: skip


def _handover(topic: str) -> Reader:
    def read(events: Sequence[Event]) -> list[Notice]:
        rows = Handover.objects.select_related("giver", "shift__unit").in_bulk(
            [int(one.subject_id) for one in events]
        )
        found = []
        for event in events:
            row = rows.get(int(event.subject_id))
            if row is None:
                continue
            data = event.data
            notice = _notice(
                topic, event, data["people"], unit=row.shift.unit.name, who=row.giver.display_name,
                watch=data.get("watch", ""), detail=data.get("item", ""),
                reason=data.get("reason", ""), count=str(data.get("items", "")),
            )  # fmt: skip
            notice.unit_id = row.shift.unit_id
            found.append(notice)
        return found

    return read


NOTICES: dict[str, Callable[[Sequence[Event]], list[Notice]]] = {
    "gap.asked": _gap_asked,
    "swap.asked": _swap_asked,
    "swap.taken": _swap_taken,
    "swap.done": _swap_decided,
    "swap.refused": _swap_decided,
    "swap.expired": _swap_decided,
    "handover.opened": _handover("staff.handover_opened"),
    "handover.offered": _handover("staff.handover_offered"),
    "handover.returned": _handover("staff.handover_returned"),
    "handover.lapsed": _handover("staff.handover_lapsed"),
}
