"""Whom an incident concerns, customer by customer: how many shipments, told how far, asked before being told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from apps.customers.models import Customer
from apps.incidents.enums import RecipientState
from apps.incidents.models import Incident
from apps.sla.enums import TellBy

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 200
# The newest word to each, and the first case about one of the shipments since it was known.
_CUSTOMERS = """
SELECT a.customer_id, count(*), count(*) FILTER (WHERE a.released_at IS NULL), t.id, t.state, t.channel, t.notified_at,
    first.notified_at,
    (SELECT min(c.created_at) FROM complaints_case c
     JOIN incidents_affected o ON o.waybill_id = c.waybill_id AND o.incident_id = a.incident_id
     WHERE o.customer_id = a.customer_id AND c.created_at >= %(known)s)
FROM incidents_affected a
LEFT JOIN LATERAL (SELECT w.* FROM incidents_noticerecipient w JOIN incidents_incidentnotice n ON n.id = w.notice_id
    WHERE n.incident_id = a.incident_id AND w.customer_id = a.customer_id ORDER BY n.n DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT min(w.notified_at) AS notified_at FROM incidents_noticerecipient w
    JOIN incidents_incidentnotice n ON n.id = w.notice_id
    WHERE n.incident_id = a.incident_id AND w.customer_id = a.customer_id) first ON true
WHERE a.incident_id = %(incident)s AND a.customer_id = ANY(%(customers)s)
GROUP BY a.incident_id, a.customer_id, t.id, t.state, t.channel, t.notified_at, first.notified_at
ORDER BY count(*) DESC, a.customer_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """``notified_at`` is when they were told first; ``asked_at`` the first case of theirs about a shipment of it."""

    customer_id: int
    name: str
    shipments: int
    held: int
    recipient_id: int | None
    state: RecipientState | None
    channel: str
    notified_at: datetime | None
    asked_at: datetime | None

    @property
    def way(self) -> str:
        """The channel in words; its own name where nobody on duty is reached by it."""
        known = self.channel in TellBy.values
        return str(TellBy(self.channel).label) if known else self.channel

    @property
    def asked_before(self) -> bool:
        return self.asked_at is not None and (
            self.notified_at is None or self.asked_at < self.notified_at
        )


def customers_of(incident: Incident, user: "User", *, only: str = "") -> list[CustomerRow]:
    """Those that ``user`` sees, most shipments first; ``only``: untold, asked or call."""
    mine = Customer.objects.visible_to(user)
    concerned = incident.affected.values("customer").distinct()
    names = {one.pk: one.display_name for one in mine.filter(pk__in=concerned)}
    given: dict[str, Any] = {"incident": incident.pk, "known": incident.known_at, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, {**given, "customers": list(names)})
        rows = [
            CustomerRow(
                pk, names[pk], n, held, recipient_id, RecipientState(state) if state else None, channel or "",
                first, asked,
            )
            for pk, n, held, recipient_id, state, channel, _newest, first, asked in cursor.fetchall()
        ]  # fmt: skip
    filters: dict[str, Callable[[CustomerRow], bool]] = {
        "untold": lambda row: row.notified_at is None,
        "asked": lambda row: row.asked_before,
        "call": lambda row: row.state in (RecipientState.TO_CALL, RecipientState.FAILED),
    }
    return [row for row in rows if filters[only](row)] if only in filters else rows


@dataclass(frozen=True, slots=True)
class Sums:
    """How many an incident concerns and how far telling them came; of consignees only the number."""

    shipments: int
    held: int
    customers: int
    notified: int
    reached: int
    to_call: int
    consignees: int


_SUMS = """
SELECT i.id,
    (SELECT count(*) FROM incidents_affected a WHERE a.incident_id = i.id),
    (SELECT count(*) FROM incidents_affected a WHERE a.incident_id = i.id AND a.released_at IS NULL),
    (SELECT count(DISTINCT a.customer_id) FROM incidents_affected a WHERE a.incident_id = i.id),
    t.notified, t.reached, t.to_call, t.consignees
FROM incidents_incident i LEFT JOIN LATERAL (
    SELECT count(DISTINCT w.customer_id) AS notified,
        count(DISTINCT w.customer_id) FILTER (WHERE w.state = 'reached') AS reached,
        count(DISTINCT w.customer_id) FILTER (WHERE w.state IN ('to_call', 'failed')) AS to_call,
        count(DISTINCT w.phone_index) FILTER (WHERE w.phone_index <> '') AS consignees
    FROM incidents_noticerecipient w JOIN incidents_incidentnotice n ON n.id = w.notice_id WHERE n.incident_id = i.id
) t ON true WHERE i.id = ANY(%s)
"""


def sums_of(incident_ids: list[int]) -> dict[int, Sums]:
    """For a page of incidents, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [incident_ids])
        return {row[0]: Sums(*row[1:]) for row in cursor.fetchall()}
