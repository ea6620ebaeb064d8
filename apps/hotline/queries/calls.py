"""Lists of calls and call-backs, and what a ringing number means (CMP-10)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from apps.complaints.models import Case
from apps.complaints.queries.history import history_of
from apps.core.times import day_start
from apps.customers.models import Customer
from apps.customers.queries import find_customers
from apps.hotline.enums import MISSED, CallBackState, CallOutcome, Direction
from apps.hotline.models import Call, CallBack
from apps.hotline.rules.numbers import caller_key, index_of
from apps.tracking.models import Waybill
from apps.tracking.queries import find_waybills

if TYPE_CHECKING:
    from apps.accounts.models import User

SHOWN = 8
BESIDE = {
    "complaints.case": "case",
    "customers.customer": "customer",
    "tracking.waybill": "waybill",
}
_VIEWS = {
    "missed": Q(direction=Direction.IN, is_hotline=True, outcome__in=MISSED),
    "answered": Q(direction=Direction.IN, outcome=CallOutcome.ANSWERED),
    "outgoing": Q(direction=Direction.OUT),
    "noted": Q(typed_by__isnull=False),
}


def call_list(user: "User", *, view: str, number: str, values: dict[str, Any]) -> "QuerySet[Call]":
    """``number`` is whole, as typed: it is found by its keyed index. What cannot be a number finds nothing."""
    rows = Call.objects.visible_to(user).select_related("agent", "customer", "waybill", "case")
    rows = rows.defer("note")
    if view == "today":
        rows = rows.filter(offered_at__gte=day_start(timezone.localdate()))
    else:
        rows = rows.filter(_VIEWS.get(view, Q()))
    if number:
        index = index_of(caller_key(number))
        rows = rows.filter(caller_index=index) if index else rows.none()
    named = {"outcome": "outcome", "system": "system", "agent": "agent", "case": "case",
             "offered_from": "offered_at__gte", "offered_to": "offered_at__lt"}  # fmt: skip
    return rows.filter(**{key: values[name] for name, key in named.items() if values.get(name)})


def call_back_list(user: "User", *, view: str, number: str) -> "QuerySet[CallBack]":
    rows = CallBack.objects.visible_to(user).select_related(
        "customer", "taken_by", "ended_by", "answered_by"
    )
    if view == "open":
        rows = rows.filter(state=CallBackState.OPEN)
    elif view == "done":
        rows = rows.exclude(state=CallBackState.OPEN)
    if number:
        index = index_of(caller_key(number))
        rows = rows.filter(number_index=index) if index else rows.none()
    return rows


def calls_of_record(model: str, key: int, user: "User") -> list[Call]:
    """The calls of a case, a customer or a shipment that this user may see, newest first."""
    rows = Call.objects.visible_to(user).filter(**{BESIDE[model]: key})
    return list(rows.select_related("agent").order_by("-offered_at", "-pk")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Ringing:
    """What a number that rings may be about; ``leads_to`` is the one page that it is surely about."""

    leads_to: str
    cases: list[Case] = field(default_factory=list)
    waybills: list[Waybill] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    call_back: CallBack | None = None


def ringing(number: str, user: "User", *, may_open_cases: bool) -> Ringing:
    """An open case of the number, else its only shipment under way, else taking down a case with the number filled
    in. Several of a kind are shown for the agent to choose."""
    key = caller_key(number)
    intake = f"{reverse('admin:complaints_case_intake')}?{urlencode({'contact_phone': number, 'channel': 'phone'})}"
    if not key:
        return Ringing(intake)
    cases = list(history_of(user, phone=key).live()[: SHOWN + 1]) if may_open_cases else []
    waybills = [one for one in find_waybills(key, user=user) if one.concluded_at is None]
    there = CallBack.objects.visible_to(user)
    waiting = there.filter(number_index=index_of(key), state=CallBackState.OPEN).first()
    leads_to = ""
    if len(cases) == 1:
        leads_to = reverse("admin:complaints_case_page", args=[cases[0].number])
    elif not cases and len(waybills) == 1:
        leads_to = f"/admin/desk/open/tracking.waybill/{waybills[0].pk}"
    elif not cases and not waybills:
        leads_to = intake
    customers = list(find_customers(key, user=user)[:SHOWN])
    return Ringing(leads_to, cases[:SHOWN], waybills[:SHOWN], customers, waiting)
