from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts import services
from apps.accounts.enums import UnitKind
from apps.accounts.models import Unit
from apps.accounts.staff import person
from apps.backoffice.records import ServiceAdmin


@admin.register(Unit)
class UnitAdmin(ServiceAdmin):
    permission = "accounts.manage_unit"
    list_display = ["name_in_tree", "code", "kind_tag", "city", "is_active"]
    list_display_links = ["name_in_tree"]
    list_filter = ["kind", "is_active"]
    search_fields = ["code", "name", "city"]
    search_help_text = _("code, name or city")
    fields = ["code", "name", "kind", "parent", "city", "is_active"]
    autocomplete_fields = ["parent"]
    ordering = ["path"]

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        return ["code"] if obj else ["is_active"]

    @admin.display(description=_("name"), ordering="path")
    def name_in_tree(self, unit: Unit) -> SafeString:
        return format_html("{}{}", "\u3000" * unit.depth, unit.name)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_tag(self, unit: Unit) -> SafeString:
        return self.tag(UnitKind(unit.kind))

    def save_through_service(
        self, request: HttpRequest, obj: Unit, values: dict[str, Any], change: bool
    ) -> Unit:
        if change:
            return services.change_unit(unit=obj, by=person(request), **values)
        return services.create_unit(by=person(request), **values)
