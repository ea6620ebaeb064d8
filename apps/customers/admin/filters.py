"""Filters of the customer list."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.customers.models import Customer


class OwnedFilter(SimpleListFilter):
    title = _("owner")
    parameter_name = "owned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Mine")), ("nobody", _("Without an agent"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Customer]
    ) -> QuerySet[Customer] | None:
        if self.value() == "me":
            return queryset.filter(agent=request.user.pk)
        if self.value() == "nobody":
            return queryset.filter(agent=None)
        return None


class PapersFilter(SimpleListFilter):
    """What stands between the customer and its orders, as the list's annotation knows it."""

    title = _("papers")
    parameter_name = "papers"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("complete", _("Complete")),
            ("verbal", _("Verbal authorisation only")),
            ("letter", _("Dangerous-goods letter missing")),
            ("form", _("Handover form or contract missing")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Customer]
    ) -> QuerySet[Customer] | None:
        paperwork, letter = Q(paper_form=True, paper_contract=True), Q(paper_letter=True)
        word = Q(paper_authorised_until__gt=timezone.now())
        choices: dict[str | None, QuerySet[Customer]] = {
            "complete": queryset.filter(paperwork & letter),
            "verbal": queryset.filter(~paperwork & word),
            "letter": queryset.exclude(letter),
            "form": queryset.exclude(paperwork),
        }
        return choices.get(self.value())
