"""Corrective actions: set, done, and checked whether they worked (CMP-4)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.quality.enums import ExceptionState as X
from apps.quality.models import CorrectiveAction, ExceptionReport, QuarterlyAnalysis
from apps.quality.services import clocks as exception_clocks
from apps.quality.services.locking import lock_exception
from apps.quality.services.moves import move

# What an action follows from.
Source = ExceptionReport | QuarterlyAnalysis


@transaction.atomic
def add_action(
    *, exception_id: int, what: str, owner: User, due_at: datetime, by: User, at: datetime
) -> CorrectiveAction:
    """What is changed so that it does not happen again; its clock runs to ``due_at``.

    Only once it is decided; the first action moves the exception on."""
    what = one_line(needed(what, "what", most=300), most=300)
    report = lock_exception(exception_id, by)
    if report.state != X.ACTING:
        move(report, X.ACTING, by=by, at=at)
        record("exception.acting", report, by=by, at=at, data={"revision": report.version})
    return create_action(report, what=what, owner=owner, due_at=due_at, by=by, at=at)


def create_action(
    source: Source, *, what: str, owner: User, due_at: datetime, by: User, at: datetime
) -> CorrectiveAction:
    """The action that follows from ``source``, which the caller has locked or just made."""
    what = one_line(needed(what, "what", most=300), most=300)
    due_at = _future(due_at, at)
    if not owner.is_active:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="owner")
    follows: dict[str, Any] = (
        {"exception": source} if isinstance(source, ExceptionReport) else {"analysis": source}
    )
    action = CorrectiveAction.objects.create(
        **follows, what=what, owner=owner, due_at=due_at, created_by=by
    )
    exception_clocks.action_set(action, source, by=by, at=at)
    data = {**_named(source), "owner": owner.pk, "due": due_at, "what": what}
    record("action.added", action, by=by, at=at, data=data)
    return action


def _check_not_last(action: CorrectiveAction, analysis: QuarterlyAnalysis) -> None:
    """An analysis ends in one action at least."""
    others = analysis.actions.filter(dropped_at__isnull=True).exclude(pk=action.pk)
    if not others.exists():
        raise RuleBroken(
            _("An analysis ends in one action at least: set another first."), code="last_action"
        )


def _named(source: Source) -> dict[str, str]:
    if isinstance(source, ExceptionReport):
        return {"exception": source.number}
    return {"analysis": source.name}


@transaction.atomic
def finish_action(*, action_id: int, result: str, by: User, at: datetime) -> CorrectiveAction:
    """Done; ``result`` says what. Whether it worked is checked by someone else afterwards."""
    result = one_line(needed(result, "result", most=300), most=300)
    action, source = _locked(action_id, by)
    if not action.is_open:
        raise RuleBroken(_("This action is over already."), code="illegal_move")
    action.done_at, action.done_by, action.result = at, by, result
    action.save(update_fields=["done_at", "done_by", "result"])
    exception_clocks.action_done(action, by=by, at=at)
    data = {**_named(source), "result": result, "recipients": _checkers(source)}
    record("action.done", action, by=by, at=at, data=data)
    return action


def _future(due_at: datetime | None, at: datetime) -> datetime:
    if due_at is None:
        raise BadInput(_("Say until when it is to be done again."), code="required", field="due_at")
    if due_at <= at:
        raise BadInput(_("This lies in the past."), code="past", field="due_at")
    return due_at


def _checkers(source: Source) -> list[int]:
    if not isinstance(source, ExceptionReport):
        return [source.written_by_id]
    report = source
    return [pk for pk in {report.investigated_by_id, report.decided_by_id} if pk]


@transaction.atomic
def check_action(
    *,
    action_id: int,
    worked: bool,
    note: str,
    by: User,
    at: datetime,
    due_at: datetime | None = None,
) -> CorrectiveAction:
    """Whether it worked, and how that was found out; not by whoever did it.

    What did not work is to be done again by ``due_at`` (BadInput if missing or past): the action is
    open once more, its history is in the events."""
    note = one_line(needed(note, "note", most=300), most=300)
    action, source = _locked(action_id, by)
    if action.done_at is None or action.checked_at is not None:
        raise RuleBroken(
            _("Only what is done and not yet checked can be checked."), code="illegal_move"
        )
    if action.done_by_id == by.pk:
        raise RuleBroken(
            _("Somebody else than who did it checks whether it worked."),
            code="not_yourself",
            rule="CMP-4",
        )
    if worked:
        action.checked_at, action.checked_by = at, by
        action.has_worked, action.check_note = True, note
    else:
        action.done_at, action.done_by, action.result = None, None, ""
        action.due_at = _future(due_at, at)
        exception_clocks.action_again(action, note, by=by, at=at)
    action.save()
    data = {**_named(source), "worked": worked, "note": note, "owner": action.owner_id}
    record("action.checked", action, by=by, at=at, data=data)
    return action


@transaction.atomic
def drop_action(*, action_id: int, reason: str, by: User, at: datetime) -> CorrectiveAction:
    """Not needed after all."""
    reason = one_line(needed(reason, "reason", most=200), most=200)
    action, source = _locked(action_id, by)
    if not action.is_open:
        raise RuleBroken(_("This action is over already."), code="illegal_move")
    if isinstance(source, QuarterlyAnalysis):
        _check_not_last(action, source)
    action.dropped_at, action.dropped_by, action.drop_reason = at, by, reason
    action.save(update_fields=["dropped_at", "dropped_by", "drop_reason"])
    exception_clocks.action_dropped(action, by=by, at=at)
    data = {**_named(source), "reason": reason}
    record("action.dropped", action, by=by, at=at, data=data)
    return action


def _locked(action_id: int, by: User) -> tuple[CorrectiveAction, Source]:
    """Both rows, what it follows from first; its owner may act on an action wherever the report lies."""
    known = CorrectiveAction.objects.only("exception_id", "analysis_id", "owner_id").get(
        pk=action_id
    )
    source: Source
    if known.exception_id is None:
        analyses = QuarterlyAnalysis.objects.select_for_update(no_key=True)
        source = analyses.get(pk=known.analysis_id or 0)
    elif known.owner_id == by.pk:
        source = ExceptionReport.objects.select_for_update(no_key=True).get(pk=known.exception_id)
    else:
        source = lock_exception(known.exception_id, by)
    action = CorrectiveAction.objects.select_for_update(no_key=True).get(pk=action_id)
    return action, source
