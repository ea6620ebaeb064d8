"""Customers told of the account change of the demonstration: most have it, one asks, one is still to be called."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from apps.account_changes.enums import FeedbackClass, FeedbackSource
from apps.account_changes.models import Campaign, CampaignRecipient, ChangeProject
from apps.account_changes.queries.campaigns import WATCH
from apps.account_changes.services import campaigns
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.events.models import Event

HOUR = timedelta(hours=1)
# The channels that confirm, in turn, and how far the message came there.
CAME = (("wechat", "read"), ("sms", "delivered"))


def tell_customers(project: ChangeProject, *, agent: User, by: User, at: datetime) -> None:
    """Pressed at ``at``, before the start. Of the customers in their order the first acknowledges, the second asks,
    the others have read it or have it; the last was reached by nothing, and an agent by name has to call."""
    assert project.since is not None  # noqa: S101  # it is scheduled
    campaign = campaigns.send_campaign(
        project=project,
        agent=agent,
        watch_zh=WATCH["zh"],
        watch_en=WATCH["en"],
        call_from=at + 24 * HOUR,
        deadline=project.since - 12 * HOUR,
        by=by,
        at=at,
    )
    rows = list(campaign.recipients.order_by("customer__code"))
    _messages(campaign, rows, at + 2 * HOUR)
    if len(rows) > 2:
        _answer(rows[0], FeedbackClass.AGREES, "", at + 5 * HOUR)
        _answer(rows[1], FeedbackClass.QUESTION, "对账单上的账号什么时候换成新的？", at + 6 * HOUR)
    # By the database's clock the calls have long begun.
    campaigns.hand_over_to_agents()


def _messages(campaign: Campaign, rows: list[CampaignRecipient], at: datetime) -> None:
    """What the providers said; the last one's text message failed."""
    told = dict(
        Event.objects.filter(
            kind="account_notice.told",
            subject_type=CampaignRecipient._meta.label_lower,
            subject_id__in=[str(row.pk) for row in rows],
        ).values_list("subject_id", "pk")
    )
    said = []
    for n, row in enumerate(rows):
        channel, to = ("sms", "failed") if row is rows[-1] else CAME[n % len(CAME)]
        data = {"event": told.get(str(row.pk)), "channel": channel, "to": to}
        said.append(SimpleNamespace(data=data, at=at))
    campaigns.note_messages(said)  # type: ignore[arg-type]  # as much of an event as it reads


def _answer(row: CampaignRecipient, kind: FeedbackClass, text: str, at: datetime) -> None:
    campaigns.give_feedback(
        recipient_id=row.pk,
        kind=kind,
        name="财务部",
        text=text,
        source=FeedbackSource.LINK,
        by=public_user(),
        at=at,
    )
