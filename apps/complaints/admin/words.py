"""The tree of causes (CMP-4)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from apps.backoffice.records import ReferenceAdmin
from apps.complaints import services
from apps.complaints.enums import Liable
from apps.complaints.forms.rules import CauseForm
from apps.complaints.models import CauseNode


@admin.register(CauseNode)
class CauseNodeAdmin(ReferenceAdmin):
    save_by = services.save_cause
    form = CauseForm
    list_display = ("tree_name", "english_name", "code", "liable_tag", "is_active")
    list_filter = ("liable", "is_active")
    search_fields = ("name", "english_name", "code")
    ordering = ("position", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "parent") if obj else ()

    @admin.display(description=gettext_lazy("Chinese name"))
    def tree_name(self, cause: CauseNode) -> SafeString:
        return format_html("{}{}", "\u3000" * cause.code.count("."), cause.name)

    @admin.display(description=gettext_lazy("usually liable"))
    def liable_tag(self, cause: CauseNode) -> SafeString | str:
        return self.tag(Liable(cause.liable)) if cause.liable else "—"
