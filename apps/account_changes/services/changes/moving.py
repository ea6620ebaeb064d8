"""What every service of an account change does: lock it, put the step on record, void approvals of what
it was, and leave a trace of what was refused."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from django.utils.translation import gettext as _

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import ProjectState, StepKind
from apps.account_changes.models import ChangeProject, ChangeStep
from apps.account_changes.queries.announced import announced_since
from apps.account_changes.services.changes import clocks
from apps.account_changes.states import PROJECT_MOVES
from apps.accounts.models import User
from apps.backoffice.services import void_if_changed
from apps.banking.models import BankAccount
from apps.banking.queries import NumberAltered, check_number
from apps.core.errors import RuleBroken
from apps.events.services import record, recorded_refusals

P = ParamSpec("P")
R = TypeVar("R")
REFUSED = "accountchange.attempt_refused"
S = ProjectState
# While it may still be edited; what was approved or scheduled is prepared again by that.
BEFORE_START = (S.PREPARING, S.APPROVING, S.APPROVED, S.SCHEDULED)


def leaves_trace(act: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A refusal undoes the act and is put on record by itself: what somebody tried on an account change
    is kept, not only what they achieved (COD-6). The project is the first argument."""

    def make(work: Callable[P, R]) -> Callable[P, R]:
        @wraps(work)
        def traced(*args: P.args, **kwargs: P.kwargs) -> R:
            by, at = cast(User, kwargs["by"]), cast(datetime, kwargs["at"])
            with recorded_refusals(REFUSED, args[0], act, by=by, at=at, words=True):
                return work(*args, **kwargs)

        return traced

    return make


def locked(project: ChangeProject) -> ChangeProject:
    """The row as it is now, held to the end of the transaction."""
    found: ChangeProject = (
        ChangeProject.objects.select_for_update(of=("self",))
        .select_related("old_account", "new_account", "created_by")
        .get(pk=project.pk)
    )
    return found


def to_edit(project: ChangeProject) -> ChangeProject:
    """Locked; RuleBroken ``change_started`` once it has started or ended, ``announced`` once customers
    were told of it."""
    row = locked(project)
    if row.state not in BEFORE_START:
        text = _("This change is “%(state)s”: nothing of it is edited any more.")
        raise RuleBroken(text % {"state": S(row.state).label}, code="change_started", rule="COD-2")
    if announced_since(row) is not None:
        text = _("Customers were told of this change: call it off and begin another.")
        raise RuleBroken(text, code="announced", rule="COD-3")
    return row


def put_step(
    project: ChangeProject,
    kind: StepKind,
    *,
    note: str = "",
    by: User,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> ChangeStep:
    """The step on the project's page, and the event of the same name."""
    found = ChangeStep.objects.create(project=project, kind=kind, note=note[:500], by=by, at=at)
    step_data = {"reason": note} if note else {}
    record(f"accountchange.{kind.value}", project, by=by, at=at, data={**step_data, **(data or {})})
    return found


def after_edit(project: ChangeProject, *, by: User, at: datetime) -> None:
    """Approvals of what it was are void, and it is prepared again."""
    project = locked(project)
    if void_if_changed(kind=ACCOUNT_CHANGE, subject=project, by=by, at=at):
        prepare_again(project, by=by, at=at)
        put_step(project, StepKind.VOIDED, by=by, at=at)


def prepare_again(project: ChangeProject, *, by: User, at: datetime) -> None:
    """Refused, or another thing than was approved: what followed from the approval is gone."""
    move(project, S.PREPARING)
    project.approved_at = project.approved_by = project.earliest_start = None
    project.since = project.accept_until = None
    project.save()
    clocks.stop_all(project, by=by, at=at)


def move(project: ChangeProject, to: ProjectState) -> None:
    """By the table; the caller saves."""
    PROJECT_MOVES.check(S(project.state), to)
    project.state = to


def demand_number(account: BankAccount) -> None:
    """RuleBroken ``number_altered`` where the number is not the one that was entered: somebody changed
    it past every door."""
    try:
        check_number(account)
    except NumberAltered as error:
        text = _(
            "The number of %(account)s is not the one that was entered. Tell the safety officer."
        )
        raise RuleBroken(
            text % {"account": account}, code="number_altered", rule="COD-6"
        ) from error


def demand_running(project: ChangeProject) -> None:
    if project.is_paused:
        text = _("This change is paused: %(reason)s. Resume it first.")
        raise RuleBroken(
            text % {"reason": project.pause_reason}, code="change_paused", rule="COD-4"
        )
