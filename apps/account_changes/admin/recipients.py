"""One customer of a campaign: how far each channel came, who calls, what they said (COD-3, COD-5)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.account_changes.admin.recipient_list import RecipientList
from apps.account_changes.enums import FeedbackSource, NoticeChannel, RecipientState
from apps.account_changes.forms.campaigns import AgentForm, CallForm, FeedbackForm
from apps.account_changes.models import CampaignRecipient
from apps.account_changes.queries.campaigns import messages_of, recipient_list
from apps.account_changes.queries.links import code_of
from apps.account_changes.rules.notice_codes import grouped
from apps.account_changes.services import campaigns
from apps.account_changes.states import RECIPIENT_MOVES
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin

WORK = "account_changes.work_campaign"


def _may_be_phoned(row: CampaignRecipient) -> bool:
    return RECIPIENT_MOVES.allows(row.state, RecipientState.PHONED)


def _give(context: ActContext) -> None:
    campaigns.name_agent(recipient_id=context.record.pk, **context.typed, **context.who)


def _call(context: ActContext) -> None:
    campaigns.note_call(recipient_id=context.record.pk, **context.typed, **context.who)


def _record_feedback(context: ActContext) -> None:
    campaigns.give_feedback(
        recipient_id=context.record.pk,
        source=FeedbackSource.PHONE,
        **context.typed,
        **context.who,
    )


@admin.register(CampaignRecipient)
class CampaignRecipientAdmin(ListAdmin, PanelAdmin):
    listing = RecipientList()
    page_template = "account_changes/recipient.html"
    acts = (
        Act("call", _("They were called"), WORK, _call, form=CallForm, is_panel=True,
            may=_may_be_phoned, done=_("On record."),
            explains=_("What to say stands in the queue of calls. Whoever is not reached stays yours.")),
        Act("said", _("They said something about it"), WORK, _record_feedback, form=FeedbackForm,
            is_panel=True, done=_("On record; what wants an answer is a case."),
            explains=_("By phone. The notice counts as acknowledged.")),
        Act("give", _("Name another agent"), WORK, _give, form=AgentForm, is_panel=True,
            options=lambda context: {"user": context.by}, done=_("Named.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CampaignRecipient]":
        return recipient_list(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def facts(self, request: HttpRequest, row: CampaignRecipient) -> dict[str, Any]:
        labels = dict(NoticeChannel.choices)
        return {
            "title": str(row.customer),
            "state": RecipientState(row.state),
            # “messages” is what the frame shows above every page.
            "channels": [
                (labels.get(one.channel, one.channel), one) for one in messages_of([row])[row.pk]
            ],
            "feedback": row.feedback.select_related("case", "given_by", "answered_by"),
            "code": grouped(code_of(row.campaign_id, row.customer_id)),
            "checks": row.checks.order_by("-pk")[:20],
        }
