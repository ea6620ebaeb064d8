"""What happens to a case, for whoever works on it or is praised for it (CMP-1, CMP-7)."""

from collections.abc import Iterator

from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case
from apps.complaints.notices.lookup import Lookup, notice_of
from apps.complaints.rules.privacy import masked
from apps.core.notice_types import Notice, subject_link
from apps.core.times import instant
from apps.events.models import Event


def _at_desk(event: Event, found: Lookup) -> Iterator[Notice]:
    """What is nobody's business yet is told to everybody on duty at the service desk; whoever got it
    hears of that by itself."""
    case = found.case(event)
    know = {event.by_id, event.data.get("owner")}
    desk = [pk for pk in event.data.get("desk") or () if pk not in know]
    if case is not None and desk:
        notice = notice_of("staff.case_at_desk", event, case)
        notice.cause += ":desk"
        notice.data["subject"] = case.title
        notice.people = desk
        notice.link = subject_link(event)
        yield notice


def _assigned(event: Event, found: Lookup) -> Iterator[Notice]:
    case = found.case(event)
    if case is not None and case.owner_id == event.data.get("owner") != event.by_id:
        yield from _to_owner("staff.case_assigned", event, case)


def _message_in(event: Event, found: Lookup) -> Iterator[Notice]:
    case = found.case(event)
    if case is not None:
        yield from _to_owner("staff.case_message", event, case)


def _reported(event: Event, found: Lookup) -> Iterator[Notice]:
    """What the leaders were told by word of mouth, in writing: now, or before the next working day
    begins (CMP-2). Whoever was written to has it."""
    case, entry = found.case(event), found.entries.get(event.data.get("entry", 0))
    if case is None or entry is None or entry.channel == CaseChannel.EMAIL:
        return
    notice = notice_of("staff.case_reported", event, case)
    notice.data |= {"subject": case.title, "detail": str(entry.by)}
    notice.people = [pk for pk in event.data.get("recipients") or () if pk != event.by_id]
    notice.not_before = instant(event.data.get("mail_by"))
    notice.link = subject_link(event)
    yield notice


def _escalated(event: Event, found: Lookup) -> Iterator[Notice]:
    """Dissatisfied again: the leaders that the event names take over, told in the back office and
    by mail at once (CMP-7)."""
    case = found.case(event)
    if case is None:
        return
    for channel in ("in_app", "email"):
        notice = notice_of("staff.case_escalated", event, case)
        notice.cause += f":{channel}"
        notice.channels = [channel]
        notice.data |= {"subject": case.title, "detail": f"{event.data.get('score', '—')}/5"}
        notice.people = [pk for pk in event.data.get("recipients") or () if pk != event.by_id]
        notice.link = subject_link(event)
        yield notice


def _praised(event: Event, found: Lookup) -> Iterator[Notice]:
    """The colleague whom a customer praises, and whoever leads them, in the customer's words."""
    case = found.case(event)
    if case is None:
        return
    notice = notice_of("staff.praise", event, case)
    notice.data["detail"] = str(event.data.get("name", ""))
    notice.personal = {"text": masked(case.description, case)}
    people = [event.data.get("colleague"), *(event.data.get("recipients") or ())]
    notice.people = [pk for pk in people if isinstance(pk, int) and pk != event.by_id]
    notice.link = "/admin/quality/quarterlyanalysis/praise/"
    yield notice


def _to_owner(topic: str, event: Event, case: Case) -> Iterator[Notice]:
    """Its stand-in while the owner is away. What nobody owns stands in the queue, where its clock
    runs."""
    if case.owner_id is None:
        return
    notice = notice_of(topic, event, case)
    notice.data["subject"] = case.title
    notice.people, notice.stands_in = [case.owner_id], True
    notice.link = subject_link(event)
    yield notice


READERS = {
    "case.opened": _at_desk,
    "case.assigned": _assigned,
    "case.message_in": _message_in,
    "case.reported": _reported,
    "case.escalated": _escalated,
    "case.praised": _praised,
}
