"""What a campaign says, whether it is still what was sent, and how far it came (COD-3)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from apps.account_changes.enums import MessageStatus, ProjectState, RecipientState, TeamSide
from apps.account_changes.models import (
    Campaign,
    CampaignMessage,
    CampaignRecipient,
    ChangeProject,
    TeamMember,
)
from apps.account_changes.queries.changes import affected_customers
from apps.account_changes.queries.feedback import FeedbackFigures, feedback_figures
from apps.account_changes.rules.notices import seal_of
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

# What customers watch for, as the form has it to begin with.
WATCH = {
    "zh": "请勿因任何电话、短信或邮件改汇其他账户；我们不会催促您提前汇款，也不会向您索要验证码。",
    "en": "Do not pay into any other account because of a call, text message or e-mail; we never press you"
    " to pay early and never ask for a code.",
}


def content_of(project: ChangeProject, watch: Mapping[str, str]) -> dict[str, Any]:
    """What customers are told, as plain values: accounts masked, instants in ISO format with their zone."""
    account = project.new_account
    assert account is not None and project.since and project.accept_until  # noqa: S101  # it is scheduled
    return {
        "project": project.number,
        "purpose": project.purpose,
        "old": project.old_account.masked,
        "account": account.masked,
        "bank": account.bank,
        "holder": account.holder,
        "since": project.since.isoformat(),
        "accept_until": project.accept_until.isoformat(),
        "watch_zh": watch["zh"],
        "watch_en": watch["en"],
    }


def is_as_sent(campaign: Campaign) -> bool:
    """Whether text, customers and their accounts are those of the press, and those of each supplement;
    reads every customer once, in two statements."""
    affected: dict[int | None, list[tuple[int, int]]] = {None: []}
    rows = campaign.recipients.order_by().values_list("supplement_id", "customer_id", "account_id")
    for supplement, customer, account in rows:
        affected.setdefault(supplement, []).append((customer, account))
    sealed: dict[int | None, str] = {
        None: campaign.sha256,
        **dict(campaign.supplements.values_list("pk", "sha256")),
    }
    return affected.keys() == sealed.keys() and all(
        hmac.compare_digest(sealed[pk], seal_of(campaign.content, pairs))
        for pk, pairs in affected.items()
    )


def late_customers(
    campaign: Campaign, project: ChangeProject, at: datetime
) -> "QuerySet[Customer]":
    """Whom the change concerns and its notice did not go to. A prospect pays nothing yet, and is told once they
    are a customer."""
    known = CampaignRecipient.objects.filter(campaign=campaign, customer=OuterRef("pk"))
    rows = affected_customers(project, at).exclude(status=CustomerStatus.PROSPECT)
    return rows.filter(~Exists(known))


def projects_to_announce(at: datetime) -> "QuerySet[ChangeProject]":
    """Account changes whose customers are still to be told."""
    return ChangeProject.objects.filter(
        state=ProjectState.SCHEDULED,
        paused_at__isnull=True,
        since__gt=at,
        campaign__isnull=True,
    )


def agents_for(at: datetime) -> "QuerySet[TeamMember]":
    """Customer service of the projects whose customers are still to be told."""
    members = TeamMember.objects.filter(
        project__in=projects_to_announce(at), side=TeamSide.CUSTOMER_SERVICE
    )
    return members.select_related("user")


@dataclass(frozen=True, slots=True)
class Board:
    """How many customers stand where, and how far each channel came; ``late`` of them came after the press."""

    by_state: dict[str, int]
    by_channel: list[tuple[str, dict[str, int]]]
    late: int = 0

    @property
    def notified(self) -> int:
        return sum(self.by_state.values())

    @property
    def reached(self) -> int:
        waiting = (RecipientState.TOLD, RecipientState.TO_CALL, RecipientState.UNREACHABLE)
        return self.notified - sum(self.by_state.get(state, 0) for state in waiting)


def board_of(campaign: Campaign) -> Board:
    """Two statements, however many customers."""
    states = campaign.recipients.order_by().values_list("state").annotate(n=Count("pk"))
    channels: dict[str, dict[str, int]] = {}
    rows = CampaignMessage.objects.filter(recipient__campaign=campaign).order_by("channel")
    for channel, status, n in rows.values_list("channel", "status").annotate(n=Count("pk")):
        channels.setdefault(channel, dict.fromkeys(MessageStatus.values, 0))[status] = n
    by_state = dict(states)
    late = sum(by_state.values()) - campaign.customers
    return Board(by_state, sorted(channels.items()), late)


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """A project's campaign, how far it came and what customers said."""

    campaign: Campaign
    board: Board
    feedback: FeedbackFigures


def progress_of(project: ChangeProject) -> CampaignProgress | None:
    """None before the notice went out; five statements else."""
    campaign = Campaign.objects.select_related("agent").filter(project=project).first()
    if campaign is None:
        return None
    return CampaignProgress(campaign, board_of(campaign), feedback_figures(project))


def recipient_list(user: "User") -> "QuerySet[CampaignRecipient]":
    rows = CampaignRecipient.objects.visible_to(user)
    return rows.select_related("campaign__project", "customer", "agent")


def with_channel(
    rows: "QuerySet[CampaignRecipient]", channel: str, status: str = ""
) -> "QuerySet[CampaignRecipient]":
    """Those told by a channel, and perhaps only as far as ``status``."""
    theirs = CampaignMessage.objects.filter(recipient=OuterRef("pk"), channel=channel)
    return rows.filter(Exists(theirs.filter(status=status) if status else theirs))


def messages_of(recipients: list[CampaignRecipient]) -> dict[int, list[CampaignMessage]]:
    """How far each channel came, per customer, in one statement."""
    found: dict[int, list[CampaignMessage]] = {row.pk: [] for row in recipients}
    rows = CampaignMessage.objects.filter(recipient__in=found).order_by("channel")
    for row in rows:
        found[row.recipient_id].append(row)
    return found
