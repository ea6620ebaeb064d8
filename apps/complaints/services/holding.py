"""Floors above hold a case while something of theirs about it is not over (CMP-6)."""

from datetime import datetime

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import Case, CaseHold
from apps.core.database import in_callers_transaction
from apps.core.errors import RuleBroken
from apps.events.services import record


@in_callers_transaction()
def hold_case(
    *, case: Case, subject: Model, label: str, by: User, at: datetime, blocks_merging: bool = False
) -> None:
    """Until ``lift_hold`` the case is not closed, and with ``blocks_merging`` not merged into another; holding twice changes nothing. The case's row is locked, so that a
    case that is being closed at the same time is closed first or not at all."""
    row = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    values = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    if CaseHold.objects.filter(case=row, lifted_at=None, **values).exists():
        return
    CaseHold.objects.create(
        case=row, label=label[:60], since=at, held_by=by, blocks_merging=blocks_merging, **values
    )
    record("case.held", row, by=by, at=at, data={"note": label[:60]})


@in_callers_transaction()
def lift_hold(*, subject: Model, by: User, at: datetime) -> None:
    values = {"subject_type": subject._meta.label_lower, "subject_id": str(subject.pk)}
    for row in CaseHold.objects.filter(lifted_at=None, **values).select_related("case"):
        row.lifted_at, row.lifted_by = at, by
        row.save(update_fields=["lifted_at", "lifted_by"])
        record("case.hold_lifted", row.case, by=by, at=at, data={"note": row.label})


def check_holds(case: Case, **only: bool) -> bool:
    """RuleBroken ``held`` names what is not over yet, of this case and of those merged into it; ``only`` picks
    among the holds (``blocks_merging=True``). Returns whether anything has ever held it: then its closing is announced
    to whoever did (``case.closed_after_hold``)."""
    found = list(CaseHold.objects.filter(Q(case=case) | Q(case__merged_into=case), **only))
    names = [hold.what for hold in found if hold.lifted_at is None][:3]
    if names:
        raise RuleBroken(
            _("%(what)s is not over yet: end it first, then this case.")
            % {"what": ", ".join(names)},
            code="held",
            field="state",
            rule="CMP-6",
        )
    return bool(found)
