"""Two persons of two departments approve an account change, neither of whom entered anything of it (COD-2)."""

from datetime import datetime
from typing import Unpack

from django.conf import settings
from django.utils.translation import gettext as _

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import ChangeMatter, ProjectState, StepKind
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import missing_before_approval
from apps.account_changes.services.changes import clocks
from apps.account_changes.services.changes.moving import (
    demand_number,
    demand_running,
    leaves_trace,
    locked,
    move,
    prepare_again,
    put_step,
)
from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse
from apps.core.errors import RuleBroken

S = ProjectState


@leaves_trace("ask-approval")
def ask_change_approval(project: ChangeProject, *, by: User, at: datetime) -> ChangeProject:
    """RuleBroken ``change_incomplete`` says all that is still missing."""
    row = locked(project)
    demand_running(row)
    missing = missing_before_approval(row, at)
    if missing:
        raise RuleBroken(" ".join(missing), code="change_incomplete", rule="COD-2")
    move(row, S.APPROVING)
    row.save(update_fields=["state"])
    title = f"{row.number} {row.old_account} → {row.new_account}"
    ask_approval(kind=ACCOUNT_CHANGE, subject=row, title=title[:160], by=by, at=at)
    put_step(row, StepKind.ASKED, by=by, at=at)
    clocks.begin(row, ChangeMatter.APPROVAL, by=by, at=at)
    return row


@leaves_trace("approve")
def approve_change(
    project: ChangeProject,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> ChangeProject:
    """The second person's approval starts the waiting time (ACCOUNT_CHANGE_WAIT)."""
    row = _waiting(project)
    demand_running(row)
    if row.new_account is not None:
        demand_number(row.new_account)
    request = approve(kind=ACCOUNT_CHANGE, subject=row, by=by, at=at, **given)
    put_step(row, StepKind.APPROVED_BY, note=given.get("remark", ""), by=by, at=at)
    if request.state != ApprovalState.APPROVED:
        return row
    move(row, S.APPROVED)
    row.approved_at, row.approved_by = at, by
    row.earliest_start = at + settings.ACCOUNT_CHANGE_WAIT
    row.save(update_fields=["state", "approved_at", "approved_by", "earliest_start"])
    data = {"earliest_start": row.earliest_start.isoformat()}
    put_step(row, StepKind.APPROVED, by=by, at=at, data=data)
    clocks.done(row, ChangeMatter.APPROVAL, by=by, at=at)
    return row


@leaves_trace("refuse")
def refuse_change(
    project: ChangeProject, *, seen: str, reason: str, by: User, at: datetime
) -> ChangeProject:
    """Prepared again; it can be changed and asked for anew."""
    row = _waiting(project)
    request = refuse(kind=ACCOUNT_CHANGE, subject=row, seen=seen, reason=reason, by=by, at=at)
    prepare_again(row, by=by, at=at)
    put_step(row, StepKind.REFUSED, note=request.close_reason, by=by, at=at)
    return row


def _waiting(project: ChangeProject) -> ChangeProject:
    row = locked(project)
    if row.state != S.APPROVING:
        text = _("This change does not wait for approval: %(state)s.")
        raise RuleBroken(text % {"state": S(row.state).label}, code="not_waiting", rule="COD-2")
    return row
