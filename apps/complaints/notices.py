"""What happens to a case, for whoever brought it and for whoever works on it (CMP-1, CMP-7)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.functional import cached_property

from apps.complaints.enums import CaseChannel, EntryKind, LinkKind, Outcome
from apps.complaints.models import FROM_CUSTOMER, Case, CaseEntry, CaseLink, SatisfactionAsk
from apps.complaints.queries import links, satisfaction
from apps.complaints.queries.following import same_person
from apps.complaints.queries.promises import answers_due
from apps.complaints.rules.merchants import is_merchants_own
from apps.complaints.rules.privacy import masked
from apps.core.notice_types import Notice, Webhook, subject_link
from apps.core.public_links import public_link
from apps.core.times import instant
from apps.events.models import Event

# They hear of it where they are: in the chat, in WeChat's own answer, by webhook; or we found it.
TOLD_OTHERWISE = frozenset({CaseChannel.API, CaseChannel.OWN_CHECK})
ANSWERED_IN_PLACE = frozenset({*TOLD_OTHERWISE, CaseChannel.WECHAT})
SPOKEN_IN_PLACE = frozenset({*TOLD_OTHERWISE, CaseChannel.CHAT})
# Whoever wrote within this time is awake and waits.
JUST_WROTE = timedelta(hours=1)
_PREFERS = {
    CaseChannel.EMAIL: "email",
    CaseChannel.WECHAT: "wechat_talk",
    CaseChannel.PHONE: "sms",
    CaseChannel.IN_PERSON: "sms",
    CaseChannel.CHAT: "sms",
}


def notices(events: Sequence[Event]) -> list[Notice]:
    """Set-based: a thousand events cost as many queries as one."""
    book = _Book(events)
    return [one for event in events for one in _READERS[event.kind](event, book)]


class _Book:
    """Everything about the cases concerned, each read once and only where an event asks for it."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._ids = {int(event.subject_id) for event in events}

    @cached_property
    def cases(self) -> dict[int, Case]:
        related = ("customer", "waybill__customer")
        return Case.objects.select_related(*related).in_bulk(self._ids)

    @cached_property
    def split(self) -> set[int]:
        links = CaseLink.objects.filter(second__in=self._ids, kind=LinkKind.SPLIT)
        return set(links.order_by().values_list("second_id", flat=True))

    @cached_property
    def entries(self) -> dict[int, CaseEntry]:
        return CaseEntry.objects.select_related("by").in_bulk(_numbers(self._events, "entry"))

    @cached_property
    def asks(self) -> dict[int, SatisfactionAsk]:
        return SatisfactionAsk.objects.in_bulk(_numbers(self._events, "ask"))

    @cached_property
    def heard(self) -> dict[int, datetime]:
        heard = CaseEntry.objects.filter(case__in=self._ids, kind__in=FROM_CUSTOMER).order_by()
        return dict(heard.values("case").annotate(last=Max("at")).values_list("case", "last"))

    @cached_property
    def due(self) -> dict[int, datetime]:
        return answers_due(list(self.cases.values()))

    @cached_property
    def absorbed(self) -> dict[int, list[Case]]:
        found: dict[int, list[Case]] = {}
        closed = {int(event.subject_id) for event in self._events if event.kind == "case.closed"}
        for case in Case.objects.filter(merged_into__in=closed).order_by("pk"):
            found.setdefault(case.merged_into_id or 0, []).append(case)
        return found

    def case(self, event: Event) -> Case | None:
        return self.cases.get(int(event.subject_id))

    def has_just_written(self, case: Case, at: datetime) -> bool:
        last = self.heard.get(case.pk)
        return last is not None and last <= at <= last + JUST_WROTE


def _numbers(events: Sequence[Event], name: str) -> set[int]:
    return {event.data[name] for event in events if isinstance(event.data.get(name), int)}


