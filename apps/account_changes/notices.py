"""What a campaign means to customers, merchants and colleagues (COD-3, COD-5, COD-6)."""

from collections.abc import Sequence
from typing import Any

from apps.account_changes.enums import FeedbackClass
from apps.account_changes.models import Campaign, CampaignRecipient, Feedback, NoticeCheck
from apps.account_changes.queries.campaigns import is_as_sent
from apps.account_changes.queries.links import code_of, token_of
from apps.account_changes.queries.notice_words import moment
from apps.account_changes.rules.notice_codes import grouped
from apps.account_changes.services.campaigns import note_messages
from apps.core.notice_types import Notice, Webhook, staff_notice, subject_link
from apps.core.public_links import public_link, public_page
from apps.customers.models import Customer
from apps.events.models import Event

TOLD = "account_notice.told"


class NotAsSent(Exception):
    """Text, customers or accounts of a campaign are no longer those that were sent: nobody is told."""


def _notices_to_customers(events: Sequence[Event]) -> list[Notice]:
    """By the customer's channels; nothing goes out that is not what was pressed."""
    return [_notice(event, row) for event, row in _recipients(events)]


def _handed_over(events: Sequence[Event]) -> list[Notice]:
    """A call with what to say, and a word to the agent whose customer it is."""
    found = []
    for event, row in _recipients(events):
        call = _notice(event, row)
        call.channels = ("phone",)
        data = {"number": row.campaign.project.number}
        word = staff_notice("staff.account_notice_call", event, row.customer, data)
        word.people, word.stands_in, word.link = (row.agent_id,), True, subject_link(event)
        found += [call, word]
    return found


def _notice(event: Event, row: CampaignRecipient) -> Notice:
    return Notice(
        topic=TOLD,
        # The same for a call that comes later, so that nobody is told twice by one channel.
        cause=f"account_notice:{row.pk}",
        at=event.at,
        event=event,
        customer=row.customer,
        personal={
            **notice_texts(row.campaign),
            # A sub-account of their own, where they have one.
            "account": row.account.masked,
            "bank": row.account.bank,
            "holder": row.account.holder,
            "code": grouped(code_of(row.campaign_id, row.customer_id)),
        },
        link=public_link("portal:notice", token_of(row)),
    )


def notice_texts(campaign: Campaign) -> dict[str, str]:
    """What the words of a notice name, but for what is one customer's own."""
    content = campaign.content
    return {
        "account": content["account"],
        "bank": content["bank"],
        "holder": content["holder"],
        "old": content["old"],
        "since": moment(content["since"]),
        "until": moment(content["accept_until"]),
        "watch_zh": content["watch_zh"],
        "watch_en": content["watch_en"],
        "verify": public_page("portal:verify"),
    }


def _announced(events: Sequence[Event]) -> list[Notice]:
    """The site says so from the press until the old account is no longer accepted."""
    campaigns = Campaign.objects.in_bulk([int(event.subject_id) for event in events])
    return [
        Notice(
            topic="account_notice.announced",
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            data={"shown_until": campaign.content["accept_until"]},
            personal=notice_texts(campaign),
            link=public_page("portal:verify"),
            # A page wakes nobody.
            at_once=True,
        )
        for event in events
        if (campaign := campaigns.get(int(event.subject_id))) is not None
    ]


def _feedback(events: Sequence[Event]) -> list[Notice]:
    """For the account-change agent, unless the customer only agrees; a suspicion for the safety officer too."""
    rows = Feedback.objects.select_related("recipient__campaign", "recipient__customer").in_bulk(
        [int(event.subject_id) for event in events]
    )
    found = []
    for event in events:
        row = rows.get(int(event.subject_id))
        if row is None or row.kind == FeedbackClass.AGREES:
            continue
        data = {"number": event.data["campaign"]}
        notice = staff_notice("staff.account_feedback", event, row.recipient.customer, data)
        notice.people, notice.stands_in = (row.recipient.campaign.agent_id,), True
        notice.personal = {"kind": str(FeedbackClass(row.kind).label)}
        notice.link = subject_link(event)
        found.append(notice)
        if row.kind == FeedbackClass.SUSPECTS_FRAUD:
            found.append(_alarm(event, row.recipient.customer, f"event:{event.pk}"))
    return found


def _alarm(event: Event, whose: Customer | None, cause: str) -> Notice:
    """For every safety officer, in whichever unit: it is no customer's matter but the company's."""
    return Notice(
        topic="staff.notice_not_ours",
        cause=cause,
        at=event.at,
        event=event,
        data={
            "customer": whose.display_name if whose else "",
            "number": event.data["campaign"],
            "when": event.at,
        },
        link=subject_link(event),
    )


def _not_ours(events: Sequence[Event]) -> list[Notice]:
    """One word a day about each code that was tried, however often; whose notice it pretends to be, if the
    code is one of ours."""
    checks = NoticeCheck.objects.select_related("recipient__customer").in_bulk(
        [int(event.subject_id) for event in events]
    )
    found = []
    for event in events:
        check = checks.get(int(event.subject_id))
        if check is None:
            continue
        whose = check.recipient.customer if check.recipient else None
        found.append(_alarm(event, whose, f"not_ours:{check.code_index}:{check.at:%Y%m%d}"))
    return found


def _for_merchants(events: Sequence[Event]) -> dict[int, tuple[int, dict[str, Any]]]:
    return {
        event.pk: (
            row.customer_id,
            {
                "account": row.account.masked,
                "bank": row.account.bank,
                "since": row.campaign.content["since"],
                "old_account": row.campaign.content["old"],
                "old_account_until": row.campaign.content["accept_until"],
                "code": grouped(code_of(row.campaign_id, row.customer_id)),
                "verify": public_page("portal:verify"),
            },
        )
        for event, row in _recipients(events)
    }


def _recipients(events: Sequence[Event]) -> list[tuple[Event, CampaignRecipient]]:
    """Each event with its customer, read once, of campaigns that are what was sent."""
    rows = CampaignRecipient.objects.select_related(
        "campaign__project", "customer", "account"
    ).in_bulk([int(event.subject_id) for event in events])
    for campaign in {row.campaign for row in rows.values()}:
        if not is_as_sent(campaign):
            raise NotAsSent(str(campaign))
    return [
        (event, rows[int(event.subject_id)]) for event in events if int(event.subject_id) in rows
    ]


NOTICES = {
    TOLD: _notices_to_customers,
    "account_notice.handed_over": _handed_over,
    "campaign.sent": _announced,
    "feedback.given": _feedback,
    "account_notice.not_ours": _not_ours,
}
WEBHOOKS = {TOLD: Webhook(TOLD, _for_merchants)}
FOLLOWED = {TOLD: note_messages}
