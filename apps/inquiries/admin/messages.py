"""Messages that came in, with our replies and what was attached."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.core.downloads import private_file
from apps.inquiries.enums import MessageState, Outcome, Way
from apps.inquiries.forms import SettleForm
from apps.inquiries.models import InboundMessage
from apps.inquiries.queries.pages import attachments, read_attachment
from apps.inquiries.services.replying import settle_reply

READ = "inquiries.read_inboundmessage"
UNDECIDED = (MessageState.FAILED, MessageState.UNCLEAR)


def _settle(context: ActContext) -> None:
    state = MessageState(context.typed["state"])
    settle_reply(message_id=context.record.pk, state=state, **context.who)


@admin.register(InboundMessage)
class InboundMessageAdmin(PanelAdmin):
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
            "inquiries.settle_inboundmessage",
            _settle,
            done=_("The decision is on record."),
            form=SettleForm,
            may=lambda m: m.state in UNDECIDED,
            is_panel=True,
        ),
    )

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:pk>/files/<int:file>/", self.download, "attachment")]

    def download(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Always as a download of unknown kind: a stranger made this file."""
        if not (self.has_view_permission(request) and request.user.has_perm(READ)):
            raise PermissionDenied
        found = read_attachment(pk, file)
        if found is None:
            raise Http404
        attachment, content = found
        return private_file(content, name=attachment.name)

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
