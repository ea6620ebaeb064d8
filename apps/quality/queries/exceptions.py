"""Lists and pages of exception reports (CMP-4, CMP-5)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from apps.complaints.models import Case
from apps.complaints.queries.searching import MOST_WAYBILLS
from apps.complaints.rules.contacts import NAME
from apps.core.name_index import asked_parts
from apps.core.times import day_start
from apps.core.typed import several, tidy_typed, typed_number
from apps.customers.grams import query_of
from apps.quality.enums import ExceptionState, MeetingState, WhatStandsOut
from apps.quality.models import (
    REPORT_WITHIN,
    ChaseTask,
    CorrectiveAction,
    Evidence,
    ExceptionQuerySet,
    ExceptionReport,
    PartyContact,
    ReportChange,
    ReviewItem,
    ReviewMeeting,
)
from apps.quality.privacy import masked_report
from apps.quality.queries.late import late_of
from apps.quality.rules import what_stands_out
from apps.tracking.models import LateShipment, ReturnDocument, Waybill
from apps.tracking.queries.waybill import matching as matching_waybills

if TYPE_CHECKING:
    from apps.accounts.models import User

HEAVY = ("what", "who", "first_measures", "findings", "decision", "search_grams")


@dataclass(frozen=True, slots=True)
class ExceptionFilter:
    """What a list shows; empty means any."""

    text: str = ""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    open_only: bool = False
    serious: bool | None = None
    reported_late: bool = False
    changed_afterwards: bool = False
    unit_id: int | None = None
    owner_id: int | None = None
    waybill_id: int | None = None
    reported_from: datetime | None = None
    reported_before: datetime | None = None


def exception_list(user: "User", filters: ExceptionFilter | None = None) -> ExceptionQuerySet:
    """The reports ``user`` may see, newest first, each with ``was_changed`` (its times or facts were
    changed afterwards) and all that a row shows; one query, cut by the page, never counted."""
    filters = filters or ExceptionFilter()
    found = ExceptionReport.objects.visible_to(user)
    if filters.open_only:
        found = found.open()
    if filters.serious is not None:
        found = found.filter(is_serious=filters.serious)
    if filters.reported_late:
        found = found.filter(reported_at__gt=F("known_at") + REPORT_WITHIN)
    for name, chosen in (
        ("state__in", filters.states),
        ("kind__in", filters.kinds),
        ("found_by__in", filters.found_by),
        ("unit", filters.unit_id),
        ("owner", filters.owner_id),
        ("waybill", filters.waybill_id),
        ("reported_at__gte", filters.reported_from),
        ("reported_at__lt", filters.reported_before),
    ):
        if chosen:
            found = found.filter(**{name: chosen})
    if filters.text.strip():
        found = _found(found, filters.text, user)
    changed = Exists(ReportChange.objects.filter(exception=OuterRef("pk")))
    if filters.changed_afterwards:
        found = found.filter(changed)
    related = ("waybill", "customer", "case", "unit", "owner", "cause", "responsible_unit")
    found = found.annotate(was_changed=changed).select_related(*related, "responsible_carrier")
    return found.defer(*HEAVY).order_by("-pk")


def _found(reports: ExceptionQuerySet, text: str, user: "User") -> ExceptionQuerySet:
    """By number, shipment, people of the shipment or of the case, and words of what happened."""
    typed = tidy_typed(text)
    if not typed:
        return reports.none()
    found = Q(pk__in=[])
    for one in several(text) or [typed]:
        found |= _meant(one, user)
    return reports.filter(found)


def _meant(typed: str, user: "User") -> Q:
    if number := typed_number("EX", typed):
        return Q(number__startswith=number)
    if number := typed_number("CS", typed):
        return Q(case__number__startswith=number)
    waybills = Waybill.objects.visible_to(user).filter(matching_waybills(typed))
    found = Q(waybill_id__in=list(waybills.values_list("pk", flat=True)[:MOST_WAYBILLS]))
    if parts := asked_parts(typed, NAME):
        cases = Case.objects.visible_to(user).filter(name_parts__contains=parts)
        found |= Q(case_id__in=list(cases.values_list("pk", flat=True)[:MOST_WAYBILLS]))
    pieces, _words = query_of(typed)
    if pieces:
        found |= Q(search_grams__contains=pieces)
    return found


@dataclass(frozen=True, slots=True)
class ExceptionPage:
    """Masked; in clear by ``services.reveal_exception``."""

    report: ExceptionReport
    what: str
    who: str
    first_measures: str
    findings: str
    decision: str
    stands_out: list[WhatStandsOut]
    changes: list[ReportChange]
    evidence: list[Evidence]
    actions: list[CorrectiveAction]
    chases: list[ChaseTask]
    reviews: list[ReviewItem]
    late: LateShipment | None
    contacts: list[PartyContact]
    document: ReturnDocument | None


def exception_page(number: str, user: "User") -> ExceptionPage:
    """Everything a report's page shows, in nine queries; ExceptionReport.DoesNotExist for whoever
    may not see it."""
    related = ("customer", "case", "late", "unit", "owner", "cause")
    shipment = ("waybill__responsible_unit", "waybill__carrier")
    people = ("known_by", "reported_by", "investigated_by", "decided_by")
    responsible = ("responsible_unit", "responsible_carrier")
    report = (
        ExceptionReport.objects.visible_to(user)
        .select_related(*related, *shipment, *people, *responsible)
        .get(number=number)
    )
    changes = list(report.changes.select_related("by"))
    complained_at = report.case.created_at if report.case else None
    return ExceptionPage(
        report=report,
        what=masked_report(report.what, report),
        who=masked_report(report.who, report),
        first_measures=masked_report(report.first_measures, report),
        findings=masked_report(report.findings, report),
        decision=masked_report(report.decision, report),
        stands_out=what_stands_out(report, changes, complained_at),
        changes=changes,
        evidence=list(report.evidence.select_related("by")),
        actions=list(report.actions.select_related("owner", "done_by", "checked_by")),
        chases=list(report.chases.select_related("unit", "carrier", "owner", "answered_by")),
        reviews=list(
            report.reviews.select_related("meeting").order_by("-meeting__planned_for", "-pk")
        ),
        late=late_of(report) if report.late_id else None,
        contacts=list(report.contacts.select_related("by")) if report.late_id else [],
        document=ReturnDocument.objects.filter(waybill=report.waybill_id).first(),
    )


def awaiting_review(user: "User") -> ExceptionQuerySet:
    """Serious reports that no meeting has reviewed or will review, oldest first (CMP-5)."""
    planned = ReviewItem.objects.filter(exception=OuterRef("pk")).exclude(
        meeting__state=MeetingState.DROPPED
    )
    return (
        ExceptionReport.objects.visible_to(user)
        .filter(~Exists(planned), is_serious=True)
        .select_related("waybill", "customer", "unit", "cause")
        .defer(*HEAVY)
        .order_by("pk")
    )


def minor_lines(day: date, user: "User") -> list[ExceptionReport]:
    """What was put right on the spot that day (local): one line each of the daily report (CMP-5)."""
    return list(
        ExceptionReport.objects.visible_to(user)
        .filter(
            closed_at__gte=day_start(day),
            closed_at__lt=day_start(day, days=1),
            state=ExceptionState.CLOSED,
        )
        .exclude(put_right_line="")
        .select_related("waybill", "unit", "reported_by")
        .defer(*HEAVY)
        .order_by("closed_at")
    )


def meetings(user: "User") -> QuerySet[ReviewMeeting]:
    """Those whose exceptions ``user`` may all or partly see, or takes part in; newest first. Each
    item says as ``is_seen`` whether ``user`` may see its exception."""
    visible = ExceptionReport.objects.visible_to(user)
    seen = Exists(visible.filter(pk=OuterRef("exception")))
    items = ReviewItem.objects.select_related("exception").annotate(is_seen=seen).order_by("pk")
    mine = Q(people=user.pk) | Q(created_by=user.pk) | Q(items__exception__in=visible)
    return (
        ReviewMeeting.objects.filter(pk__in=ReviewMeeting.objects.filter(mine).values("pk"))
        .select_related("unit", "held_by", "created_by")
        .prefetch_related(Prefetch("items", items), "people")
    )


def evidence_of(key: str, user: "User") -> Evidence:
    """By its key; Evidence.DoesNotExist for whoever may not see its report."""
    visible = ExceptionReport.objects.visible_to(user)
    return Evidence.objects.select_related("exception").get(key=key, exception__in=visible)
