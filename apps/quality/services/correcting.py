"""Changing what an exception report says, with what stood there before (CMP-4)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import names_about, one_line
from apps.complaints.services.locking import write
from apps.core.errors import BadInput, RuleBroken
from apps.customers.grams import grams, searchable
from apps.events.services import record
from apps.quality import rules
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.models import ExceptionReport, ReportChange
from apps.quality.services.clocks import changed, corrected
from apps.quality.services.locking import lock_exception


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
            old=_as_text(getattr(report, name)),
            new=_as_text(value),
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


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _check_version(report: ExceptionReport, version: int) -> None:
    if version != report.version:
        raise RuleBroken(
            _("Meanwhile this report was changed. Your text is kept; look and save again."),
            code="changed_meanwhile",
            field="version",
        )
