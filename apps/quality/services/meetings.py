"""Review meetings on serious exceptions, with their minutes (CMP-5)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.quality.enums import MeetingState
from apps.quality.models import ExceptionReport, ReviewItem, ReviewMeeting
from apps.quality.states import MEETING_MOVES


@transaction.atomic
def plan_meeting(
    *,
    title: str,
    unit: Unit,
    planned_for: datetime,
    exception_ids: Collection[int],
    people: Collection[User],
    by: User,
    at: datetime,
) -> ReviewMeeting:
    """Put exceptions on the agenda of a meeting; those ``by`` may not see are refused."""
    title = one_line(needed(title, "title", most=120), most=120)
    reports = list(
        ExceptionReport.objects.visible_to(by).filter(pk__in=exception_ids).order_by("pk")
    )
    if not reports or len(reports) != len(set(exception_ids)):
        raise BadInput(
            _("Choose the exceptions to review."), code="bad_exceptions", field="exceptions"
        )
    meeting = ReviewMeeting.objects.create(
        title=title, unit=unit, planned_for=planned_for, created_by=by
    )
    meeting.people.set(people)
    ReviewItem.objects.bulk_create(ReviewItem(meeting=meeting, exception=r) for r in reports)
    data = {
        "planned_for": planned_for,
        "exceptions": [report.number for report in reports],
        "recipients": [person.pk for person in people],
    }
    record("meeting.planned", meeting, by=by, at=at, data=data)
    return meeting


@transaction.atomic
def hold_meeting(
    *,
    meeting_id: int,
    minutes: str,
    conclusions: Mapping[int, str],
    by: User,
    at: datetime,
) -> ReviewMeeting:
    """It took place: minutes, and a conclusion for each exception on the agenda (by its id).
    RuleBroken ``not_seen`` for whoever may not see one of them."""
    minutes = needed(minutes, "minutes")
    meeting = ReviewMeeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    MEETING_MOVES.check(MeetingState(meeting.state), MeetingState.HELD)
    items = list(meeting.items.select_related("exception"))
    agenda = [item.exception_id for item in items]
    if ExceptionReport.objects.visible_to(by).filter(pk__in=agenda).count() < len(agenda):
        raise RuleBroken(
            _(
                "The agenda names exceptions of other units; whoever sees them all writes the minutes."
            ),
            code="not_seen",
        )
    for item in items:
        conclusion = conclusions.get(item.exception_id, "")
        if not conclusion.strip():
            raise BadInput(
                _("Say what the meeting concluded on %(number)s.")
                % {"number": item.exception.number},
                code="conclusion_missing",
                field="conclusions",
            )
        item.conclusion = one_line(conclusion, most=500)
    ReviewItem.objects.bulk_update(items, ["conclusion"])
    meeting.state, meeting.minutes = MeetingState.HELD, minutes
    meeting.held_at, meeting.held_by = at, by
    meeting.save()
    record("meeting.held", meeting, by=by, at=at, data={"count": len(items)})
    for item in items:
        data = {"note": item.conclusion, "meeting": meeting.title}
        record("exception.reviewed", item.exception, by=by, at=at, data=data)
    return meeting


@transaction.atomic
def drop_meeting(*, meeting_id: int, reason: str, by: User, at: datetime) -> ReviewMeeting:
    """It does not take place; its exceptions wait for another."""
    reason = one_line(needed(reason, "reason", most=200), most=200)
    meeting = ReviewMeeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    MEETING_MOVES.check(MeetingState(meeting.state), MeetingState.DROPPED)
    meeting.state = MeetingState.DROPPED
    meeting.save(update_fields=["state"])
    record("meeting.dropped", meeting, by=by, at=at, data={"reason": reason})
    return meeting
