"""When an exception is serious, may be closed, and what stands out in its report (CMP-4, CMP-5)."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.quality.enums import ExceptionKind, FoundBy, MeetingState, WhatStandsOut
from apps.quality.models import CorrectiveAction, ExceptionReport, ReportChange
from apps.tracking.enums import LateKind, Reason, Status

TIMES = ("happened_at", "known_at", "reported_at")
FACTS = ("what", "who", "first_measures", "harm", "kind", "found_by")
# The worse it is, the later in this list; a shipment's exception only ever grows worse.
BY_WEIGHT = (
    ExceptionKind.OTHER,
    ExceptionKind.BREACH,
    ExceptionKind.LATE,
    ExceptionKind.STUCK,
    ExceptionKind.MISROUTED,
    ExceptionKind.REFUSED,
    ExceptionKind.DAMAGED,
    ExceptionKind.LOST,
)
SHIPMENT_KINDS = frozenset(BY_WEIGHT[2:])
SERIOUS_KINDS = frozenset({ExceptionKind.DAMAGED, ExceptionKind.LOST})
_OF_LATE = {
    LateKind.MISSED: ExceptionKind.LATE,
    LateKind.WILL_MISS: ExceptionKind.LATE,
    LateKind.STUCK: ExceptionKind.STUCK,
    LateKind.MISROUTED: ExceptionKind.MISROUTED,
    LateKind.LOST: ExceptionKind.LOST,
}
_OF_REASON = {
    Reason.DAMAGED: ExceptionKind.DAMAGED,
    Reason.LOST: ExceptionKind.LOST,
    Reason.MISROUTED: ExceptionKind.MISROUTED,
}


def kind_of_late(kind: str) -> ExceptionKind:
    return _OF_LATE[LateKind(kind)]


def kind_of_status(status: str, reason: str) -> ExceptionKind | None:
    """What a shipment's new status opens by itself; None for all that is no exception (TRK-7)."""
    if status == Status.REFUSED:
        return ExceptionKind.REFUSED
    if status == Status.EXCEPTION and reason in Reason.values:
        return _OF_REASON.get(Reason(reason))
    return None


def worse_of(known: str, news: str) -> ExceptionKind:
    return max(ExceptionKind(known), ExceptionKind(news), key=BY_WEIGHT.index)


def seems_serious(kind: str, found_by: str, harm: str) -> bool:
    """It harmed the company or drew a complaint (CMP-5)."""
    return kind in SERIOUS_KINDS or found_by == FoundBy.DIRECT_COMPLAINT or bool(harm.strip())


def check_times(happened_at: datetime, known_at: datetime, reported_at: datetime) -> None:
    """It happens, is known, is reported: in this order, and not in the future."""
    if happened_at > known_at:
        raise BadInput(
            _("Nobody can know of it before it happened."),
            code="times_out_of_order",
            field="known_at",
            rule="CMP-4",
        )
    if known_at > reported_at:
        raise BadInput(
            _("It cannot be reported before it is known."),
            code="times_out_of_order",
            field="reported_at",
            rule="CMP-4",
        )


def what_stands_out(
    report: ExceptionReport, changes: Iterable[ReportChange], complained_at: datetime | None
) -> list[WhatStandsOut]:
    """What hints at a late, hidden or false report. ``complained_at``: when the linked case was
    opened."""
    fields = {change.field for change in changes}
    signs = [
        (WhatStandsOut.REPORTED_LATE, report.was_reported_late),
        (
            WhatStandsOut.COMPLAINT_FIRST,
            report.found_by != FoundBy.DIRECT_COMPLAINT
            and complained_at is not None
            and complained_at < report.reported_at,
        ),
        (WhatStandsOut.TIMES_CHANGED, bool(fields & set(TIMES))),
        (WhatStandsOut.FACTS_CHANGED, bool(fields & set(FACTS))),
    ]
    return [what for what, holds in signs if holds]


def check_put_right(report: ExceptionReport) -> None:
    """One line of the daily report is enough only for what is not serious (CMP-5)."""
    if report.is_serious:
        raise RuleBroken(
            _("This harmed the company or drew a complaint: it needs the full record."),
            code="serious",
            rule="CMP-5",
        )


def check_actions_worked(actions: Iterable[CorrectiveAction]) -> None:
    """Every action is done and somebody checked that it worked (CMP-4)."""
    for action in actions:
        if action.dropped_at is not None:
            continue
        if action.done_at is None or not action.has_worked:
            raise _not_yet(
                _("“%(what)s” is not done and checked yet.") % {"what": action.what},
                "actions",
                "CMP-4",
            )


def check_shipment(report: ExceptionReport, *, receipt_owed: bool) -> None:
    """A shipment's exception stays until the goods have arrived and, where one is owed, the signed
    receipt is on file (TRK-7). Closing the late case asks for the same of what was sent instead.
    """
    waybill = report.waybill
    if report.late is not None:
        if report.late.closed_at is None:
            raise _not_yet(_("The late shipment is still open: close it first."), "late", "TRK-7")
        return
    if waybill is None or report.kind not in SHIPMENT_KINDS:
        return
    if waybill.concluded_at is None:
        raise _not_yet(
            _("The shipment is still on its way. Close this when it is over."), "waybill", "TRK-7"
        )
    if waybill.status == Status.DELIVERED and receipt_owed:
        raise _not_yet(
            _("The signed receipt of %(number)s is not on file yet.") % {"number": waybill.number},
            "return_document",
            "TRK-7",
        )


def check_reviewed(report: ExceptionReport, states_of_meetings: Iterable[str]) -> None:
    """Serious ones have been through a meeting (CMP-5)."""
    if report.is_serious and MeetingState.HELD not in set(states_of_meetings):
        raise _not_yet(
            _("It is serious and has not been reviewed in a meeting yet."), "reviews", "CMP-5"
        )


def _not_yet(message: str, field: str, rule: str) -> RuleBroken:
    return RuleBroken(message, code="not_yet", field=field, rule=rule)
