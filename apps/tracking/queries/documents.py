"""Return documents: which are owed for how long, and which may be destroyed (TRK-6)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.tracking.enums import DocumentState, FilingPlace
from apps.tracking.models import ReturnDocument, Waybill
from apps.tracking.models.return_document import retention_years, years_later

if TYPE_CHECKING:
    from apps.accounts.models import User


def documents(*, user: "User") -> QuerySet[ReturnDocument]:
    """Those of the shipments ``user`` sees, longest owed first."""
    return (
        ReturnDocument.objects.filter(waybill__in=Waybill.objects.visible_to(user))
        .select_related("waybill__customer", "waybill__responsible_unit", "filed_by")
        .order_by("owed_since", "pk")
    )


def days_owed(document: ReturnDocument, now: datetime) -> int | None:
    if document.owed_since is None or document.filed_at:
        return None
    return max(0, (now - document.owed_since).days)


def releasable(now: datetime) -> QuerySet[ReturnDocument]:
    """Filed documents whose time is over. Listing is all that happens by itself."""
    over = Q(pk__in=[])
    for where in FilingPlace:
        earlier = years_later(now, -retention_years(where))
        over |= Q(filing_place=where, filed_at__lte=earlier)
    return (
        ReturnDocument.objects.filter(over, state=DocumentState.FILED)
        .select_related("waybill")
        .order_by("filed_at")
    )
