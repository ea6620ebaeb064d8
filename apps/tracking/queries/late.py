"""The queue of late and stuck shipments, worst first (TRK-7)."""

from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

from apps.tracking.models import LateShipment, Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User


def queue(*, user: "User") -> QuerySet[LateShipment]:
    """Cases of the shipments ``user`` sees; longest past their promise first, those without a
    promise last. Whoever reads it keeps the open ones or the closed ones."""
    return (
        LateShipment.objects.filter(waybill__in=Waybill.objects.visible_to(user))
        .select_related(
            "waybill__customer",
            "waybill__return_document",
            "waybill__responsible_unit",
            "waybill__carrier",
            "taken_by",
            "closed_by",
            "replacement",
        )
        .order_by(F("promised_at").asc(nulls_last=True), "pk")
    )
