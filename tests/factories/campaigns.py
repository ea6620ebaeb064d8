"""An account change that is scheduled, and customers who are to be told of it."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.banking import services as banking
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.cod.enums import ProjectState, TeamSide
from apps.cod.models import Campaign, CampaignRecipient, ChangeProject, TeamMember
from apps.cod.queries.links import code_of
from apps.cod.services import campaigns
from apps.customers.models import Customer
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account
from tests.factories.customers import ContactFactory, CustomerFactory

_numbers = count(1)
WATCH_ZH, WATCH_EN = "请勿改汇其他账户。", "Pay into no other account."


def customer(**contact: Any) -> Customer:
    """With one contact, whose phone no test dials."""
    made: Customer = CustomerFactory()
    ContactFactory(customer=made, **contact)
    return made


def everybody_pays_into(account: BankAccount, since: datetime) -> None:
    banking.assign_account(
        account=account,
        since=since,
        purpose=AccountPurpose.FREIGHT,
        by=system_user("tests"),
        at=since,
    )


def scheduled_change(
    at: datetime | None = None, *, starts_in: timedelta = timedelta(days=14), **fields: Any
) -> ChangeProject:
    """Approved, waited for and scheduled; its customer service is one person."""
    now = at or timezone.now()
    old, new = bank_account(), bank_account()
    everybody_pays_into(old, now - timedelta(days=400))
    since = now + starts_in
    project = ChangeProject.objects.create(
        **{
            "number": f"AC20261201-{next(_numbers):08d}",
            "purpose": AccountPurpose.FREIGHT,
            "reason": "原开户行费率上调",
            "old_account": old,
            "new_account": new,
            "state": ProjectState.SCHEDULED,
            "approved_at": now - timedelta(days=3),
            "approved_by": system_user("tests"),
            "earliest_start": now - timedelta(days=2),
            "since": since,
            "accept_until": since + timedelta(days=31),
            "created_by": system_user("tests"),
            **fields,
        }
    )
    TeamMember.objects.create(
        project=project,
        user=UserFactory(roles=[Role.AGENT]),
        side=TeamSide.CUSTOMER_SERVICE,
    )
    return project


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
    assert project.since is not None
    return campaigns.send_campaign(
        **{
            "project": project,
            "agent": agent_of(project),
            "watch_zh": WATCH_ZH,
            "watch_en": WATCH_EN,
            "call_from": now + timedelta(days=2),
            "deadline": project.since - timedelta(days=1),
            "by": by or system_user("tests"),
            "at": now,
            **fields,
        }
    )


def told(campaign: Campaign, customer: Customer) -> CampaignRecipient:
    return CampaignRecipient.objects.get(campaign=campaign, customer=customer)


def code(recipient: CampaignRecipient) -> str:
    return code_of(recipient.campaign_id, recipient.customer_id)
