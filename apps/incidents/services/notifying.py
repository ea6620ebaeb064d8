"""Who is told of an incident: each customer and each consignee once for each notice, by their own wishes (NTF-3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import in_callers_transaction, write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import NewEvent, record, record_many
from apps.incidents.enums import NoticeKind, RecipientState
from apps.incidents.models import Incident, IncidentNotice, NoticeRecipient
from apps.incidents.services.locking import lock_running
from apps.incidents.services.tasks import restart_update_step

LABEL = NoticeRecipient._meta.label_lower
# Parties of these shipments that no notice of the incident has reached yet. A consignee is known by the keyed index
# of their phone, so nobody's number is read here.
_NEW_PARTIES = """
INSERT INTO incidents_noticerecipient
    (notice_id, customer_id, phone_index, waybill_id, shipments, notified_at, state, channel, state_at)
SELECT %(notice)s, p.customer_id, p.phone_index, p.waybill_id, p.shipments, %(at)s, 'queued', '', %(at)s FROM (
    SELECT a.customer_id, '' AS phone_index, min(a.waybill_id) AS waybill_id,
        (SELECT count(*) FROM incidents_affected o WHERE o.incident_id = %(incident)s
            AND o.customer_id = a.customer_id AND o.leads) AS shipments
    FROM incidents_affected a WHERE a.id = ANY(%(rows)s) AND a.leads GROUP BY a.customer_id
    UNION ALL
    SELECT NULL, w.consignee_phone_index, min(w.id), count(*)
    FROM incidents_affected a JOIN tracking_waybill w ON w.id = a.waybill_id
    WHERE a.id = ANY(%(rows)s) AND a.leads AND w.consignee_phone_index <> '' GROUP BY w.consignee_phone_index
) p
WHERE NOT EXISTS (
    SELECT FROM incidents_noticerecipient r JOIN incidents_incidentnotice n ON n.id = r.notice_id
    WHERE n.incident_id = %(incident)s AND r.customer_id = p.customer_id
) AND NOT EXISTS (
    SELECT FROM incidents_noticerecipient r JOIN incidents_incidentnotice n ON n.id = r.notice_id
    WHERE n.incident_id = %(incident)s AND r.phone_index <> '' AND r.phone_index = p.phone_index)
ON CONFLICT DO NOTHING RETURNING id
"""
_ALL_RECIPIENTS = """
INSERT INTO incidents_noticerecipient
    (notice_id, customer_id, phone_index, waybill_id, shipments, notified_at, state, channel, state_at)
SELECT %(notice)s, r.customer_id, r.phone_index, min(r.waybill_id), max(r.shipments), %(at)s, 'queued', '', %(at)s
FROM incidents_noticerecipient r JOIN incidents_incidentnotice n ON n.id = r.notice_id
WHERE n.incident_id = %(incident)s GROUP BY r.customer_id, r.phone_index
ON CONFLICT DO NOTHING RETURNING id
"""


@in_callers_transaction()
def notify_new_parties(
    incident: Incident, affected_ids: Sequence[int], *, by: User, at: datetime
) -> int:
    """The newest notice for the parties of these shipments, if no notice of this incident went to them before; how
    many that are."""
    newest = incident.notices.order_by("-n").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    given = {"notice": newest, "incident": incident.pk, "rows": list(affected_ids), "at": at}
    return _notify(_NEW_PARTIES, given, by=by, at=at)


def _notify(statement: str, given: dict[str, Any], *, by: User, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        ids = [pk for (pk,) in cursor.fetchall()]
    record_many(NewEvent("incident.told", LABEL, str(pk), by.pk, at) for pk in ids)
    return len(ids)


def add_notice(
    incident: Incident, kind: NoticeKind, text_zh: str, text_en: str, *, by: User, at: datetime
) -> IncidentNotice:
    """Its words, checked; BadInput for whichever language is missing."""
    words = {"text_zh": " ".join(text_zh.split()), "text_en": " ".join(text_en.split())}
    for name, text in words.items():
        if not text:
            raise BadInput(
                _("Customers are told in Chinese and in English; one text is missing."),
                code="text_missing",
                field=name,
            )
        if len(text) > 500:
            raise BadInput(_("Say it in 500 characters."), code="too_long", field=name)
    last = incident.notices.aggregate(last=Max("n"))["last"] or 0
    row = IncidentNotice.objects.create(
        incident=incident, n=last + 1, kind=kind, at=at, by=by, **words
    )
    data = {"n": row.n, "kind": str(kind)}
    record("incident.notice_sent", incident, by=by, at=at, data=data)
    return row


@transaction.atomic
def send_notice(
    *, incident_id: int, text_zh: str, text_en: str, by: User, at: datetime
) -> IncidentNotice:
    """A further word, with its own text, to everybody who was told before; newcomers get it as their first."""
    incident = lock_running(incident_id)
    row = add_notice(incident, NoticeKind.FURTHER, text_zh, text_en, by=by, at=at)
    notify_all_recipients(row, by=by, at=at)
    restart_update_step(incident, by=by, at=at)
    return row


def notify_all_recipients(notice: IncidentNotice, *, by: User, at: datetime) -> int:
    given: dict[str, Any] = {"notice": notice.pk, "incident": notice.incident_id, "at": at}
    return _notify(_ALL_RECIPIENTS, given, by=by, at=at)


# What the notifications floor calls it → how far the word came; a later word wins where it is further along.
_STATES = {
    "accepted": RecipientState.SENT,
    "failed": RecipientState.FAILED,
    "suppressed": RecipientState.FAILED,
    "handed_over": RecipientState.TO_CALL,
    "delivered": RecipientState.REACHED,
    "read": RecipientState.REACHED,
}
_ORDER = list(RecipientState)


@in_callers_transaction()
def note_messages(events: Sequence[Event]) -> None:
    """Keep what became of the messages (``delivery.moved``); any number in a few statements, idempotent."""
    caused = Event.objects.filter(
        pk__in={event.data["event"] for event in events if event.data["event"]},
        subject_type=LABEL,
    )
    whose = {pk: int(subject) for pk, subject in caused.values_list("pk", "subject_id")}
    rows = (
        NoticeRecipient.objects.select_for_update(no_key=True)
        .order_by("pk")
        .in_bulk(set(whose.values()))
    )
    moved: dict[int, NoticeRecipient] = {}
    for event in events:
        state = _STATES.get(event.data["to"])
        row = rows.get(whose.get(event.data["event"] or 0, 0))
        if (
            state is None
            or row is None
            or _ORDER.index(state) <= _ORDER.index(RecipientState(row.state))
        ):
            continue
        row.state, row.channel, row.state_at = state, event.data["channel"], event.at
        moved[row.pk] = row
    write_columns(list(moved.values()), ["state", "channel", "state_at"])


@transaction.atomic
def note_call(*, recipient_id: int, reached: bool, by: User, at: datetime) -> NoticeRecipient:
    """Somebody called whom no message had reached. Once reached it stays so."""
    row = NoticeRecipient.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient_id)
    if row.state == RecipientState.REACHED:
        raise RuleBroken(_("They know already."), code="nothing_changed", field="reached")
    row.state = RecipientState.REACHED if reached else RecipientState.TO_CALL
    row.channel, row.state_at = "phone", at
    row.save(update_fields=["state", "channel", "state_at"])
    record(
        "incident.called", row.notice.incident, by=by, at=at,
        data={"reached": reached, "recipient": row.pk},
    )  # fmt: skip
    return row
