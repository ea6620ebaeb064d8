"""Reads of COD items."""

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, QuerySet

from apps.cod.enums import OWED, ItemState
from apps.cod.models import CodItem
from apps.tracking.models import Waybill

if TYPE_CHECKING:
    from apps.accounts.models import User

S = ItemState
OPEN = (S.DUE, *OWED)


def list_items(
    user: "User", *, view: str = "all", number: str = "", state: str = "", method: str = ""
) -> "QuerySet[CodItem]":
    """What ``user`` may see under a view of the list."""
    rows = CodItem.objects.visible_to(user).select_related("merchant", "courier", "unit")
    if number:
        return rows.filter(waybill=number.upper())
    if view == "open":
        rows = rows.filter(state__in=OPEN)
    elif view == "delivered":
        arrived = Waybill.objects.filter(pk=OuterRef("waybill_id"), delivered_at__isnull=False)
        rows = rows.filter(Exists(arrived), state=S.DUE)
    elif view == "short":
        rows = rows.filter(collected__lt=F("due"))
    elif view == "over":
        rows = rows.exclude(state__in=OPEN)
    if state:
        rows = rows.filter(state=state)
    return rows.filter(method=method) if method else rows
