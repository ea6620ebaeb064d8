"""Claw-backs as lists show them."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.cod.models import ClawBack

if TYPE_CHECKING:
    from apps.accounts.models import User

CARRIED = Q(is_carried=True, taken_at__isnull=True)
# The bank returned what they had been taken for: the merchant is owed it.
OWED_BACK = Q(is_carried=False) & ~Q(taken=0)
UNPAID = Q(line__isnull=True)


def list_claw_backs(
    user: "User",
    *,
    view: str = "all",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> "QuerySet[ClawBack]":
    """What ``user`` may see under a view; ``text`` is a waybill, whole, or in a merchant's name or code."""
    rows = ClawBack.objects.visible_to(user).select_related("item__unit", "merchant", "line")
    if view == "open":
        rows = rows.filter(CARRIED | OWED_BACK | UNPAID)
    elif view == "carried":
        rows = rows.filter(CARRIED)
    elif view == "owed_back":
        rows = rows.filter(OWED_BACK)
    elif view == "unpaid":
        rows = rows.filter(UNPAID)
    elif view == "settled":
        rows = rows.exclude(CARRIED | OWED_BACK | UNPAID)
    if since:
        rows = rows.filter(at__date__gte=since)
    if until:
        rows = rows.filter(at__date__lte=until)
    if text:
        by_name = Q(merchant__search_text__icontains=text.strip())
        rows = rows.filter(by_name | Q(item__waybill=text.strip().upper()))
    return rows
