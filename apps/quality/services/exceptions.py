"""Reporting an operational exception, and what changes about it afterwards (CMP-4, CMP-5)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.complaints.models import Case
from apps.complaints.queries.team import CaseAssigner, unit_for
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import names_about, one_line
from apps.complaints.services.locking import write
from apps.core.errors import BadInput, RuleBroken
from apps.customers.grams import grams, searchable
from apps.events.services import NewEvent, record, record_many
from apps.quality import rules
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.inputs import NewException
from apps.quality.models import ExceptionReport, ReportChange
from apps.quality.queries.shipments import receipt_owed
from apps.quality.queries.team import leaders_to_notify
from apps.quality.services.clocks import changed, corrected, start
from apps.quality.services.locking import lock_exception
from apps.quality.services.moves import move
from apps.tracking.models import Waybill

OPEN_ONE = "exception_one_open_per_waybill"


@transaction.atomic
def open_exception(*, new: NewException, by: User, at: datetime) -> ExceptionReport:
    """Report an exception; ``at`` is when it is reported, the third of its three times. Later than
    five minutes after it was known shows for good (CMP-2, CMP-4).

    RuleBroken ``exception_open`` names the report a shipment has already: one at a time.
    """
    report = draft(new, by=by, at=at)
    try:
        with transaction.atomic():
            report.number = take_number(ExceptionReport.PREFIX, timezone.localdate(at))
            report.save(force_insert=True)
    except IntegrityError as error:
        if OPEN_ONE not in str(error):
            raise
        raise _is_open_already(report) from None
    start([report], by=by, at=at)
    record_many([opening_event(report, now_serious(report, at), by=by, at=at)])
    return report


def opening_event(report: ExceptionReport, told: list[int], *, by: User, at: datetime) -> NewEvent:
    data = {
        "number": report.number,
        "kind": str(report.kind),
        "found_by": str(report.found_by),
        "serious": report.is_serious,
        "late_report": report.was_reported_late,
        "owner": report.owner_id,
        "unit": report.unit_id,
        "customer": report.customer_id,
        "waybill": report.waybill_id,
        "recipients": told,
    }
    label = ExceptionReport._meta.label_lower
    return NewEvent("exception.opened", label, str(report.pk), by.pk, at, data)


def draft(new: NewException, *, by: User, at: datetime) -> ExceptionReport:
    """Without number, not stored yet."""
    what = needed(new.what, "what")
    rules.check_times(new.happened_at, new.known_at, at)
    waybill = new.waybill or (new.case.waybill if new.case else None)
    customer = new.customer or (new.case.customer if new.case else None)
    customer = customer or (waybill.customer if waybill else None)
    unit = new.unit or (new.case.unit if new.case else None)
    unit = unit or unit_for(
        customer=customer,
        waybill_unit=waybill.responsible_unit if waybill else None,
        by=by,
        assigner=CaseAssigner(at),
    )
    if unit is None:
        raise RuleBroken(
            _("The company has no unit yet that could deal with it."), code="no_unit", field="unit"
        )
    is_serious = new.is_serious
    if is_serious is None:
        is_serious = rules.seems_serious(new.kind, new.found_by, new.harm)
    about: dict[str, Any] = {"case": new.case, "waybill": waybill}
    title = one_line(new.title or what, most=120, **about)
    return ExceptionReport(
        found_by=new.found_by,
        kind=new.kind,
        waybill=waybill,
        customer=customer,
        case=new.case,
        late=new.late,
        unit=unit,
        owner=new.owner or (customer.agent if customer else None),
        title=title,
        what=what,
        who=new.who.strip(),
        first_measures=new.first_measures.strip(),
        search_grams=grams(searchable(title, what, names=names_about(**about))),
        happened_at=new.happened_at,
        known_at=new.known_at,
        known_by=new.known_by or by,
        reported_at=at,
        reported_by=by,
        is_serious=is_serious,
        harm=one_line(new.harm, most=300, **about),
        created_by=by,
    )


def _is_open_already(report: ExceptionReport) -> RuleBroken:
    known = ExceptionReport.objects.open().filter(waybill=report.waybill).first()
    return RuleBroken(
        _("This shipment has an open exception already: %(number)s.")
        % {"number": known.number if known else ""},
        code="exception_open",
        field="waybill",
        rule="TRK-7",
    )


@transaction.atomic
def correct_report(
    *,
    exception_id: int,
    version: int,
    changes: dict[str, Any],
    reason: str,
    by: User,
    at: datetime,
) -> ExceptionReport:
    """Change the times or the facts afterwards. Each change keeps what stood there before, with
    who, when and why, and stands out in every list (CMP-4).

    ``changes``: any of happened_at, known_at, reported_at, what, who, first_measures, harm, kind,
    found_by. RuleBroken ``changed_meanwhile`` for an older ``version``.
    """
    reason = one_line(needed(reason, "reason", most=200), most=200)
    report = lock_exception(exception_id, by)
    _check_version(report, version)
    allowed = (*rules.TIMES, *rules.FACTS)
    for name in set(changes) - set(allowed):
        raise BadInput(_("This cannot be changed here."), code="unknown_field", field=name)
    values = {
        name: _clean(name, value)
        for name, value in changes.items()
        if getattr(report, name) != _clean(name, value)
    }
    if not values:
        raise RuleBroken(_("Nothing was changed."), code="nothing_changed")
    times = [values.get(name, getattr(report, name)) for name in rules.TIMES]
    rules.check_times(*times)
    ReportChange.objects.bulk_create(
        ReportChange(
            exception=report,
            field=name,
            old=_told(getattr(report, name)),
            new=_told(value),
            reason=reason,
            at=at,
            by=by,
        )
        for name, value in sorted(values.items())
    )
    if "what" in values:
        values["search_grams"] = grams(
            searchable(report.title, values["what"], names=names_about(report.case, report.waybill))
        )
    write(report, at=at, **values)
    corrected(report, set(values), reason, by=by, at=at)
    if report.state != ExceptionState.CLOSED:
        changed(report, by=by, at=at)
    data = {"fields": ", ".join(sorted(set(values) - {"search_grams"})), "reason": reason}
    record(
        "exception.fact_changed", report, by=by, at=at, data={**data, "revision": report.version}
    )
    return report


def _clean(name: str, value: Any) -> Any:
    if name == "what":
        return needed(value, name)
    if name == "kind":
        return ExceptionKind(value)
    if name == "found_by":
        return FoundBy(value)
    return (
        value.strip()[:300]
        if name == "harm"
        else value.strip()
        if isinstance(value, str)
        else value
    )


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def locked_open(exception_id: int, by: User) -> ExceptionReport:
    """The report, locked; RuleBroken once it is closed."""
    report = lock_exception(exception_id, by)
    if report.state == ExceptionState.CLOSED:
        raise RuleBroken(
            _("This report is closed. Reopen it first."), code="illegal_move", field="state"
        )
    return report


def _check_version(report: ExceptionReport, version: int) -> None:
    if version != report.version:
        raise RuleBroken(
            _("Meanwhile this report was changed. Your text is kept; look and save again."),
            code="changed_meanwhile",
            field="version",
        )


def now_serious(report: ExceptionReport, at: datetime) -> list[int]:
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
    data["recipients"] = now_serious(report, at)
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
    data["recipients"] = now_serious(report, at) if grew else []
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
