"""Customers who become concerned after the notice went out are told by the same notice, once (COD-3)."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import Campaign, CampaignSupplement, ChangeProject
from apps.account_changes.queries.campaigns import late_customers
from apps.account_changes.rules.notices import seal_of
from apps.account_changes.services.campaigns import clocks
from apps.account_changes.services.campaigns.reaching import HAND_OVER
from apps.account_changes.services.campaigns.sending import add_recipients, news_of, whom
from apps.accounts.models import User
from apps.core.database import in_callers_transaction
from apps.core.enqueueing import enqueue_on_commit
from apps.events.services import record, record_many

TELLING = (ProjectState.SCHEDULED, ProjectState.TRANSITION)
# By then somebody named has whoever was not reached; the policy's own warnings lie before it.
GRACE = timedelta(days=1)


@transaction.atomic
def tell_late_customers(*, by: User, at: datetime, most: int = 500) -> int:
    """Of every account change that was announced, is not over and not paused: the customers who are
    affected now and were not told yet; how many. Called as often as anybody likes, by any number at once:
    the project is locked, and a customer is in its campaign once. At most ``most`` a campaign in one call."""
    projects = ChangeProject.objects.select_for_update(of=("self",)).filter(
        state__in=TELLING, paused_at=None, campaign__isnull=False
    )
    campaigns = Campaign.objects.select_related("agent", "project")
    found = 0
    for project in projects.order_by("pk"):
        campaign = campaigns.get(project=project)
        found += _tell(campaign, project, most, by=by, at=at)
    return found


@in_callers_transaction()
def _tell(campaign: Campaign, project: ChangeProject, most: int, *, by: User, at: datetime) -> int:
    affected = whom(project, late_customers(campaign, project, at), campaign.agent)[:most]
    if not affected:
        return 0
    call_from = _call_from(campaign, project, at)
    supplement = CampaignSupplement.objects.create(
        campaign=campaign,
        sha256=seal_of(campaign.content, [(one.customer_id, one.account_id) for one in affected]),
        customers=len(affected),
        call_from=call_from,
        deadline=max(call_from + GRACE, campaign.deadline),
        sent_at=at,
        sent_by=by,
    )
    recipients = add_recipients(campaign, affected, supplement=supplement, at=at)
    clocks.begun(campaign, supplement=supplement, by=by, at=at)
    data = {"number": project.number, "customers": len(affected), "sha256": supplement.sha256}
    record("campaign.supplemented", campaign, by=by, at=at, data=data)
    record_many(news_of(recipients, by=by, at=at))
    clocks.finish_if_done([campaign.pk], by=by, at=at)
    enqueue_on_commit(HAND_OVER)
    return len(affected)


def _call_from(campaign: Campaign, project: ChangeProject, at: datetime) -> datetime:
    """They have as long to answer as the others had, but before the start nobody has longer than until the
    campaign's deadline: whoever comes after that is called at once, so that the start waits for nobody."""
    usual = at + (campaign.call_from - campaign.sent_at)
    if project.state != ProjectState.SCHEDULED:
        return usual
    return max(at, min(usual, campaign.deadline))
