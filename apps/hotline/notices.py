"""Who waited in vain, to whoever is on duty to call back (CMP-10). One that is done already is no news."""

from collections.abc import Sequence
from typing import Any

from apps.core.notice_types import Notice, subject_link
from apps.events.models import Event
from apps.hotline.enums import CallBackState
from apps.hotline.models import CallBack
from apps.sla.models import Clock


def _notices(events: Sequence[Event]) -> list[Notice]:
    ids = {int(event.subject_id) for event in events}
    waiting = CallBack.objects.filter(pk__in=ids, state=CallBackState.OPEN)
    rows = waiting.select_related("customer").in_bulk()
    dues = dict(
        Clock.objects.filter(
            matter__subject_type=CallBack._meta.label_lower,
            matter__subject_id__in=[str(pk) for pk in rows],
        ).values_list("matter__subject_id", "due_at")
    )
    found: list[Notice] = []
    for event in events:
        row = rows.get(int(event.subject_id))
        if row is None:
            continue
        data: dict[str, Any] = {
            "number": row.masked,
            "count": row.calls,
            "when": row.last_at,
            "due": dues.get(str(row.pk)) or row.opened_at,
        }
        found.append(
            Notice(
                topic="staff.call_back",
                cause=f"event:{event.pk}",
                at=event.at,
                event=event,
                customer=row.customer,
                unit_id=row.unit_id,
                data=data,
                people=event.data.get("people", ()),
                link=subject_link(event),
            )
        )
    return found


NOTICES = {"callback.opened": _notices}
