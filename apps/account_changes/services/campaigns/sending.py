"""Sending the notice of an account change to everybody concerned: once, at one press (COD-3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from apps.account_changes.enums import ProjectState, RecipientState, TeamSide
from apps.account_changes.models import (
    Campaign,
    CampaignRecipient,
    CampaignSupplement,
    ChangeProject,
)
from apps.account_changes.queries.campaigns import content_of
from apps.account_changes.queries.changes import affected_customers
from apps.account_changes.queries.links import code_index, code_of
from apps.account_changes.rules.notices import checked_words, seal_of
from apps.account_changes.services.campaigns import clocks
from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.customers.models import Contact, Customer
from apps.events.services import NewEvent, new_event, record, record_many

# After that a notice is old enough to ask us anew.
VALID_FOR = timedelta(days=365)


class Affected(NamedTuple):
    """A customer who is to be told, the account to tell them, and whose they are."""

    customer_id: int
    account_id: int
    agent_id: int
    can_be_written_to: bool


@transaction.atomic
def send_campaign(
    *,
    project: ChangeProject,
    agent: User,
    watch_zh: str,
    watch_en: str,
    call_from: datetime,
    deadline: datetime,
    by: User,
    at: datetime,
) -> Campaign:
    """Freeze the notice and send it to every affected customer, with the site's announcement.

    ``agent`` of the project's customer service answers questions; ``watch_zh`` and ``watch_en`` say what to
    watch for. From ``call_from`` whoever was not reached is called; ``deadline`` lies before the start.
    Whoever has no contact on file is an agent's at once. A second press finds the campaign and is refused
    (``sent_already``), as is one for a project that is not scheduled or concerns nobody.
    """
    held = ChangeProject.objects.select_for_update().get(pk=project.pk)
    since = _check_may_send(held, at)
    _check_agent(held, agent)
    words = {"zh": checked_words(watch_zh, "watch_zh"), "en": checked_words(watch_en, "watch_en")}
    _check_instants(held, call_from, deadline, at)
    affected = whom(held, affected_customers(held, at), agent)
    if not affected:
        raise RuleBroken(
            _("This change concerns no customer, so there is nobody to tell."),
            code="nobody",
            field="project",
            rule="COD-3",
        )
    content = content_of(held, words)
    campaign = Campaign.objects.create(
        project=held,
        content=content,
        sha256=seal_of(content, [(one.customer_id, one.account_id) for one in affected]),
        agent=agent,
        customers=len(affected),
        call_from=call_from,
        deadline=deadline,
        since=since,
        valid_until=since + VALID_FOR,
        sent_at=at,
        sent_by=by,
    )
    recipients = add_recipients(campaign, affected, at=at)
    clocks.begun(campaign, by=by, at=at)
    data = {"number": held.number, "customers": len(affected), "sha256": campaign.sha256}
    record("campaign.sent", campaign, by=by, at=at, data=data)
    record_many(news_of(recipients, by=by, at=at))
    clocks.finish_if_done([campaign.pk], by=by, at=at)
    return campaign


def _check_may_send(project: ChangeProject, at: datetime) -> datetime:
    """Since when the new account counts."""
    if Campaign.objects.filter(project=project).exists():
        raise RuleBroken(
            _("Customers were told of this change already; a notice goes out once."),
            code="sent_already",
            field="project",
            rule="COD-3",
        )
    if project.state != ProjectState.SCHEDULED or project.is_paused or not project.since:
        raise RuleBroken(
            _("Customers are told of a change that is approved and scheduled, and not paused."),
            code="not_scheduled",
            field="project",
            rule="COD-3",
        )
    if project.since <= at:
        raise RuleBroken(
            _("The new account counts already; customers are told before."),
            code="too_late",
            field="project",
            rule="COD-3",
        )
    return project.since


def _check_agent(project: ChangeProject, agent: User) -> None:
    side = project.members.filter(user=agent.pk, side=TeamSide.CUSTOMER_SERVICE)
    if not agent.is_active or not side.exists():
        raise BadInput(
            _("Name somebody of the project's customer service, who answers questions."),
            code="bad_agent",
            field="agent",
        )


def _check_instants(
    project: ChangeProject, call_from: datetime, deadline: datetime, at: datetime
) -> None:
    if call_from <= at:
        raise BadInput(
            _("Calls begin after the notice has gone out."), code="bad_time", field="call_from"
        )
    if deadline < call_from:
        raise BadInput(
            _("The deadline lies before the calls begin."), code="bad_time", field="deadline"
        )
    if project.since is None or deadline >= project.since:
        raise BadInput(
            _("Everybody is reached before the new account counts."),
            code="bad_time",
            field="deadline",
        )


def whom(project: ChangeProject, customers: "QuerySet[Customer]", agent: User) -> list[Affected]:
    """``customers`` in their order, each with the account that they are to pay into; of one whose own agent
    has left ``agent`` is named."""
    own = dict(project.customers.exclude(account=None).values_list("customer_id", "account_id"))
    contacts = Contact.objects.filter(customer=OuterRef("pk"), active=True)
    active = User.objects.active().filter(pk=OuterRef("agent"))
    rows = (
        customers.annotate(has_contact=Exists(contacts), has_agent=Exists(active))
        .order_by("pk")
        .values_list("pk", "agent_id", "has_contact", "has_agent")
    )
    usual = project.new_account_id
    assert usual is not None  # noqa: S101  # a constraint says so of a scheduled project
    return [
        Affected(pk, own.get(pk, usual), agents if has_agent else agent.pk, has_contact)
        for pk, agents, has_contact, has_agent in rows
    ]


def add_recipients(
    campaign: Campaign,
    affected: Sequence[Affected],
    *,
    at: datetime,
    supplement: CampaignSupplement | None = None,
) -> list[CampaignRecipient]:
    """Whoever has no contact on file is an agent's at once."""
    return CampaignRecipient.objects.bulk_create(
        [
            CampaignRecipient(
                campaign=campaign,
                supplement=supplement,
                customer_id=one.customer_id,
                account_id=one.account_id,
                agent_id=one.agent_id,
                code_index=code_index(code_of(campaign.pk, one.customer_id)),
                state=RecipientState.TOLD if one.can_be_written_to else RecipientState.TO_CALL,
                state_since=at,
            )
            for one in affected
        ]
    )


def news_of(rows: Sequence[CampaignRecipient], *, by: User, at: datetime) -> list[NewEvent]:
    return [
        new_event(
            "account_notice.told"
            if row.state == RecipientState.TOLD
            else "account_notice.handed_over",
            row,
            by=by,
            at=at,
            data={"customer": row.customer_id, "agent": row.agent_id},
        )
        for row in rows
    ]
