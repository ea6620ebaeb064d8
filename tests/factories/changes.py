"""An account change at each of its stages, and the people who do it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import PaperKind, ProjectState, RecipientState, TeamSide
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import missing_readers
from apps.account_changes.queries.starting import is_notice_missing
from apps.account_changes.rules.changes import MARKS
from apps.account_changes.services import campaigns, changes
from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.backoffice.queries.approvals import content_of
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.banking.services import assign_account
from apps.core.files import NewFile
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BRIEFING = "新账户启用后，只告知客户合同电话可核实的新账户；一个月内新旧账户都可付款。"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def person(*roles: Role, **more: Any) -> User:
    user: User = UserFactory(roles=list(roles), scope=ObjectScope.ALL, **more)
    return user


@dataclass
class Staff:
    """Who takes part; each another person."""

    finance: User
    operations: User
    service: User
    manager: User
    management: User
    safety: User


def staff() -> Staff:
    return Staff(
        person(Role.FINANCE),
        person(Role.DISPATCHER),
        person(Role.AGENT),
        person(Role.DEPARTMENT_MANAGER),
        person(Role.GENERAL_MANAGER),
        person(Role.SAFETY_OFFICER),
    )


def begun(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    """Everybody's COD goes into the old account; the new one was opened by finance."""
    purpose = more.pop("purpose", AccountPurpose.COD)
    old = bank_account(person(Role.FINANCE), purpose=purpose, bank="建设银行")
    assign_account(
        account=old, purpose=purpose, since=at - 90 * DAY, by=who.finance, at=at - 90 * DAY
    )
    return changes.begin_change(
        old_account=old,
        purpose=purpose,
        reason="老户到账慢，手续费高",
        by=who.finance,
        at=at,
        **more,
    )


def prepared(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    """Nothing lacks before approval is asked for; money is there sooner at the new account."""
    project = begun(who, at, **more)
    new = bank_account(who.finance, purpose=project.purpose, bank="招商银行")
    act: dict[str, Any] = {"by": who.finance, "at": at}
    for user, side in (
        (who.finance, TeamSide.FINANCE),
        (who.operations, TeamSide.OPERATIONS),
        (who.service, TeamSide.CUSTOMER_SERVICE),
    ):
        changes.add_member(project, user=user, side=side, **act)
    for bank, mark in (("招商银行", 5), ("浦发银行", 3)):
        changes.rate_candidate(project, bank=bank, marks=dict.fromkeys(MARKS, mark), **act)
    changes.choose_account(project, account=new, **act)
    changes.file_paper(project, kind=PaperKind.OPENING, paper=scan(), **act)
    deposit(project, project.old_account, at, minutes=60, by=who.finance)
    deposit(project, new, at, minutes=20, by=who.finance)
    changes.write_briefing(project, briefing=BRIEFING, **act)
    return fresh(project)


def scan() -> NewFile:
    return NewFile(name="开户许可.pdf", content=PDF)


def deposit(
    project: ChangeProject, account: BankAccount, at: datetime, *, minutes: int, by: User
) -> None:
    sent = at - 3 * HOUR
    changes.note_deposit(
        project,
        account=account,
        amount=Decimal("1.00"),
        sent=sent,
        confirmed=sent + timedelta(minutes=minutes / 2),
        arrived=sent + timedelta(minutes=minutes),
        by=by,
        at=at,
    )


def seen(project: ChangeProject) -> str:
    return content_of(ACCOUNT_CHANGE, fresh(project))[1]


def approve(project: ChangeProject, by: User, at: datetime, **more: Any) -> ChangeProject:
    more.setdefault("second_factor_at", at)
    more.setdefault("seen", seen(project))
    return changes.approve_change(project, by=by, at=at, **more)


def asked(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    project = prepared(who, at, **more)
    changes.ask_change_approval(project, by=who.finance, at=at)
    return fresh(project)


def approved(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    project = asked(who, at, **more)
    approve(project, who.manager, at)
    approve(project, who.management, at)
    return fresh(project)


def everybody_reads(project: ChangeProject, at: datetime) -> None:
    for user in missing_readers(fresh(project)):
        changes.confirm_read(project, by=user, at=at)


def notify_everyone(project: ChangeProject, at: datetime) -> None:
    """The notice went out and arrived; of a change that concerns nobody there is none."""
    project = fresh(project)
    if not is_notice_missing(project, at):
        return
    by = system_user("tests")
    assert project.since is not None
    campaign = campaigns.send_campaign(
        project=project,
        agent=project.members.get(side=TeamSide.CUSTOMER_SERVICE).user,
        watch_zh="请勿改汇其他账户。",
        watch_en="Pay into no other account.",
        call_from=at + (project.since - at) / 3,
        deadline=at + (project.since - at) / 2,
        by=by,
        at=at,
    )
    there = campaign.recipients.filter(state=RecipientState.TOLD).values_list("pk", flat=True)
    campaigns.move_recipients({pk: [RecipientState.DELIVERED] for pk in there}, by=by, at=at)


def scheduled(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    """To start two days after it was approved."""
    project = approved(who, at, **more)
    everybody_reads(project, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    return fresh(project)


def started(who: Staff, at: datetime, **more: Any) -> ChangeProject:
    """In transition since ``at``; prepared three days before."""
    project = scheduled(who, at - 2 * DAY, **more)
    notify_everyone(project, at - DAY)
    changes.start_change(project, by=who.finance, at=at)
    return fresh(project)


def closed(who: Staff, **more: Any) -> ChangeProject:
    """Over since just now."""
    project = started(who, timezone.now() - 40 * DAY, **more)
    changes.close_change(project, by=who.finance, at=timezone.now())
    return fresh(project)


def fresh(project: ChangeProject) -> ChangeProject:
    found: ChangeProject = ChangeProject.objects.get(pk=project.pk)
    assert found.state in ProjectState.values
    return found
