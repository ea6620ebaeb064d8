"""Messages that came in, with our replies and what was attached."""

from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.inquiries.enums import MessageState, Outcome, Way
from apps.inquiries.forms import SettleForm
from apps.inquiries.models import InboundMessage
from apps.inquiries.queries.pages import attachments, read_attachment
from apps.inquiries.services.replying import settle_reply
from apps.tracking.admin.acting import Act, ActingAdmin

READ = "inquiries.read_inboundmessage"
UNDECIDED = (MessageState.FAILED, MessageState.UNCLEAR)


def _settle(message: InboundMessage, form: Any, **who: Any) -> None:
    settle_reply(message_id=message.pk, state=MessageState(form.cleaned_data["state"]), **who)


@admin.register(InboundMessage)
class InboundMessageAdmin(ActingAdmin):
    list_display = ["received_at", "by_way", "asker_label", "number", "result", "stands", "why_so"]
    list_filter = ["way", "state"]
    search_fields = ["number__exact"]
    search_help_text = _("whole waybill number")
    ordering = ["-id"]
    page_template = "inquiries/message.html"
    acts = (
        Act(
            "settle",
            _("Decide about the reply"),
            SettleForm,
            "inquiries.settle_inboundmessage",
            _settle,
            _("The decision is on record."),
            when=lambda m: m.state in UNDECIDED,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download)
        return [
            path("<int:pk>/files/<int:file>/", view, name="inquiries_inboundmessage_attachment"),
            *super().get_urls(),
        ]

    def download(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Always as a download of unknown kind: a stranger made this file."""
        if not (self.has_view_permission(request) and request.user.has_perm(READ)):
            raise PermissionDenied
        found = read_attachment(pk, file)
        if found is None:
            raise Http404
        attachment, content = found
        response = HttpResponse(content, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = _disposition(attachment.name)
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def facts(self, request: HttpRequest, message: InboundMessage) -> dict[str, Any]:
        """What was written is shown only to those who may read it in clear."""
        return {
            "title": f"{message.get_way_display()} · {message.asker_label}",
            "state": MessageState(message.state),
            "outcome": Outcome(message.outcome) if message.outcome else None,
            "may_read": request.user.has_perm(READ),
            "files": attachments(message),
        }

    @admin.display(description=_("way"))
    def by_way(self, message: InboundMessage) -> SafeString:
        return self.tag(Way(message.way))

    @admin.display(description=_("outcome"))
    def result(self, message: InboundMessage) -> SafeString | str:
        return self.tag(Outcome(message.outcome)) if message.outcome else "—"

    @admin.display(description=_("reason"))
    def why_so(self, message: InboundMessage) -> str:
        return message.why

    @admin.display(description=_("state"))
    def stands(self, message: InboundMessage) -> SafeString:
        return self.tag(MessageState(message.state))


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
