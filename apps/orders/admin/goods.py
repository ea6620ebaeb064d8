"""Prohibited goods, kept up to date by staff (ORD-2)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.records import ReferenceAdmin
from apps.orders import services
from apps.orders.enums import ListScope
from apps.orders.models import HarmlessTerm, ProhibitedList, ProhibitedTerm


class RecordedReferenceAdmin(ReferenceAdmin):
    """Lists of the company's own; every change goes through one service."""

    save_by = services.save_row
    remove_by = services.remove_row


@admin.register(ProhibitedList)
class ProhibitedListAdmin(RecordedReferenceAdmin):
    list_display = ("code", "name", "english_name", "scope_tag", "valid_from", "valid_to")
    list_filter = ("applies_to",)
    search_fields = ("code", "name", "english_name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a list ends by its validity, so that old refusals stay explained

    @admin.display(description=_("applies to"))
    def scope_tag(self, row: ProhibitedList) -> SafeString:
        return self.tag(ListScope(row.applies_to))


@admin.register(ProhibitedTerm)
class ProhibitedTermAdmin(RecordedReferenceAdmin):
    list_display = ("term", "other_words", "goods_list")
    list_filter = ("goods_list__applies_to",)
    list_select_related = ("goods_list",)
    search_fields = ("term", "goods_list__name")

    @admin.display(description=_("other words"))
    def other_words(self, row: ProhibitedTerm) -> str:
        return "、".join(row.aliases)


@admin.register(HarmlessTerm)
class HarmlessTermAdmin(RecordedReferenceAdmin):
    list_display = ("term", "why")
    search_fields = ("term",)
