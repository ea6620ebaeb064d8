"""Journal entries, to read: they are made by what happened, never here."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acting import PageAdmin
from apps.events.kinds import label_of
from apps.ledger.models import Entry


@admin.register(Entry)
class EntryAdmin(PageAdmin):
    list_display = ("day", "text", "what", "by", "at")
    list_display_links = ("day", "text")
    list_select_related = ("by",)
    list_filter = ("day",)
    search_fields = ("key__startswith", "text")
    search_help_text = _("summary or key")
    ordering = ("-id",)

    @admin.display(description=_("what it records"), ordering="kind")
    def what(self, entry: Entry) -> str:
        return label_of(entry.kind)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        entry = get_object_or_404(Entry.objects.select_related("by"), pk=number)
        context = {
            "subject": entry,
            "postings": entry.postings.select_related("debit", "credit").order_by("n"),
            "reversal": Entry.objects.filter(reverses=entry.pk).first(),
        }
        return self.page(request, "ledger/entry.html", str(entry), **context)
