"""An account change that is scheduled, and customers who are to be told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.account_changes.enums import ChangeScope, TeamSide
from apps.account_changes.models import Campaign, CampaignRecipient, ChangeProject
from apps.account_changes.queries.links import code_of
from apps.account_changes.services import campaigns, changes
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer
from tests.factories.banking import bank_account
from tests.factories.changes import approve, everybody_reads, fresh, prepared, staff
from tests.factories.customers import ContactFactory, CustomerFactory

WATCH_ZH, WATCH_EN = "请勿改汇其他账户。", "Pay into no other account."


def customer(**contact: Any) -> Customer:
    """With one contact, whose phone no test dials."""
    made: Customer = CustomerFactory()
    ContactFactory(customer=made, **contact)
    return made


def newcomer(**contact: Any) -> Customer:
    """``customer``, and one who does business already."""
    made: Customer = CustomerFactory(status=CustomerStatus.ACTIVE)
    ContactFactory(customer=made, **contact)
    return made


def approved_change(
    at: datetime | None = None, *, listed: Sequence[Customer] = (), **fields: Any
) -> ChangeProject:
    """Approved by two; of ``listed`` the first has a sub-account of the new account."""
    now, who = at or timezone.now(), staff()
    if listed:
        fields["scope"] = ChangeScope.LISTED
    project = prepared(who, now, **fields)
    for n, one in enumerate(listed):
        new = project.new_account
        sub = bank_account(who.finance, parent=new, purpose=project.purpose) if n == 0 else None
        changes.list_customer(project, customer=one, account=sub, by=who.finance, at=now)
    changes.ask_change_approval(project, by=who.finance, at=now)
    approve(project, who.manager, now)
    approve(project, who.management, now)
    return fresh(project)


def scheduled_change(
    at: datetime | None = None, *, starts_in: timedelta = timedelta(days=14), **fields: Any
) -> ChangeProject:
    """Read by everyone concerned and scheduled; its customer service is one person."""
    now = at or timezone.now()
    project = approved_change(now, **fields)
    everybody_reads(project, now)
    changes.schedule_change(project, since=now + starts_in, by=system_user("tests"), at=now)
    return fresh(project)


def agent_of(project: ChangeProject) -> User:
    return project.members.get(side=TeamSide.CUSTOMER_SERVICE).user


def sent_campaign(
    project: ChangeProject | None = None,
    *,
    at: datetime | None = None,
    by: User | None = None,
    **fields: Any,
) -> Campaign:
    """Pressed: calls begin in two days, everybody is reached by the day before the start."""
    now = at or timezone.now()
    project = project or scheduled_change(now)
    since = project.since or now + timedelta(days=14)
    return campaigns.send_campaign(
        **{
            "project": project,
            "agent": agent_of(project),
            "watch_zh": WATCH_ZH,
            "watch_en": WATCH_EN,
            "call_from": now + timedelta(days=2),
            "deadline": since - timedelta(days=1),
            "by": by or system_user("tests"),
            "at": now,
            **fields,
        }
    )


def recipient_of(campaign: Campaign, customer: Customer) -> CampaignRecipient:
    return CampaignRecipient.objects.get(campaign=campaign, customer=customer)


def code(recipient: CampaignRecipient) -> str:
    return code_of(recipient.campaign_id, recipient.customer_id)