def _opened(event: Event, book: _Book) -> Iterator[Notice]:
    """What was split off is one matter more to us, not to them. What is nobody's business yet is
    told to everybody on duty at the service desk; whoever got it hears of that by itself."""
    case = book.case(event)
    desk = [pk for pk in event.data.get("desk") or () if pk not in {event.by_id, _owner(event)}]
    if case is not None and desk:
        notice = _notice("staff.case_at_desk", event, case)
        notice.cause += ":desk"
        notice.data["subject"] = case.title
        notice.people = desk
        notice.link = subject_link(event)
        yield notice
    if case is not None and case.channel not in ANSWERED_IN_PLACE and case.pk not in book.split:
        yield _to_person("case.received", event, case, book, at_once=True)


def _owner(event: Event) -> int | None:
    """Whose it was when it came in; they are told that they got it."""
    found = event.data.get("owner")
    return found if isinstance(found, int) else None


def _message_out(event: Event, book: _Book) -> Iterator[Notice]:
    case, entry = book.case(event), book.entries.get(event.data.get("entry", 0))
    if case is None or entry is None or entry.channel in SPOKEN_IN_PLACE:
        return
    solved = entry.kind == EntryKind.SOLUTION
    notice = _to_person("case.solved" if solved else "case.reply", event, case, book)
    notice.personal = {"text": entry.text}
    notice.data["files"] = event.data.get("files", 0)
    notice.prefers = _preferred(CaseChannel(entry.channel), case)
    notice.at_once = book.has_just_written(case, event.at)
    yield notice


def _asked(event: Event, book: _Book) -> Iterator[Notice]:
    case, ask = book.case(event), book.asks.get(event.data.get("ask", 0))
    if case is None or ask is None or ask.answered_at is not None:
        return
    if ask.channel in SPOKEN_IN_PLACE:
        return
    notice = _to_person("case.satisfaction", event, case, book)
    notice.link = public_link("portal:rate", satisfaction.token_of(ask))
    notice.prefers = _preferred(CaseChannel(ask.channel), case)
    yield notice


def _closed(event: Event, book: _Book) -> Iterator[Notice]:
    """Whoever withdrew it knows. Others whose cases were merged into it hear that it is over, and
    nothing of what was said to each other's."""
    main = book.case(event)
    if main is None or main.outcome == Outcome.WITHDRAWN:
        return
    others = [case for case in book.absorbed.get(main.pk, []) if not same_person(case, main)]
    for case in (main, *others):
        if case.channel not in TOLD_OTHERWISE:
            yield _to_person("case.closed", event, case, book)


def _assigned(event: Event, book: _Book) -> Iterator[Notice]:
    case = book.case(event)
    if case is not None and case.owner_id == event.data.get("owner") != event.by_id:
        yield from _to_owner("staff.case_assigned", event, case)


def _message_in(event: Event, book: _Book) -> Iterator[Notice]:
    case = book.case(event)
    if case is not None:
        yield from _to_owner("staff.case_message", event, case)


def _reported(event: Event, book: _Book) -> Iterator[Notice]:
    """What the leaders were told by word of mouth, in writing: now, or before the next working day
    begins (CMP-2). Whoever was written to has it."""
    case, entry = book.case(event), book.entries.get(event.data.get("entry", 0))
    if case is None or entry is None or entry.channel == CaseChannel.EMAIL:
        return
    notice = _notice("staff.case_reported", event, case)
    notice.data |= {"subject": case.title, "detail": str(entry.by)}
    notice.people = [pk for pk in event.data.get("recipients") or () if pk != event.by_id]
    notice.not_before = instant(event.data.get("mail_by"))
    notice.link = subject_link(event)
    yield notice


def _escalated(event: Event, book: _Book) -> Iterator[Notice]:
    """Dissatisfied again: the leaders that the event names take over, told in the back office and
    by mail at once (CMP-7)."""
    case = book.case(event)
    if case is None:
        return
    for channel in ("in_app", "email"):
        notice = _notice("staff.case_escalated", event, case)
        notice.cause += f":{channel}"
        notice.channels = [channel]
        notice.data |= {"subject": case.title, "detail": f"{event.data.get('score', '—')}/5"}
        notice.people = [pk for pk in event.data.get("recipients") or () if pk != event.by_id]
        notice.link = subject_link(event)
        yield notice


