"""How an account change ends: its transition is over, it is reported, rolled back or called off (COD-4)."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import ChangeMatter, ProjectState, StepKind
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import accounts_of
from apps.account_changes.queries.reporting import report_figures
from apps.account_changes.rules.changes import month_after
from apps.account_changes.services.changes import clocks
from apps.account_changes.services.changes.moving import (
    demand_running,
    leaves_trace,
    locked,
    move,
    put_step,
)
from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.queries.approvals import live_request
from apps.backoffice.services import withdraw_approval
from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount
from apps.banking.queries import assignments_by, assignments_ended_by, assignments_to
from apps.banking.services import close_account, reassign
from apps.core.errors import RuleBroken
from apps.core.text import required_text

S = ProjectState


@leaves_trace("close")
def close_change(project: ChangeProject, *, by: User, at: datetime) -> ChangeProject:
    """The transition is over: money at the old account is an exception from now on, and the account is
    closed with its sub-accounts unless somebody else still pays into it. RuleBroken ``not_over``."""
    row = locked(project)
    if row.state != S.TRANSITION or row.accept_until is None:
        text = _("This change is “%(state)s”: there is no transition to close.")
        raise RuleBroken(
            text % {"state": S(row.state).label}, code="nothing_to_close", rule="COD-4"
        )
    demand_running(row)
    if at < row.accept_until:
        text = _("The old account is accepted until %(until)s.")
        until = f"{row.accept_until:%Y-%m-%d %H:%M}"
        raise RuleBroken(text % {"until": until}, code="not_over", rule="COD-4")
    move(row, S.CLOSED)
    row.closed_at, row.closed_by = at, by
    row.save(update_fields=["state", "closed_at", "closed_by"])
    paying = _close_old(row, by=by, at=at)
    note = _("It stays open: %(who)s still pay into it.") % {"who": paying} if paying else ""
    put_step(row, StepKind.CLOSED, note=note, by=by, at=at)
    clocks.done(row, ChangeMatter.TRANSITION, by=by, at=at)
    clocks.begin(row, ChangeMatter.REPORT, by=by, at=at)
    return row


def _close_old(project: ChangeProject, *, by: User, at: datetime) -> str:
    """Who keeps it open; empty when it is closed."""
    ids = accounts_of(project.old_account)
    users = assignments_to(ids)
    if users:
        return ", ".join(sorted({str(one.customer or _("everybody")) for one in users})[:5])
    reason = _("Account change %(number)s") % {"number": project.number}
    for account in BankAccount.objects.filter(pk__in=ids, state=AccountState.OPEN).order_by("-pk"):
        close_account(account, reason=reason, by=by, at=at)
    return ""


@leaves_trace("report")
def report_change(project: ChangeProject, *, remark: str, by: User, at: datetime) -> ChangeProject:
    """The final report: the figures of this moment are kept with what is said about them."""
    row = locked(project)
    move(row, S.REPORTED)
    figures = report_figures(row, at)
    row.report = {**figures, "remark": required_text(remark, field="remark", most=1000)}
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["state", "report", "ended_at", "ended_by"])
    put_step(row, StepKind.REPORTED, by=by, at=at)
    clocks.done(row, ChangeMatter.REPORT, by=by, at=at)
    return row


@leaves_trace("roll-back")
def roll_back_change(
    project: ChangeProject, *, reason: str, by: User, at: datetime
) -> ChangeProject:
    """Customers are told the account they were told before, from now on; for a month money at the new
    one is nothing odd. Only in transition: once the old account is closed there is no way back."""
    row = locked(project)
    if row.state != S.TRANSITION:
        text = _("Only a change in transition is rolled back; before it starts it is called off.")
        raise RuleBroken(text, code="not_in_transition", rule="COD-4")
    why = required_text(reason, most=300)
    new = row.new_account
    if new is None:
        raise ValueError("a change in transition has its new account")
    move(row, S.ROLLED_BACK)
    row.ended_at, row.ended_by, row.end_reason = at, by, why
    row.paused_at, row.paused_by, row.pause_reason = None, None, ""
    row.save()
    back = _customers_back_to(row)
    reassign(
        accounts=back,
        instead_of=accounts_of(new),
        purpose=AccountPurpose(row.purpose),
        accept_until=month_after(at),
        project=row.number,
        by=by,
        at=at,
    )
    put_step(row, StepKind.ROLLED_BACK, note=why, by=by, at=at, data={"assignments": len(back)})
    clocks.stop_all(row, by=by, at=at)
    return row


def _customers_back_to(project: ChangeProject) -> dict[int | None, BankAccount]:
    """Each one's account before the assignment that this change made; of one who was told what everybody
    was told, the old account."""
    old = project.old_account
    before = {
        one.customer_id: one.account
        for one in assignments_ended_by(project.number, accounts_of(old))
    }
    made = [one for one in assignments_by(project.number) if one.since == project.since]
    return {one.customer_id: before.get(one.customer_id, old) for one in made}


@leaves_trace("call-off")
def call_off_change(
    project: ChangeProject, *, reason: str, by: User, at: datetime
) -> ChangeProject:
    """Given up before it started, with the reason; an approval that is still open is withdrawn."""
    row = locked(project)
    move(row, S.CALLED_OFF)
    why = required_text(reason, most=300)
    live = live_request(ACCOUNT_CHANGE, row)
    if live is not None and live.state == ApprovalState.OPEN:
        withdraw_approval(kind=ACCOUNT_CHANGE, subject=row, reason=why, by=by, at=at)
    row.since = row.accept_until = None
    row.ended_at, row.ended_by, row.end_reason = at, by, why
    row.paused_at, row.paused_by, row.pause_reason = None, None, ""
    row.save()
    put_step(row, StepKind.CALLED_OFF, note=why, by=by, at=at)
    clocks.stop_all(row, by=by, at=at)
    return row
