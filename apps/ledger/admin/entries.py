"""Journal entries, to read: they are made by what happened, never here."""

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from apps.backoffice.records import RecordPageAdmin
from apps.events.kinds import label_of
from apps.ledger.models import Entry


@admin.register(Entry)
class EntryAdmin(RecordPageAdmin):
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

    def show_record(self, request: HttpRequest, entry: Entry) -> HttpResponseBase:
        context = {
            "subject": entry,
            "postings": entry.postings.select_related("debit", "credit").order_by("n"),
            "reversal": Entry.objects.filter(reverses=entry.pk).first(),
        }
        return self.page(request, "ledger/entry.html", str(entry), **context)
