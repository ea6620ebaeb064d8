"""The queue of late and stuck shipments, worst first, and how far each one has come (TRK-7)."""

from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from apps.quality.enums import LateState
from apps.quality.models import ExceptionReport, PartyContact
from apps.tracking.enums import Party, Status
from apps.tracking.models import LateShipment, ShipmentHold, Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User


_HOLDS = ShipmentHold.objects.filter(
    waybill=OuterRef("waybill"), released_at__isnull=True
).order_by("pk")


class _State(CharField):  # type: ignore[type-arg]  # stubs' generics are not subscriptable at run time
    def from_db_value(self, value: str, *_args: object) -> LateState:
        return LateState(value)


def with_state(rows: "QuerySet[LateShipment]") -> "QuerySet[LateShipment]":
    """Each with its ``state``, read from the facts: closed, delivered, both parties know the time that
    is expected now, somebody is on it, nobody is."""
    reached = PartyContact.objects.filter(
        exception=OuterRef("exception"), was_reached=True, expected_at=OuterRef("expected_at")
    )
    both = Q(*(Exists(reached.filter(party=party)) for party in Party))
    arrived = {"waybill__status": Status.DELIVERED, "waybill__concluded_at__isnull": False}
    return rows.annotate(
        state=Case(
            When(closed_at__isnull=False, then=Value(LateState.CLOSED)),
            When(**arrived, then=Value(LateState.ARRIVED)),
            When(both, then=Value(LateState.TOLD)),
            When(exception__taken_at__isnull=False, then=Value(LateState.IN_HAND)),
            default=Value(LateState.OPEN),
            output_field=_State(max_length=10),
        )
    )


def late_of(report: ExceptionReport) -> LateShipment | None:
    rows = LateShipment.objects.filter(exception=report)
    return with_state(rows).select_related("replacement", "closed_by").first()


def late_list(user: "User") -> "QuerySet[LateShipment]":
    """Those of the shipments ``user`` sees; longest past their promise first, those without a promise
    last. Whoever reads it keeps the open ones or the closed ones, and tells those that are held from those that are
    late by ``held_by``, the number of what holds them (CMP-8)."""
    related = ("return_document", "responsible_unit", "carrier", "customer")
    return (
        with_state(LateShipment.objects.filter(waybill__in=Waybill.objects.visible_to(user)))
        .annotate(held_by=Subquery(_HOLDS.values("number")[:1]))
        .select_related(
            *(f"waybill__{name}" for name in related),
            "exception__owner",
            "closed_by",
            "replacement",
        )
        .order_by(F("promised_at").asc(nulls_last=True), "pk")
    )


def not_held(rows: "QuerySet[LateShipment]") -> "QuerySet[LateShipment]":
    """Those that nothing holds: what is held is not late (CMP-8)."""
    return rows.filter(~Exists(_HOLDS))
