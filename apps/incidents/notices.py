"""What the events of incidents mean to people and to merchants (CMP-8)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import override

from apps.core.notice_types import Notice, Webhook, subject_link
from apps.core.public_links import public_page
from apps.events.models import Event
from apps.incidents.enums import Seat
from apps.incidents.models import Incident, IncidentNotice, IncidentTask, NoticeRecipient
from apps.incidents.queries.announced import announced_events
from apps.incidents.queries.places import place_in_words, with_newest_place
from apps.incidents.services.notifying import note_messages

# Of a shipment only what is said of it and whom its consignee is: a whole waybill is sixty columns, six of them
# encrypted, and an incident tells twenty thousand.
_OF_CUSTOMER = ("waybill__number", "customer__agent_id", "customer__unit_id")
_OF_CONSIGNEE = ("waybill__number", "waybill__consignee_name", "waybill__consignee_phone")
_OF_BOTH = ("notice_id", "customer_id", "waybill_id", "shipments")


def _recipients_of(events: Sequence[Event]) -> dict[str, NoticeRecipient]:
    """Customers and consignees apart, each with what their words and addresses need."""
    rows = NoticeRecipient.objects.filter(pk__any_of=[int(event.subject_id) for event in events])
    customers = rows.filter(customer__isnull=False).select_related("waybill", "customer")
    consignees = rows.filter(customer__isnull=True).select_related("waybill")
    found = [
        *customers.only(*_OF_BOTH, *_OF_CUSTOMER),
        *consignees.only(*_OF_BOTH, *_OF_CONSIGNEE),
    ]
    return {str(row.pk): row for row in found}


def _notices_of(rows: Iterable[NoticeRecipient]) -> dict[int, IncidentNotice]:
    """The few texts of many recipients, each read once."""
    ids = {row.notice_id for row in rows}
    return IncidentNotice.objects.select_related("incident").in_bulk(ids) if ids else {}


def _words(notice: IncidentNotice) -> dict[str, str]:
    incident = notice.incident
    return {
        "title": incident.title,
        "title_en": incident.title_en,
        "text_zh": notice.text_zh,
        "text_en": notice.text_en,
    }


def _to_recipients(events: Sequence[Event]) -> list[Notice]:
    """One to a customer, by the customer's wishes; one to a consignee, by theirs."""
    rows, found = _recipients_of(events), []
    # The same words for all of them: encrypted once.
    words = {pk: _words(notice) for pk, notice in _notices_of(rows.values()).items()}
    for event in events:
        row = rows.get(event.subject_id)
        if row is None:
            continue
        is_customer = row.customer_id is not None
        found.append(
            Notice(
                topic="incident.customer" if is_customer else "incident.consignee",
                cause=f"incident_notice:{row.pk}",
                at=event.at,
                event=event,
                waybill=row.waybill,
                customer=row.customer,
                data={"number": row.waybill.number, "count": str(row.shipments)},
                personal=words[row.notice_id],
            )
        )
    return found


def _announced(events: Sequence[Event]) -> list[Notice]:
    """The newest announcement of an incident that runs. Its row is locked: the act that ends or replaces it comes
    before this and nothing is announced, or after it and finds the message, which it cancels."""
    rows = Incident.objects.running().select_for_update(of=("self",), no_key=True).order_by("pk")
    incidents = rows.in_bulk({int(event.subject_id) for event in events})
    found = []
    for event in events:
        incident = incidents.get(int(event.subject_id))
        if incident is None or announced_events(incident).filter(pk__gt=event.pk).exists():
            continue
        words = incident.notices.filter(n=event.data["n"]).first()
        if words is not None:
            found.append(
                Notice(
                    topic="incident.announced",
                    cause=f"event:{event.pk}",
                    at=event.at,
                    event=event,
                    data={"shown_until": event.data["until"]},
                    personal=_words(words),
                    link=public_page("portal:home"),
                    at_once=True,  # a page wakes nobody
                )
            )
    return found


def _staff(topic: str, event: Event, incident: Incident, **data: Any) -> Notice:
    return Notice(
        topic=topic, cause=f"event:{event.pk}", at=event.at, event=event, unit_id=incident.unit_id,
        data={"number": incident.number, "subject": incident.title, "when": event.at, **data},
        people=tuple(event.data["people"]), stands_in=True, link=subject_link(event),
    )  # fmt: skip


def _declared(events: Sequence[Event]) -> list[Notice]:
    rows = with_newest_place(Incident.objects.all())
    incidents = rows.in_bulk([int(event.subject_id) for event in events])
    return [
        _staff(
            "staff.incident_declared",
            event,
            incident,
            count=str(event.data["shipments"]),
            **_place(incident),
        )
        for event in events
        if (incident := incidents.get(int(event.subject_id))) and event.data.get("people")
    ]


def _place(incident: Any) -> dict[str, str]:
    """In both languages: one message is read in either."""
    found = {}
    for name, language in (("place", "zh-hans"), ("place_en", "en")):
        with override(language):
            found[name] = place_in_words(incident.place_facts)
    return found


def _seated(events: Sequence[Event]) -> list[Notice]:
    incidents = Incident.objects.in_bulk([int(event.subject_id) for event in events])
    return [
        _staff("staff.incident_seat", event, incident, detail=str(Seat(event.data["seat"]).label))
        for event in events
        if (incident := incidents.get(int(event.subject_id)))
        and event.data["people"] != [event.by_id]
    ]


def _given(events: Sequence[Event]) -> list[Notice]:
    ids = [int(event.subject_id) for event in events]
    tasks = IncidentTask.objects.select_related("incident").in_bulk(ids)
    return [
        _staff("staff.incident_seat", event, task.incident, detail=task.what)
        for event in events
        if (task := tasks.get(int(event.subject_id))) and event.data["people"] != [event.by_id]
    ]


NOTICES = {
    "incident.told": _to_recipients,
    "incident.announced": _announced,
    "incident.declared": _declared,
    "incident.seat_taken": _seated,
    "incidenttask.given": _given,
}


def _for_merchants(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    rows = _recipients_of(events)
    notices = _notices_of(rows.values())
    return {
        event.pk: (row.customer_id, _data(row, notices[row.notice_id]))
        for event in events
        if (row := rows.get(event.subject_id)) is not None and row.customer_id is not None
    }


def _data(row: NoticeRecipient, notice: IncidentNotice) -> dict[str, Any]:
    return {
        "incident": notice.incident.number,
        "notice": notice.n,
        "text_zh": notice.text_zh,
        "text_en": notice.text_en,
        "shipments": row.shipments,
    }


WEBHOOKS = {"incident.told": Webhook("incident.told", _for_merchants)}
FOLLOWED = {"incident.customer": note_messages, "incident.consignee": note_messages}
