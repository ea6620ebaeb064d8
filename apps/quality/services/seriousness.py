"""Serious or minor: judged, grown by a complaint, or put right on the spot (CMP-5)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services.locking import write
from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.quality import rules
from apps.quality.enums import ExceptionState
from apps.quality.models import ExceptionReport
from apps.quality.queries.shipments import receipt_owed
from apps.quality.queries.team import leaders_to_notify
from apps.quality.services.clocks import changed
from apps.quality.services.locking import lock_exception, locked_open
from apps.quality.services.moves import move
from apps.tracking.models import Waybill


def leader_ids(report: ExceptionReport, at: datetime) -> list[int]:
    """Whom the event names that made it serious: the same as had it been so from the beginning."""
    return [person.pk for person in leaders_to_notify(report, at)]


@transaction.atomic
def judge_seriousness(
    *, exception_id: int, is_serious: bool, reason: str, by: User, at: datetime
) -> ExceptionReport:
    """Serious or minor, with the reason on record (CMP-5)."""
    reason = one_line(needed(reason, "reason", most=200), most=200)
    report = locked_open(exception_id, by)
    if report.is_serious == is_serious:
        raise RuleBroken(_("Nothing was changed."), code="nothing_changed", field="is_serious")
    write(report, at=at, is_serious=is_serious, serious_reason=reason)
    changed(report, by=by, at=at)
    data = {"serious": is_serious, "reason": reason, "revision": report.version}
    data["recipients"] = leader_ids(report, at)
    record("exception.seriousness_changed", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def link_case(*, exception_id: int, case: Case, by: User, at: datetime) -> ExceptionReport:
    """The customer complained about it: it is serious from now on (CMP-5)."""
    report = locked_open(exception_id, by)
    if report.case_id == case.pk:
        raise RuleBroken(_("This case is linked already."), code="nothing_changed", field="case")
    if report.customer_id and case.customer_id and report.customer_id != case.customer_id:
        raise RuleBroken(_("The case is of another customer."), code="other_customer", field="case")
    values: dict[str, Any] = {"case": case, "customer": report.customer or case.customer}
    grew = case.is_trouble and not report.is_serious
    if grew:
        values |= {"is_serious": True, "serious_reason": _("It drew a complaint.")}
    write(report, at=at, **values)
    changed(report, by=by, at=at)
    data: dict[str, Any] = {"case": case.number, "revision": report.version}
    data["recipients"] = leader_ids(report, at) if grew else []
    record("exception.case_linked", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def follow_complaint(*, case_id: int, by: User, at: datetime) -> ExceptionReport | None:
    """A complaint about a shipment whose exception is open belongs to it and makes it serious (CMP-5).
    None where there is no such exception, or another complaint has it already; repeating is harmless."""
    case = Case.objects.get(pk=case_id)
    if case.waybill_id is None or not case.is_trouble:
        return None
    # One that is being opened at this moment looked for complaints before this one was there.
    Waybill.objects.select_for_update(no_key=True, of=["self"]).get(pk=case.waybill_id)
    known = ExceptionReport.objects.open().filter(waybill=case.waybill_id, case__isnull=True)
    if case.customer_id is not None:
        known = known.filter(Q(customer__isnull=True) | Q(customer=case.customer_id))
    # Locked before it is looked at again: of two complaints at once the first one stays.
    report = known.select_for_update(of=["self"], no_key=True).order_by("pk").first()
    if report is None:
        return None
    return link_case(exception_id=report.pk, case=case, by=by, at=at)


@transaction.atomic
def put_right(*, exception_id: int, line: str, by: User, at: datetime) -> ExceptionReport:
    """Put right on the spot: one ``line`` of the daily operations report is all that is needed
    (CMP-5). RuleBroken ``serious`` for what harmed the company or drew a complaint."""
    line = one_line(needed(line, "line", most=200), most=200)
    report = lock_exception(exception_id, by)
    rules.check_put_right(report)
    if report.state != ExceptionState.OPEN:
        raise RuleBroken(
            _("The investigation has begun; decide it instead."), code="illegal_move", field="state"
        )
    rules.check_shipment(report, receipt_owed=receipt_owed(report))
    move(report, ExceptionState.CLOSED, by=by, at=at, put_right_line=line)
    record("exception.put_right", report, by=by, at=at, data={"revision": report.version})
    return report
