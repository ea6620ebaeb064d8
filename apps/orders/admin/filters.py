"""Filters of the order list; each stays on an index."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.orders.models import WorkOrder
from apps.orders.rules import DUE_SOON


class OwnedFilter(SimpleListFilter):
    title = _("owner")
    parameter_name = "owned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Mine")), ("others", _("Others'"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        if self.value() == "me":
            return queryset.filter(owner=request.user.pk)
        if self.value() == "others":
            return queryset.exclude(owner=request.user.pk)
        return queryset


class ClockFilter(SimpleListFilter):
    """Unconfirmed orders by what is left of their 24 hours (ORD-5)."""

    title = _("24-hour clock")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("running", _("Still to be confirmed")),
            ("soon", _("Due within 4 hours")),
            ("overdue", _("Overdue")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        now = timezone.now()
        limits = {"running": now + timedelta(days=2), "soon": now + DUE_SOON, "overdue": now}
        limit = limits.get(self.value() or "")
        if limit is None:
            return queryset
        open_orders = queryset.unconfirmed()  # type: ignore[attr-defined]  # our own QuerySet
        due: QuerySet[WorkOrder] = open_orders.filter(due_at__lte=limit)
        return due.filter(due_at__gt=now) if self.value() == "soon" else due
