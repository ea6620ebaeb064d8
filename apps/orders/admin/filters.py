"""Filters of the order list; each stays on an index."""

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
    """Unconfirmed orders by what is left of their time (ORD-5)."""

    title = _("clock")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("running", _("Still to be confirmed")),
            ("soon", _("Due within 4 hours")),
            ("overdue", _("Overdue")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
        now = timezone.now()
        open_orders: QuerySet[WorkOrder] = queryset.unconfirmed()  # type: ignore[attr-defined]  # our own QuerySet
        if self.value() == "running":
            return open_orders
        if self.value() == "soon":
            return open_orders.filter(due_at__gt=now, due_at__lte=now + DUE_SOON)
        return open_orders.filter(due_at__lte=now) if self.value() == "overdue" else queryset
