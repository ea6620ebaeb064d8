from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.backoffice.staff_admin import StaffAdmin, in_words
from apps.events.kinds import label_of
from apps.events.models import Dispatch, Event


@admin.register(Event)
class EventAdmin(StaffAdmin):
    """The audit trail, to search and to read."""

    list_display = ["at", "what", "subject", "by"]
    list_filter = [("kind", in_words(label_of)), "at"]
    search_fields = ["subject_id", "kind"]
    search_help_text = _("subject number or kind of event")
    date_hierarchy = None
    list_select_related = ["by"]
    ordering = ["-id"]

    @admin.display(description=_("what"))
    def what(self, event: Event) -> str:
        return label_of(event.kind)

    @admin.display(description=_("subject"))
    def subject(self, event: Event) -> str:
        return f"{subject_name(event.subject_type)} {event.subject_id}"


def subject_name(subject_type: str) -> str:
    """What people call it; the stored name of what is no model any more."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


@admin.register(Dispatch)
class DispatchAdmin(StaffAdmin):
    """What waits for a subscriber: normally empty."""

    list_display = ["event", "subscriber", "attempts", "due_at", "last_error"]
    list_filter = ["subscriber"]
    list_select_related = ["event"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("subscriber", "due_at")
