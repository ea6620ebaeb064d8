"""Who follows an exception: given to somebody, taken in hand, taken over (CMP-4, TRK-7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.rules.privacy import one_line
from apps.complaints.services.locking import write
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.quality.models import ExceptionReport
from apps.quality.services.clocks import changed
from apps.quality.services.locking import locked_open


@transaction.atomic
def assign_exception(
    *, exception_id: int, owner: User, by: User, at: datetime, reason: str = ""
) -> ExceptionReport:
    """Somebody else follows it from now on, with its clocks. BadInput ``owner`` for someone who is
    no active person (CMP-4)."""
    report = locked_open(exception_id, by)
    if not owner.is_active or not owner.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="owner")
    if report.owner_id == owner.pk:
        raise RuleBroken(
            _("%(name)s follows this exception already.") % {"name": owner.display_name},
            code="nothing_changed",
            field="owner",
        )
    was = report.owner_id
    write(report, at=at, owner=owner)
    changed(report, by=by, at=at)
    data = {"owner": owner.pk, "was": was, "to": str(owner), "revision": report.version}
    data["reason"] = one_line(reason, most=200)
    record("exception.assigned", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def take_exception(*, exception_id: int, by: User, at: datetime) -> ExceptionReport:
    """Be in charge of it from now on; what another agent follows is taken over by the same word."""
    report = locked_open(exception_id, by)
    if report.owner_id == by.pk and report.taken_at is not None:
        raise RuleBroken(_("You have this case already."), code="nothing_changed")
    _take(report, by, by=by, at=at)
    return report


def begin(report: ExceptionReport, *, by: User, at: datetime) -> None:
    """Whoever is the first to act on it has taken it in hand; what nobody follows is theirs."""
    if report.taken_at is None:
        _take(report, report.owner or by, by=by, at=at)


def _take(report: ExceptionReport, owner: User, *, by: User, at: datetime) -> None:
    is_new = report.owner_id != owner.pk
    write(report, at=at, owner=owner, taken_at=at, taken_by=by)
    if is_new:
        changed(report, by=by, at=at)
    record("exception.taken", report, by=by, at=at, data={"revision": report.version})
