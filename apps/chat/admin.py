"""Online chats on record, who answers them, and how they run (CMP-1)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.records import RefusingAdmin
from apps.backoffice.staff_admin import StaffAdmin
from apps.chat.enums import ChatState
from apps.chat.models import Chat, ChatSeat, ChatSettings
from apps.chat.services.seats import set_seat
from apps.chat.services.settings import FIELDS, change_chat_settings
from apps.core.masking import mask_name

LEAD = "chat.lead_chat"


class LedAdmin(RefusingAdmin):
    """Read by whoever may, changed by leaders."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LEAD)


@admin.register(Chat)
class ChatAdmin(StaffAdmin):
    """The list; a chat opens on its own page at the desk."""

    list_display = ["opened", "state_tag", "who", "agent", "waybill", "case", "rating"]
    list_display_links = None
    list_filter = ["state", "end_reason", "language"]
    list_select_related = ["agent", "waybill", "case"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return Chat.objects.visible_to(person(request)).select_related("agent", "waybill", "case")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(LEAD)

    def change_view(self, request: HttpRequest, object_id: str, *_a: Any, **_k: Any) -> Any:
        if not object_id.isdigit():
            return HttpResponseRedirect(reverse("desk:chats"))
        return HttpResponseRedirect(reverse("desk:chat", args=[object_id]))

    @admin.display(description=_("started"), ordering="id")
    def opened(self, chat: Chat) -> SafeString:
        at = timezone.localtime(chat.started_at)
        link = reverse("desk:chat", args=[chat.pk])
        return format_html('<a href="{}">{}</a>', link, f"{at:%Y-%m-%d %H:%M}")

    @admin.display(description=_("state"), ordering="state")
    def state_tag(self, chat: Chat) -> SafeString:
        return self.tag(ChatState(chat.state))

    @admin.display(description=_("name"))
    def who(self, chat: Chat) -> str:
        return mask_name(chat.name) or "—"


@admin.register(ChatSeat)
class ChatSeatAdmin(LedAdmin):
    list_display = ["user", "is_open", "most", "shown_name", "missed", "seen_at"]
    list_filter = ["is_open"]
    list_select_related = ["user"]
    search_fields = ["user__display_name", "user__username"]
    search_help_text = _("name")
    fields = ["user", "most", "shown_name"]
    readonly_fields = ["user"]

    def save_model(self, request: HttpRequest, obj: ChatSeat, form: Any, change: bool) -> None:
        set_seat(
            user=obj.user,
            most=form.cleaned_data["most"],
            shown_name=form.cleaned_data["shown_name"],
            by=person(request),
            at=timezone.now(),
        )


@admin.register(ChatSettings)
class ChatSettingsAdmin(LedAdmin):
    fieldsets = [
        (_("The queue"), {"fields": ["most_chats", "most_waiting", "accept_within"]}),
        (_("Silence"), {"fields": ["answer_within", "agent_gone_after", "visitor_gone_after"]}),
        (_("The end"), {"fields": ["remind_after", "end_after", "file_within"]}),
        (_("Hours"), {"fields": ["calendar", "reply_within"]}),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """There is one row only."""
        return HttpResponseRedirect(reverse("admin:chat_chatsettings_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS}
        change_chat_settings(values=values, by=person(request), at=timezone.now())
