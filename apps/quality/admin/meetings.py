"""Review meetings: serious exceptions, who takes part, the minutes (CMP-5)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import put_refusal
from apps.backoffice.records import PanelAdmin
from apps.core.errors import RuleBroken
from apps.quality import services
from apps.quality.enums import MeetingState
from apps.quality.forms.exceptions import MeetingForm, MinutesForm, ReasonForm
from apps.quality.models import ReviewMeeting
from apps.quality.queries.exceptions import awaiting_review, meetings

HOLD = "quality.hold_reviewmeeting"
MOST = 100
MOST_NAMED = 2  # in a line of the list


def _hold(context: ActContext) -> None:
    minutes, conclusions = context.typed["minutes"], context.form.conclusions()
    services.hold_meeting(
        meeting_id=context.record.pk, minutes=minutes, conclusions=conclusions, **context.who
    )


def _drop(context: ActContext) -> None:
    services.drop_meeting(meeting_id=context.record.pk, **context.typed, **context.who)


def _seen(meeting: ReviewMeeting) -> list[Any]:
    """What is on the agenda, as far as whoever looks may see it; as ``queries`` found it."""
    return [item for item in meeting.items.all() if getattr(item, "is_seen", False)]


def _agenda(context: ActContext) -> dict[str, Any]:
    items = [
        (item.exception_id, f"{item.exception.number} {item.exception.title}")
        for item in _seen(context.record)
    ]
    return {"items": items}


def _is_planned(meeting: ReviewMeeting) -> bool:
    return meeting.state == MeetingState.PLANNED


def _can_be_held(meeting: ReviewMeeting) -> bool:
    """Who writes what was concluded on each sees each."""
    return _is_planned(meeting) and len(_seen(meeting)) == len(meeting.items.all())


@admin.register(ReviewMeeting)
class ReviewMeetingAdmin(PanelAdmin):
    list_display = ["title", "unit", "planned_for", "stands", "agenda", "led_by"]
    list_select_related = ["unit", "held_by"]
    list_filter = ["state"]
    search_fields = ["title"]
    search_help_text = _("subject in brief")
    ordering = ["-planned_for", "-id"]
    page_template = "quality/meeting.html"
    acts = (
        Act("hold", _("It took place: minutes and conclusions"), HOLD, _hold,
            done=_("The minutes are on record."), form=MinutesForm, may=_can_be_held,
            options=_agenda, is_panel=True),
        Act("drop", _("It does not take place"), HOLD, _drop,
            done=_("Dropped. Its exceptions wait for another meeting."), form=ReasonForm,
            may=_is_planned, danger=True, is_panel=True),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReviewMeeting]":
        return meetings(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(HOLD)

    @admin.display(description=_("state"))
    def stands(self, meeting: ReviewMeeting) -> SafeString:
        return self.tag(MeetingState(meeting.state))

    @admin.display(description=_("agenda"))
    def agenda(self, meeting: ReviewMeeting) -> str:
        numbers = [item.exception.number for item in _seen(meeting)][:MOST_NAMED]
        more = len(meeting.items.all()) - len(numbers)
        return ", ".join(numbers + ([f"+{more}"] if more else []))

    @admin.display(description=_("led by"), ordering="held_by__display_name", empty_value="—")
    def led_by(self, meeting: ReviewMeeting) -> Any:
        return meeting.held_by

    def facts(self, request: HttpRequest, meeting: ReviewMeeting) -> dict[str, Any]:
        items = _seen(meeting)
        return {
            "title": meeting.title,
            "state": MeetingState(meeting.state),
            "items": items,
            "hidden": len(meeting.items.all()) - len(items),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Choose from the serious ones that no meeting has looked at yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        waiting = list(awaiting_review(person(request))[:MOST])
        form = MeetingForm(request.POST if request.method == "POST" else None)
        chosen = {int(pk) for pk in request.POST.getlist("exception") if pk.isdigit()}
        if request.method == "POST" and form.is_valid():
            values = dict(form.cleaned_data)
            try:
                meeting = services.plan_meeting(
                    **values, exception_ids=chosen, by=person(request), at=timezone.now()
                )
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("The meeting is planned."))
                return redirect("admin:quality_reviewmeeting_change", meeting.pk)
        answer = self.page(
            request,
            "quality/meeting_plan.html",
            _("Plan a review meeting"),
            form=form,
            waiting=waiting,
            chosen=chosen,
        )
        answer.status_code = 422 if form.errors else 200
        return answer
