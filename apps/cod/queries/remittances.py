"""Remittances as lists and pages show them."""

from typing import Any

from django.db.models import QuerySet

from apps.cod.enums import RemittanceState
from apps.cod.models import Remittance

S = RemittanceState
VIEWS = {
    "waiting": (S.PREPARED,),
    "held": (S.HELD,),
    "out": (S.RELEASED, S.UNCLEAR),
    "paid": (S.PAID,),
    "over": (S.RETURNED, S.WITHDRAWN),
}


def list_remittances(
    user: Any, *, view: str = "all", text: str = "", state: str = ""
) -> "QuerySet[Remittance]":
    """Those this user may see; ``text`` begins a number or is in a merchant's name or code."""
    found = Remittance.objects.visible_to(user).select_related("merchant", "payee")
    if view in VIEWS:
        found = found.filter(state__in=VIEWS[view])
    if state:
        found = found.filter(state=state)
    text = text.strip()
    if text.upper().startswith("RM2"):
        return found.filter(number__startswith=text.upper())
    return found.filter(merchant__search_text__icontains=text) if text else found
