"""What an account change is prepared of: reason, accounts, team, customers, the banks compared (COD-2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.account_changes.enums import ChangeScope, StepKind, TeamSide
from apps.account_changes.enums.changes import ENDED
from apps.account_changes.models import Candidate, ChangeCustomer, ChangeProject, TeamMember
from apps.account_changes.queries.changes import accounts_of
from apps.account_changes.rules.changes import BEST_MARK, MARKS
from apps.account_changes.services.changes.moving import (
    after_edit,
    leaves_trace,
    put_step,
    to_edit,
)
from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount
from apps.banking.queries import assignments_to
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer

EDITABLE = ("reason", "scope", "reader_roles", *(f"weight_{mark}" for mark in MARKS))


@transaction.atomic
def begin_change(
    *,
    old_account: BankAccount,
    purpose: AccountPurpose,
    reason: str,
    scope: ChangeScope = ChangeScope.EVERYBODY,
    by: User,
    at: datetime,
) -> ChangeProject:
    """Begin to change the account that customers pay into for ``purpose``. RuleBroken ``account_unused``
    where nobody is told it, ``change_runs`` while another change of it runs."""
    row = BankAccount.objects.select_for_update().get(pk=old_account.pk)
    if not assignments_to(accounts_of(row), purpose=purpose):
        text = _("Nobody is told to pay into %(account)s for this.") % {"account": row}
        raise RuleBroken(text, code="account_unused", field="old_account", rule="COD-2")
    _demand_unused(row, None, field="old_account")
    project = ChangeProject(
        number=take_number(ChangeProject.PREFIX, timezone.localdate(at)),
        purpose=purpose,
        reason=required_text(reason, most=500),
        scope=scope,
        old_account=row,
        created_by=by,
    )
    with refused_as(_runs_already(row, "old_account"), "change_one_of_an_account"):
        project.save(force_insert=True)
    put_step(project, StepKind.BEGUN, note=project.reason, by=by, at=at)
    return project


@leaves_trace("edit")
def edit_change(
    project: ChangeProject, values: Mapping[str, Any], *, by: User, at: datetime
) -> ChangeProject:
    """Reason, whose account, who must read the briefing, and the weights, which sum to 100."""
    row = to_edit(project)
    if set(values) - set(EDITABLE):
        raise TypeError(f"{sorted(set(values) - set(EDITABLE))} cannot be set here")
    for name, value in values.items():
        setattr(row, name, required_text(value, most=500) if name == "reason" else value)
    weights = [getattr(row, f"weight_{mark}") for mark in MARKS]
    if sum(weights) != 100:
        text = _("The weights sum to %(sum)d, not to 100.") % {"sum": sum(weights)}
        raise BadInput(text, code="weights_sum", field="weight_service")
    row.save()
    put_step(row, StepKind.EDITED, by=by, at=at)
    after_edit(row, by=by, at=at)
    return row


@leaves_trace("add-member")
def add_member(
    project: ChangeProject, *, user: User, side: TeamSide, by: User, at: datetime
) -> TeamMember:
    """Name somebody for a side of the team; once a person."""
    row = to_edit(project)
    if row.members.filter(user=user).exists():
        text = _("%(name)s is on the team already.") % {"name": user}
        raise BadInput(text, code="member_known", field="user")
    found: TeamMember = TeamMember.objects.create(project=row, user=user, side=side)
    put_step(row, StepKind.MEMBER_ADDED, by=by, at=at, data={"side": side.value, "member": user.pk})
    after_edit(row, by=by, at=at)
    return found


@leaves_trace("remove-member")
def remove_member(project: ChangeProject, member: TeamMember, *, by: User, at: datetime) -> None:
    row = to_edit(project)
    data = {"side": member.side, "member": member.user_id}
    TeamMember.objects.filter(project=row, pk=member.pk).delete()
    put_step(row, StepKind.MEMBER_REMOVED, by=by, at=at, data=data)
    after_edit(row, by=by, at=at)


@leaves_trace("list-customer")
def list_customer(
    project: ChangeProject,
    *,
    customer: Customer,
    account: BankAccount | None = None,
    by: User,
    at: datetime,
) -> ChangeCustomer:
    """A customer whose account changes; with ``account``, a sub-account of the new one, theirs alone."""
    row = to_edit(project)
    if account is not None and (
        row.new_account_id is None or account.parent_id != row.new_account_id
    ):
        text = _("This is no sub-account of the new account.")
        raise BadInput(text, code="not_its_sub_account", field="account")
    found, _fresh = ChangeCustomer.objects.update_or_create(
        project=row, customer=customer, defaults={"account": account}
    )
    put_step(row, StepKind.CUSTOMER_LISTED, by=by, at=at, data={"customer": customer.pk})
    after_edit(row, by=by, at=at)
    return found


@leaves_trace("unlist-customer")
def unlist_customer(project: ChangeProject, one: ChangeCustomer, *, by: User, at: datetime) -> None:
    row = to_edit(project)
    ChangeCustomer.objects.filter(project=row, pk=one.pk).delete()
    put_step(row, StepKind.CUSTOMER_UNLISTED, by=by, at=at, data={"customer": one.customer_id})
    after_edit(row, by=by, at=at)


@leaves_trace("rate-candidate")
def rate_candidate(
    project: ChangeProject,
    *,
    bank: str,
    marks: Mapping[str, int],
    note: str = "",
    by: User,
    at: datetime,
) -> Candidate:
    """Mark a bank from 1 to 5 for service, fees, speed and customers' views; marked again, the newer
    marks count. BadInput ``bad_mark`` names the field."""
    row = to_edit(project)
    for mark in MARKS:
        if not 1 <= marks[mark] <= BEST_MARK:
            raise BadInput(_("A mark from 1 to 5."), code="bad_mark", field=mark)
    name = required_text(bank, field="bank", most=60)
    found, _fresh = Candidate.objects.update_or_create(
        project=row,
        bank=name,
        defaults={**{mark: marks[mark] for mark in MARKS}, "note": note.strip()[:300]},
    )
    put_step(row, StepKind.CANDIDATE_RATED, by=by, at=at, data={"bank": name})
    after_edit(row, by=by, at=at)
    return found


@leaves_trace("choose-account")
def choose_account(
    project: ChangeProject, *, account: BankAccount, by: User, at: datetime
) -> ChangeProject:
    """The new account, opened and entered. BadInput names why it cannot be: closed, kept for something
    else, the old one, or part of another change."""
    row = to_edit(project)
    new = BankAccount.objects.select_for_update().get(pk=account.pk)
    if new.pk == row.old_account_id or new.parent_id == row.old_account_id:
        text = _("This is the old account.")
        raise BadInput(text, code="same_account", field="account")
    if new.state != AccountState.OPEN or new.parent_id is not None:
        text = _("A main account that is in use, please.")
        raise BadInput(text, code="account_closed", field="account")
    if new.purpose not in (row.purpose, AccountPurpose.GENERAL):
        text = _("%(account)s is kept for %(purpose)s.")
        names = {"account": new, "purpose": AccountPurpose(new.purpose).label}
        raise BadInput(text % names, code="other_purpose", field="account")
    _demand_unused(new, row, field="account")
    row.new_account = new
    row.save(update_fields=["new_account"])
    put_step(row, StepKind.ACCOUNT_CHOSEN, note=str(new), by=by, at=at)
    after_edit(row, by=by, at=at)
    return row


@leaves_trace("justify")
def justify_choice(
    project: ChangeProject, *, justification: str, by: User, at: datetime
) -> ChangeProject:
    """Why this account although another bank scores higher, or money is there sooner at the old one."""
    row = to_edit(project)
    row.justification = required_text(justification, field="justification", most=500)
    row.save(update_fields=["justification"])
    put_step(row, StepKind.JUSTIFIED, note=row.justification, by=by, at=at)
    after_edit(row, by=by, at=at)
    return row


def _demand_unused(account: BankAccount, but: ChangeProject | None, *, field: str) -> None:
    """An account is part of one running change at a time, as the old one or the new one. Its row is
    locked by the caller, so that two who begin at once stand in line."""
    running = ChangeProject.objects.exclude(state__in=ENDED)
    if but is not None:
        running = running.exclude(pk=but.pk)
    if running.filter(old_account=account).exists() or running.filter(new_account=account).exists():
        raise _runs_already(account, field)


def _runs_already(account: BankAccount, field: str) -> RuleBroken:
    text = _("Another change of %(account)s runs already.") % {"account": account}
    return RuleBroken(text, code="change_runs", field=field, rule="COD-2")
