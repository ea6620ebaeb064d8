"""Reporting an operational exception (CMP-4)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.services import take_number
from apps.complaints.queries.team import CaseAssigner, unit_for
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import names_about, one_line
from apps.core.errors import RuleBroken
from apps.customers.grams import grams, searchable
from apps.events.services import NewEvent, record_many
from apps.quality import rules
from apps.quality.inputs import NewException
from apps.quality.models import ExceptionReport
from apps.quality.services.clocks import start
from apps.quality.services.seriousness import leader_ids

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
    record_many([opening_event(report, leader_ids(report, at), by=by, at=at)])
    return report


def opening_event(
    report: ExceptionReport, recipients: list[int], *, by: User, at: datetime
) -> NewEvent:
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
        "recipients": recipients,
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
