"""What the clock floor is told of campaigns: everybody is reached or has a named agent by the deadline (COD-3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from apps.account_changes.enums import CampaignMatter, RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient, CampaignSupplement
from apps.events.services import record
from apps.sla import services as sla
from apps.sla.enums import FactKind, MatterState, Metric
from apps.sla.models import Matter

if TYPE_CHECKING:
    from apps.accounts.models import User


def begun(
    campaign: Campaign,
    *,
    by: "User",
    at: datetime,
    supplement: CampaignSupplement | None = None,
) -> None:
    """One clock for those of the press and one for each supplement, all of the campaign."""
    due = supplement.deadline if supplement is not None else campaign.deadline
    sla.open_matter(
        kind=CampaignMatter.CAMPAIGN,
        subject=campaign,
        title=campaign.project.number,
        owner=campaign.agent,
        opened_at=at,
        dues={Metric.ACTION: due},
        key="" if supplement is None else _key(supplement.pk),
        by=by,
        at=at,
    )


def finish_if_done(campaign_ids: Iterable[int], *, by: "User", at: datetime) -> None:
    """Campaigns of these, and supplements, in which nobody is left who was neither reached nor given to an
    agent."""
    ids = set(campaign_ids)
    waiting = CampaignRecipient.objects.filter(campaign=OuterRef("pk"), state=RecipientState.TOLD)
    of_press = waiting.filter(supplement=None)
    for campaign in Campaign.objects.filter(~Exists(of_press), pk__in=ids):
        if sla.finish_matters([campaign], kind=FactKind.DONE, by=by, at=at):
            record("campaign.finished", campaign, by=by, at=at)
    _finish_supplements(ids, by=by, at=at)


def _finish_supplements(campaign_ids: set[int], *, by: "User", at: datetime) -> None:
    waiting = CampaignRecipient.objects.filter(supplement=OuterRef("pk"), state=RecipientState.TOLD)
    done = CampaignSupplement.objects.filter(~Exists(waiting), campaign__in=campaign_ids)
    keys = {_key(one.pk): one.campaign for one in done.select_related("campaign")}
    if not keys:
        return
    running = Matter.objects.about(*keys.values()).filter(key__in=keys, state=MatterState.OPEN)
    for key in running.order_by("pk").values_list("key", flat=True):
        sla.record_fact(subject=keys[key], kind=FactKind.DONE, by=by, at=at, key=key)
        sla.close_matter(subject=keys[key], by=by, at=at, key=key)


def _key(supplement_id: int) -> str:
    return f"supplement:{supplement_id}"
