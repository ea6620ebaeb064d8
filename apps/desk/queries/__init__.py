"""What a person at the desk needs to see: what runs out next, and whatever they look for."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.queries.approvals import Waiting, waiting_for
from apps.complaints.models import Case
from apps.complaints.queries.cases import CaseFilter, case_list
from apps.core.errors import BadInput
from apps.core.typed import LONGEST_SEVERAL, mistyped_number, tidy_typed
from apps.customers.models import Customer
from apps.customers.queries import find_customers
from apps.desk.queries.running import (
    Cases,
    Line,
    own_cases,
    own_clocks,
    owns_promise,
)
from apps.events.queries import relay_lag
from apps.incidents.models import Affected
from apps.incidents.queries.sentences import incidents_of, sentence
from apps.orders.models import DeclaredCount, FollowUpTask, WorkOrder
from apps.orders.queries import orders_found
from apps.quality.models import ChaseTask, ExceptionReport, PartyContact
from apps.quality.queries.exceptions import ExceptionFilter, exception_list
from apps.quality.queries.late import late_list
from apps.sla.queries.calendars import MissingYear, missing_years
from apps.tracking.models import (
    LateShipment,
    PartnerNumber,
    ProofOfDelivery,
    ReturnDocument,
    Waybill,
)
from apps.tracking.queries import TimelineRow, find_waybills, masked_parties, timeline
from apps.tracking.typed import one_number

SHOWN = 10
# Cases, exceptions, orders: numbers with a day and a check digit.
DATED = ("CS", "EX", "WO")
RUNNING = 20


def is_empty() -> bool:
    """No customer yet: a fresh database."""
    return not Customer.objects.exists()


@dataclass(frozen=True)
class Found:
    """What one search text means, kind by kind."""

    waybills: list[Waybill] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    orders: list[WorkOrder] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    exceptions: list[ExceptionReport] = field(default_factory=list)
    # A number of ours with a mistyped digit: said in words instead of an empty page.
    hint: str = ""

    @property
    def only(self) -> Waybill | Case | WorkOrder | Customer | ExceptionReport | None:
        """The one thing found, to be opened at once. A shipment's screen shows its cases."""
        if len(self.waybills) == 1 and not self.customers:
            return self.waybills[0]
        everything = self.everything
        return everything[0] if len(everything) == 1 else None

    @property
    def everything(self) -> list[Any]:
        found = (self.waybills, self.cases, self.orders, self.customers, self.exceptions)
        return [thing for kind in found for thing in kind]


def search(text: str, *, user: User) -> Found:
    """One box for waybill, partner, order, case and exception number (several at once too),
    customer's reference, phone, (part of) a name, and words of what was said in a case.

    Only what ``user`` may see; what they may not see looks as if it did not exist.
    """
    pasted = text.strip()[:LONGEST_SEVERAL]
    text = tidy_typed(text, LONGEST_SEVERAL)
    if not text:
        return Found()
    found = Found(
        waybills=find_waybills(pasted, user=user, limit=SHOWN)
        if user.has_perm("tracking.view_waybill")
        else [],
        cases=list(case_list(user, CaseFilter(text=text))[:SHOWN])
        if user.has_perm("complaints.view_case")
        else [],
        orders=_orders_found(text, user) if user.has_perm("orders.view_workorder") else [],
        customers=find_customers(text, user=user, limit=SHOWN)
        if user.has_perm("customers.view_customer")
        else [],
        exceptions=list(exception_list(user, ExceptionFilter(text=text))[:SHOWN])
        if user.has_perm("quality.view_exceptionreport")
        else [],
    )
    if found.everything:
        return found
    return Found(hint=_mistyped(pasted))


def _orders_found(text: str, user: User) -> list[WorkOrder]:
    orders = orders_found(WorkOrder.objects.visible_to(user), text, user=user)
    return list(orders.select_related("customer", "owner")[:SHOWN])


def _mistyped(text: str) -> str:
    if number := mistyped_number(DATED, text):
        return _("“%(number)s” cannot be right: one digit is mistyped or two are swapped.") % {
            "number": number
        }
    try:
        one_number(text)
    except BadInput as refusal:
        return str(refusal) if refusal.code in ("number_check_digit", "number_length") else ""
    return ""


@dataclass(frozen=True)
class Desk:
    """The front page: the most urgent first, never more than fits on a screen."""

    orders: list[WorkOrder]
    tasks: list[FollowUpTask]
    late: list[LateShipment]
    counts: list[DeclaredCount]
    approvals: list[Waiting]
    relay_lag: timedelta
    missing: list[MissingYear]
    running: list[Line]
    promises: list[Line]
    cases: Cases | None


