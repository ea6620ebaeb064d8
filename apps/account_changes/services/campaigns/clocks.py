"""What the clock floor is told of campaigns: everybody is reached or has a named agent by the deadline (COD-3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from apps.account_changes.enums import CampaignMatter, RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient
from apps.events.services import record
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric

if TYPE_CHECKING:
    from apps.accounts.models import User


def begun(campaign: Campaign, *, by: "User", at: datetime) -> None:
    sla.open_matter(
        kind=CampaignMatter.CAMPAIGN,
        subject=campaign,
        title=campaign.project.number,
        owner=campaign.agent,
        opened_at=at,
        dues={Metric.ACTION: campaign.deadline},
        by=by,
        at=at,
    )


def finish_if_done(campaign_ids: Iterable[int], *, by: "User", at: datetime) -> None:
    """Campaigns of these in which nobody is left who was neither reached nor given to an agent."""
    waiting = CampaignRecipient.objects.filter(campaign=OuterRef("pk"), state=RecipientState.TOLD)
    for campaign in Campaign.objects.filter(~Exists(waiting), pk__in=set(campaign_ids)):
        if sla.finish_matters([campaign], kind=FactKind.DONE, by=by, at=at):
            record("campaign.finished", campaign, by=by, at=at)