def _praised(event: Event, book: _Book) -> Iterator[Notice]:
    """The colleague whom a customer praises, and whoever leads them, in the customer's words."""
    case = book.case(event)
    if case is None:
        return
    notice = _notice("staff.praise", event, case)
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
    notice = _notice(topic, event, case)
    notice.data["subject"] = case.title
    notice.people, notice.stands_in = [case.owner_id], True
    notice.link = subject_link(event)
    yield notice


def _to_person(
    topic: str, event: Event, case: Case, book: _Book, *, at_once: bool = False
) -> Notice:
    notice = _notice(topic, event, case)
    notice.data["due"] = book.due.get(case.pk)
    notice.link = public_link("portal:case", links.token_of(case))
    notice.prefers = _preferred(CaseChannel(case.channel), case)
    notice.at_once = at_once
    return notice


def _notice(topic: str, event: Event, case: Case) -> Notice:
    data: dict[str, Any] = {"case": case.number, "when": event.at}
    if case.waybill is not None:
        data["number"] = case.waybill.number
    if case.customer is not None:
        data["customer"] = case.customer.display_name
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}:{case.pk}",
        at=event.at,
        event=event,
        waybill=case.waybill,
        customer=case.customer,
        case=case,
        data=data,
    )


def _preferred(channel: CaseChannel, case: Case) -> str:
    """The channel they used; from the web form, the mailbox if they left one."""
    return _PREFERS.get(channel) or ("email" if case.contact_email else "sms")


_READERS = {
    "case.opened": _opened,
    "case.message_out": _message_out,
    "case.satisfaction_asked": _asked,
    "case.closed": _closed,
    "case.assigned": _assigned,
    "case.message_in": _message_in,
    "case.reported": _reported,
    "case.escalated": _escalated,
    "case.praised": _praised,
}
NOTICES = dict.fromkeys(_READERS, notices)

MESSAGES = frozenset({"case.message_in", "case.message_out"})


def case_payloads(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Numbers, states and times (NTF-4). One query."""
    ids = [int(event.subject_id) for event in events]
    cases = Case.objects.light().select_related("waybill").in_bulk(ids)
    found = {}
    for event in events:
        case = cases.get(int(event.subject_id))
        if case is None or case.customer_id is None:
            continue
        if event.kind in MESSAGES and not is_merchants_own(case):
            continue
        found[event.pk] = (case.customer_id, _payload(event, case))
    return found


def _payload(event: Event, case: Case) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "case": case.number,
        "class": case.case_class,
        "severity": case.severity,
        "state": case.state,
        "waybill": case.waybill.number if case.waybill else None,
        "waybill_id": case.waybill_id,
        "customer_reference": case.waybill.customer_reference if case.waybill else "",
        "outcome": case.outcome,
        "closed_at": case.closed_at,
    }
    if event.kind in MESSAGES:
        payload["message"] = event.data.get("entry")
        payload["direction"] = "in" if event.kind == "case.message_in" else "out"
    return payload


def _concerned(ids: set[int]) -> dict[int, dict[str, Any]]:
    return {pk: {"case": case} for pk, case in Case.objects.light().in_bulk(ids).items()}


# Whoever sees a case sees the calls that its clocks ask for.
CONCERNED = {Case._meta.label_lower: _concerned}
WEBHOOKS = {
    "case.opened": Webhook("case.opened", case_payloads),
    # Two kinds of events that are one to a merchant.
    "case.message_in": Webhook("case.message", case_payloads),
    "case.message_out": Webhook("case.message", case_payloads),
    "case.closed": Webhook("case.closed", case_payloads),
    "case.reopened": Webhook("case.reopened", case_payloads),
}
