"""Campaigns: the press, and the board of who has it by which channel (COD-3, COD-5)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.account_changes.enums import FeedbackClass, MessageStatus, NoticeChannel, RecipientState
from apps.account_changes.forms.campaigns import CampaignForm, usual_values
from apps.account_changes.models import Campaign
from apps.account_changes.queries.campaigns import (
    Board,
    board_of,
    content_of,
    is_as_sent,
    projects_to_announce,
)
from apps.account_changes.queries.changes import affected_customers
from apps.account_changes.queries.feedback import FeedbackFigures, feedback_figures
from apps.account_changes.queries.notice_words import notice_words
from apps.account_changes.services import campaigns
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.figures import Figure, Shape, Value
from apps.backoffice.records import PanelAdmin
from apps.core.public_links import public_page
from apps.core.times import local, span

SEND = "account_changes.send_campaign"
# What a picture draws with; a state without a colour of its own there is blue.
COLOURS = {"green": "green", "red": "red", "amber": "amber"}


def _send(context: ActContext) -> Campaign:
    return campaigns.send_campaign(**context.typed, **context.who)


def _begin(context: ActContext) -> dict[str, Any]:
    number = context.query.get("project", "")
    rows = projects_to_announce(timezone.now())
    return usual_values((rows.filter(number=number) if number else rows).first())


def _look(context: ActContext) -> dict[str, Any]:
    """Nothing is saved: whom it would go to, and what they would read."""
    typed = context.typed
    project = typed["project"]
    words = {"zh": typed["watch_zh"], "en": typed["watch_en"]}
    return {
        "preview_template": "account_changes/_notice.html",
        "words": notice_words(content_of(project, words), public_page("portal:verify")),
        "customers": affected_customers(project, context.at).count(),
    }


@admin.register(Campaign)
class CampaignAdmin(PanelAdmin):
    list_display = ("number", "customers", "sent", "calls", "due", "agent")
    list_select_related = ("project", "agent")
    search_fields = ("project__number",)
    search_help_text = gettext_lazy("number of the account change")
    ordering = ("-id",)
    page_template = "account_changes/campaign.html"
    entry = Act(
        "send", gettext_lazy("Tell customers of an account change"), SEND, _send,
        form=CampaignForm, initial=_begin, preview=_look,
        button=gettext_lazy("Send the notice to all of them"),
        done=gettext_lazy("Sent. The board shows who has it; who is not reached is called."),
        explains=gettext_lazy(
            "Every affected customer is told once, by their own channels, in their language, and the site"
            " says so. What was sent can never be changed: look at the preview first."
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Campaign]":
        rows: QuerySet[Campaign] = super().get_queryset(request)
        return rows.select_related("project", "agent", "sent_by")

    @admin.display(description=gettext_lazy("account change"))
    def number(self, campaign: Campaign) -> str:
        return campaign.project.number

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def sent(self, campaign: Campaign) -> str:
        return local(campaign.sent_at)

    @admin.display(description=gettext_lazy("calls begin"))
    def calls(self, campaign: Campaign) -> str:
        return local(campaign.call_from)

    @admin.display(description=gettext_lazy("everybody reached by"))
    def due(self, campaign: Campaign) -> str:
        return local(campaign.deadline)

    def facts(self, request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
        board = board_of(campaign)
        feedback = feedback_figures(campaign.project)
        return {
            "title": _("Notice of %(number)s") % {"number": campaign.project.number},
            "board": board,
            "states": _states(campaign, board),
            "channels": _channels(campaign, board),
            "feedback": feedback,
            "median": span(feedback.median),
            "classes": _classes(campaign, feedback),
            "words": notice_words(campaign.content, public_page("portal:verify")),
            "is_as_sent": is_as_sent(campaign),
            "list": reverse("admin:account_changes_campaignrecipient_changelist"),
        }


def _recipients(campaign: Campaign, **filters: str) -> str:
    asked = urlencode({"view": "all", "campaign": str(campaign.pk), **filters})
    return f"{reverse('admin:account_changes_campaignrecipient_changelist')}?{asked}"


def _states(campaign: Campaign, board: Board) -> Figure:
    return Figure(
        name="states",
        title=_("Customers by how far the notice came"),
        shape=Shape.ROWS,
        of=_("How far"),
        counted=_("Customers"),
        empty=_("Nobody was told yet."),
        values=[
            Value(
                str(state.label),
                board.by_state.get(state, 0),
                _recipients(campaign, state=state),
                COLOURS.get(state.colour, "blue"),
            )
            for state in RecipientState
        ],
    )


def _channels(campaign: Campaign, board: Board) -> list[Figure]:
    return [
        Figure(
            name=f"channel-{channel}",
            title=dict(NoticeChannel.choices).get(channel, channel),
            shape=Shape.ROWS,
            of=_("How far"),
            counted=_("Customers"),
            empty=_("Nothing was sent by it."),
            values=[
                Value(
                    str(status.label),
                    counts[status],
                    _recipients(campaign, channel=channel, status=status),
                    COLOURS.get(status.colour, "blue"),
                )
                for status in MessageStatus
            ],
        )
        for channel, counts in board.by_channel
    ]


def _classes(campaign: Campaign, feedback: FeedbackFigures) -> Figure:
    where = reverse("admin:account_changes_feedback_changelist")
    return Figure(
        name="feedback",
        title=_("What customers say"),
        shape=Shape.ROWS,
        of=_("Class"),
        counted=_("Answers"),
        empty=_(
            "Nobody has answered yet. What customers write on the page of their notice stands here."
        ),
        values=[
            Value(
                str(kind.label),
                feedback.classes.get(kind, 0),
                f"{where}?kind__exact={kind}&recipient__campaign__id__exact={campaign.pk}",
                COLOURS.get(kind.colour, "blue"),
            )
            for kind in FeedbackClass
        ],
    )
