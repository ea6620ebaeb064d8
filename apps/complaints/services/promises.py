"""Promises to the customer: "I call back by 15:20" becomes a clock (CMP-1, REP-1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import EntryKind
from apps.complaints.models import Case
from apps.complaints.rules.cases import check_live, needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services.locking import begin, lock_case, write
from apps.complaints.services.talking import add_internal
from apps.core.errors import BadInput
from apps.sla import services as sla
from apps.sla.models import Clock


@transaction.atomic
def make_promise(
    *,
    case_id: int,
    due_at: datetime,
    label: str,
    by: User,
    at: datetime,
    owner: User | None = None,
) -> Clock:
    """Promise ``label`` by ``due_at`` (aware, in the future: BadInput ``due_at``). Whoever promises
    keeps it unless ``owner`` is named. Stands in the timeline as ``clock.promised``."""
    label = one_line(needed(label, "label", most=120), most=120)
    case = lock_case(case_id, by)
    check_live(case)
    begin(case, by=by, at=at)
    clock = sla.promise(subject=case, due_at=due_at, label=label, by=by, at=at, owner=owner or by)
    add_internal(case, EntryKind.PROMISE, label, by=by, at=at)
    write(case, at=at, bump=False)
    return clock


@transaction.atomic
def keep_promise(*, case_id: int, clock_id: int, by: User, at: datetime, note: str = "") -> Clock:
    """What was promised is done. RuleBroken ``promise_settled`` when it was settled before."""
    case = _with_promise(case_id, clock_id, by)
    clock = sla.keep_promise(clock_id=clock_id, by=by, at=at)
    _note(case, note, by=by, at=at)
    return clock


@transaction.atomic
def drop_promise(*, case_id: int, clock_id: int, reason: str, by: User, at: datetime) -> Clock:
    """It need not be kept; the reason stays on record."""
    reason = one_line(needed(reason, "reason", most=200), most=200)
    case = _with_promise(case_id, clock_id, by)
    clock = sla.drop_promise(clock_id=clock_id, reason=reason, by=by, at=at)
    _note(case, reason, by=by, at=at)
    return clock


def _with_promise(case_id: int, clock_id: int, by: User) -> Case:
    """The case, locked; BadInput for a promise that is not its own."""
    case = lock_case(case_id, by)
    own = Clock.objects.filter(
        pk=clock_id,
        matter__subject_type=case._meta.label_lower,
        matter__subject_id=str(case.pk),
    )
    if not own.exists():
        raise BadInput(_("This is not there (any more)."), code="unknown", field="promise")
    return case


def _note(case: Case, text: str, *, by: User, at: datetime) -> None:
    if text.strip():
        add_internal(case, EntryKind.NOTE, text.strip(), by=by, at=at)
        write(case, at=at, bump=False)
