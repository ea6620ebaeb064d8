"""Who asked, which WeChat accounts are bound, how the mailbox is read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import StaffAdmin
from apps.inquiries.admin.status_messages import push_view
from apps.inquiries.enums import BindingState, Outcome, Way
from apps.inquiries.models import Inquiry, MailboxState, WeChatBinding
from apps.inquiries.services import binding as services


@admin.register(Inquiry)
class InquiryAdmin(StaffAdmin):
    """The asker is a fingerprint: enough to see that one asks too much, not enough to know who."""

    list_display = ["at", "by_way", "number", "result", "asker"]
    list_filter = ["way", "outcome"]
    search_fields = ["number__exact", "asker__exact"]
    search_help_text = _("whole waybill number, or the asker's fingerprint")
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        push = self.admin_site.admin_view(push_view)
        return [
            path("push/<str:number>/", push, name="inquiries_push_status"),
            *super().get_urls(),
        ]

    @admin.display(description=_("way"))
    def by_way(self, inquiry: Inquiry) -> SafeString:
        return self.tag(Way(inquiry.way))

    @admin.display(description=_("outcome"))
    def result(self, inquiry: Inquiry) -> SafeString:
        return self.tag(Outcome(inquiry.outcome))


@admin.register(WeChatBinding)
class WeChatBindingAdmin(PanelAdmin):
    list_display = ["phone_label", "stands", "created_at", "confirmed_on", "ended_on"]
    list_filter = ["state"]
    ordering = ["-id"]
    page_template = "inquiries/binding.html"
    acts = (
        Act(
            "end",
            _("End the binding"),
            "inquiries.end_wechatbinding",
            lambda d: services.end_binding(binding_id=d.record.pk, **d.who),
            done=_("The binding is over; this account sees masked facts only."),
            may=lambda b: b.state != BindingState.ENDED,
            danger=True,
            is_panel=True,
        ),
    )

    @admin.display(description=_("state"))
    def stands(self, binding: WeChatBinding) -> SafeString:
        return self.tag(BindingState(binding.state))

    def facts(self, request: HttpRequest, binding: WeChatBinding) -> dict[str, Any]:
        return {"title": binding.phone_label, "state": BindingState(binding.state)}


@admin.register(MailboxState)
class MailboxStateAdmin(StaffAdmin):
    list_display = [
        *("name", "last_seen_at", "last_success", "last_error", "failures_in_row"),
        *("taken_in", "left_alone"),
    ]
