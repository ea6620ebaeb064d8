"""Prohibited goods, kept up to date by staff (ORD-2)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.orders import services
from apps.orders.enums import ListScope
from apps.orders.models import HarmlessTerm, ProhibitedList, ProhibitedTerm


class KeptAdmin(StaffAdmin):
    """A list of the house's own that may be edited; every change goes through one service."""

    def _may(self, request: HttpRequest, what: str) -> bool:
        return bool(request.user.has_perm(f"orders.{what}_{self.opts.model_name}"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        services.keep_row(obj, by=person(request), at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        try:
            services.remove_row(obj, by=person(request), at=timezone.now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    # The house keeps one record of what happened, not Django's second one.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        return None


@admin.register(ProhibitedList)
class ProhibitedListAdmin(KeptAdmin):
    list_display = ("code", "name", "english_name", "scope_tag", "valid_from", "valid_to")
    list_filter = ("applies_to",)
    search_fields = ("code", "name", "english_name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a list ends by its validity, so that old refusals stay explained

    @admin.display(description=_("applies to"))
    def scope_tag(self, row: ProhibitedList) -> SafeString:
        return self.tag(ListScope(row.applies_to))


@admin.register(ProhibitedTerm)
class ProhibitedTermAdmin(KeptAdmin):
    list_display = ("term", "other_words", "goods_list")
    list_filter = ("goods_list__applies_to",)
    list_select_related = ("goods_list",)
    search_fields = ("term", "goods_list__name")

    @admin.display(description=_("other words"))
    def other_words(self, row: ProhibitedTerm) -> str:
        return "、".join(row.aliases)


@admin.register(HarmlessTerm)
class HarmlessTermAdmin(KeptAdmin):
    list_display = ("term", "why")
    search_fields = ("term",)