def my_desk(user: User) -> Desk:
    """What ``user`` has to do, at most ``SHOWN`` of each kind, by what runs out next."""
    at = timezone.now()
    clocks = own_clocks(user, running=RUNNING, promises=SHOWN)
    return Desk(
        orders=list(_orders(user)[:SHOWN]) if user.has_perm("orders.view_workorder") else [],
        tasks=list(_tasks(user, at + timedelta(hours=24))[:SHOWN])
        if user.has_perm("orders.view_followuptask")
        else [],
        late=list(_late(user).filter(held_by__isnull=True)[:SHOWN])
        if user.has_perm("tracking.view_lateshipment")
        else [],
        counts=list(_counts(user)[:SHOWN]) if user.has_perm("orders.view_declaredcount") else [],
        approvals=waiting_for(user)[:SHOWN],
        relay_lag=relay_lag() if user.has_perm("events.view_dispatch") else timedelta(0),
        missing=missing_years(at) if user.has_perm("sla.change_workingcalendar") else [],
        running=clocks.running,
        promises=clocks.promises,
        cases=own_cases(user, most=SHOWN) if user.has_perm("complaints.view_case") else None,
    )


def _orders(user: User) -> QuerySet[WorkOrder]:
    return (
        WorkOrder.objects.visible_to(user)
        .unconfirmed()
        .select_related("customer", "owner")
        .order_by("due_at")
    )


def _tasks(user: User, until: Any) -> QuerySet[FollowUpTask]:
    return (
        FollowUpTask.objects.filter(
            owner=user, done_at__isnull=True, dropped_at__isnull=True, due_at__lte=until
        )
        .select_related("work_order__customer", "waybill", "template")
        .order_by("due_at", "id")
    )


def _late(user: User) -> QuerySet[LateShipment]:
    return late_list(user).filter(closed_at__isnull=True)


def _counts(user: User) -> QuerySet[DeclaredCount]:
    return (
        DeclaredCount.objects.filter(
            customer__in=Customer.objects.visible_to(user), status="mismatch"
        )
        .select_related("customer")
        .order_by("-day")
    )


@dataclass(frozen=True)
class Shipment:
    """Everything about one shipment, for one screen (CMP-1)."""

    waybill: Waybill
    parties: dict[str, str]
    events: list[TimelineRow]
    partner_numbers: list[PartnerNumber]
    order: WorkOrder | None
    tasks: list[FollowUpTask]
    late: LateShipment | None
    contacts: list[PartyContact]
    chases: list[ChaseTask]
    proof: ProofOfDelivery | None
    document: ReturnDocument | None
    cases: list[Case]
    incidents: list[tuple[Affected, str]]


def shipment(number: str, *, user: User) -> Shipment | None:
    """The shipment as ``user`` may see it, personal data masked; None if they may not see it."""
    waybill = (
        Waybill.objects.visible_to(user)
        .select_related("customer__agent", "responsible_unit", "carrier")
        .filter(number=number)
        .first()
    )
    if waybill is None:
        return None
    order = (
        WorkOrder.objects.filter(issued__waybill=waybill)
        .select_related("owner", "customer")
        .first()
    )
    tasks = order.tasks.select_related("template", "owner", "done_by") if order else []
    late = _late(user).filter(waybill=waybill).first()
    report = getattr(late, "exception", None)
    return Shipment(
        waybill=waybill,
        parties=masked_parties(waybill),
        events=timeline(waybill),
        partner_numbers=list(waybill.partner_numbers.select_related("carrier")),
        order=order,
        tasks=list(tasks),
        late=late,
        contacts=list(report.contacts.select_related("by")) if report else [],
        chases=list(report.chases.select_related("unit", "carrier", "owner", "answered_by"))
        if report
        else [],
        proof=ProofOfDelivery.objects.filter(waybill=waybill).order_by("-pk").first(),
        document=ReturnDocument.objects.filter(waybill=waybill).first(),
        cases=list(case_list(user, CaseFilter(waybill_id=waybill.pk))[:SHOWN])
        if user.has_perm("complaints.view_case")
        else [],
        incidents=_incidents(waybill) if user.has_perm("incidents.view_incident") else [],
    )


def _incidents(waybill: Waybill) -> list[tuple[Affected, str]]:
    """What holds it, and in one sentence what happened and the new time (CMP-8)."""
    at = timezone.now()
    return [
        (row, sentence(row.incident, waybill.promised_at, at))
        for row in incidents_of(waybill.pk)
        if row.released_at is None
    ]


__all__ = [
    "Desk",
    "Found",
    "Shipment",
    "is_empty",
    "my_desk",
    "owns_promise",
    "search",
    "shipment",
]
