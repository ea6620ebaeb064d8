"""An approved account change on its way: its start is set, it starts, it is put off, extended, paused (COD-4)."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import ChangeMatter, ChangeScope, ProjectState, StepKind
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.announced import announced_since
from apps.account_changes.queries.changes import accounts_of
from apps.account_changes.queries.starting import missing_before_start
from apps.account_changes.rules.changes import month_after
from apps.account_changes.services.changes import clocks
from apps.account_changes.services.changes.moving import (
    demand_number,
    demand_running,
    leaves_trace,
    locked,
    move,
    put_step,
)
from apps.accounts.models import User
from apps.backoffice.queries.approvals import check_still_approved
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.banking.queries import (
    assignments_ended_by,
    assignments_to,
)
from apps.banking.services import let_accept_until, reassign
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text

S = ProjectState
WORK = "apps.account_changes.tasks.work_changes"


@leaves_trace("schedule")
def schedule_change(
    project: ChangeProject, *, since: datetime, reason: str = "", by: User, at: datetime
) -> ChangeProject:
    """From ``since`` on customers are told the new account, and for a calendar month both are accepted.
    Set anew it needs a reason, and may be paused: one whose customers were not told in time is put off, then
    resumed. BadInput ``before_wait_over``, ``since_past``; RuleBroken ``approval_void``."""
    row = locked(project)
    again = row.state == S.SCHEDULED
    if not again:
        demand_running(row)
        move(row, S.SCHEDULED)
    why = required_text(reason, most=300) if again else reason.strip()[:300]
    check_still_approved(ACCOUNT_CHANGE, row)
    if since < at:
        raise BadInput(_("That is past."), code="since_past", field="since")
    if row.earliest_start is not None and since < row.earliest_start:
        text = _("The waiting time after the approval is not over by then.")
        raise BadInput(text, code="before_wait_over", field="since", rule="COD-2")
    announced = announced_since(row)
    if announced is not None and since < announced:
        text = _("Customers were told that it starts on %(day)s; not earlier, please.")
        shown_day = f"{timezone.localtime(announced):%Y-%m-%d %H:%M}"
        raise BadInput(text % {"day": shown_day}, code="announced", field="since", rule="COD-3")
    row.since, row.accept_until = since, month_after(since)
    row.save(update_fields=["state", "since", "accept_until"])
    data = {"since": since.isoformat(), "accept_until": row.accept_until.isoformat()}
    put_step(row, StepKind.SCHEDULED, note=why, by=by, at=at, data=data)
    clocks.begin(row, ChangeMatter.START, due=since, by=by, at=at)
    enqueue_on_commit(WORK)
    return row


@leaves_trace("start")
def start_change(project: ChangeProject, *, by: User, at: datetime) -> ChangeProject:
    """The new account is what is told from now on; for a month the old one is accepted too. Exactly once.

    RuleBroken ``too_early`` before its time, ``wait_not_over``, ``approval_void`` where anything is another
    thing than was approved; with names ``nobody_told`` or ``not_reached`` of its customers (COD-3),
    ``readers_missing``. The first of these is the code, the words are of all."""
    row = locked(project)
    if row.state != S.SCHEDULED or row.since is None or row.earliest_start is None:
        text = _("This change is “%(state)s”: there is nothing to start.")
        raise RuleBroken(
            text % {"state": S(row.state).label}, code="nothing_to_start", rule="COD-4"
        )
    demand_running(row)
    if at < row.earliest_start:
        text = _("The waiting time after the approval is not over yet.")
        raise RuleBroken(text, code="wait_not_over", rule="COD-2")
    if at < row.since:
        raise RuleBroken(_("Its time has not come yet."), code="too_early", rule="COD-4")
    check_still_approved(ACCOUNT_CHANGE, row)
    missing = missing_before_start(row, at)
    if missing:
        words = " ".join(one.words for one in missing)
        raise RuleBroken(words, code=missing[0].code, rule=missing[0].rule)
    new = row.new_account
    if new is None:
        raise ValueError("an approved change has its new account")
    for account in accounts_to_assign(row, new).values():
        demand_number(account)
    move(row, S.TRANSITION)
    row.accept_until = (
        max(row.accept_until or at, month_after(at)) if at > row.since else row.accept_until
    )
    row.since = row.started_at = at
    row.started_by = by
    row.save(update_fields=["state", "since", "accept_until", "started_at", "started_by"])
    made = reassign(
        accounts=accounts_to_assign(row, new),
        instead_of=accounts_of(row.old_account),
        purpose=AccountPurpose(row.purpose),
        accept_until=row.accept_until or month_after(at),
        project=row.number,
        by=by,
        at=at,
    )
    data = {"assignments": len(made), "old": str(row.old_account), "new": str(new)}
    put_step(row, StepKind.STARTED, by=by, at=at, data=data)
    clocks.done(row, ChangeMatter.START, by=by, at=at)
    clocks.begin(row, ChangeMatter.TRANSITION, due=row.accept_until, by=by, at=at)
    enqueue_on_commit(WORK)
    return row


def accounts_to_assign(project: ChangeProject, new: BankAccount) -> dict[int | None, BankAccount]:
    """Whom it tells which account: those listed, or everybody with whoever has an assignment of their
    own to the old account or a sub-account of it; each with the sub-account that is listed for them."""
    own: dict[int | None, BankAccount] = {
        one.customer_id: one.account or new for one in project.customers.select_related("account")
    }
    if project.scope == ChangeScope.LISTED:
        return own
    purpose = AccountPurpose(project.purpose)
    before = assignments_to(accounts_of(project.old_account), purpose=purpose)
    found: dict[int | None, BankAccount] = {one.customer_id: new for one in before}
    return found | {pk: account for pk, account in own.items() if account != new or pk in found}


@leaves_trace("extend")
def extend_change(
    project: ChangeProject, *, accept_until: datetime, reason: str, by: User, at: datetime
) -> ChangeProject:
    """The old account is accepted longer, with a reason. BadInput ``not_longer``."""
    row = locked(project)
    if row.state != S.TRANSITION or row.accept_until is None:
        text = _("Only a change in transition is extended.")
        raise RuleBroken(text, code="not_in_transition", rule="COD-4")
    why = required_text(reason, most=300)
    if accept_until <= row.accept_until or accept_until <= at:
        text = _("Later than %(until)s, please.")
        raise BadInput(
            text % {"until": f"{row.accept_until:%Y-%m-%d %H:%M}"},
            code="not_longer",
            field="accept_until",
        )
    row.accept_until = accept_until
    row.save(update_fields=["accept_until"])
    ended = assignments_ended_by(row.number, accounts_of(row.old_account))
    let_accept_until(ended, until=accept_until, reason=why, by=by, at=at)
    data = {"accept_until": accept_until.isoformat()}
    put_step(row, StepKind.EXTENDED, note=why, by=by, at=at, data=data)
    clocks.begin(row, ChangeMatter.TRANSITION, due=accept_until, by=by, at=at)
    return row


@leaves_trace("pause")
def pause_change(project: ChangeProject, *, reason: str, by: User, at: datetime) -> ChangeProject:
    """What would happen by itself waits: it neither is approved, starts nor closes."""
    row = locked(project)
    if row.state not in (S.PREPARING, S.APPROVING, S.APPROVED, S.SCHEDULED, S.TRANSITION):
        raise RuleBroken(_("There is nothing to pause any more."), code="ended", rule="COD-4")
    if row.is_paused:
        raise RuleBroken(_("It is paused already."), code="paused_already", rule="COD-4")
    row.paused_at, row.paused_by, row.pause_reason = at, by, required_text(reason, most=300)
    row.save(update_fields=["paused_at", "paused_by", "pause_reason"])
    put_step(row, StepKind.PAUSED, note=row.pause_reason, by=by, at=at)
    return row


@leaves_trace("resume")
def resume_change(
    project: ChangeProject, *, reason: str = "", by: User, at: datetime
) -> ChangeProject:
    """What its time has come for meanwhile happens now. Whoever runs changes cannot resume what the
    safety officer or management paused: RuleBroken ``paused_by_others``."""
    row = locked(project)
    if not row.is_paused or row.paused_by is None:
        raise RuleBroken(_("It is not paused."), code="not_paused", rule="COD-4")
    if row.paused_by.has_perm("account_changes.pause_changeproject") and not by.has_perm(
        "account_changes.pause_changeproject"
    ):
        text = _("%(name)s paused it, and only they or management resume it.")
        raise RuleBroken(text % {"name": row.paused_by}, code="paused_by_others", rule="COD-6")
    row.paused_at, row.paused_by, row.pause_reason = None, None, ""
    row.save(update_fields=["paused_at", "paused_by", "pause_reason"])
    put_step(row, StepKind.RESUMED, note=reason.strip()[:300], by=by, at=at)
    enqueue_on_commit(WORK)
    return row
