"""Who may do live work, what is required for it, and calls that leaders listened to (STF-1)."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.forms import ReasonForm
from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import status_tag
from apps.core.times import local
from apps.training import forms, services
from apps.training.admin.leaders import by_whom
from apps.training.enums import Area, Basis, ObservationPoint
from apps.training.models import Observation, Qualification, Requirement
from apps.training.queries import led_by

SOON = timedelta(days=30)


class QualificationFilters(FilterForm):
    area = one_of(Area, _("area of work"))
    basis = one_of(Basis, _("on what grounds"))


def _until(row: Qualification) -> SafeString | str:
    if row.revoked_at is not None:
        return format_html(
            '{} <span class="tag tag-red">{}</span>', local(row.until), gettext("revoked")
        )
    return local(row.until)


class QualificationList(StaffList):
    title = _("Qualifications")
    columns = (
        Column("user", _("colleague"), lambda row: row.user.display_name, is_link=True),
        Column("area", _("area of work"), lambda row: status_tag(row, "area")),
        Column("basis", _("on what grounds"), lambda row: status_tag(row, "basis")),
        Column("since", _("since"), lambda row: local(row.since)),
        Column("until", _("until"), _until, sorts=("until",)),
        Column("by", _("by")),
    )
    views = (
        View("current", _("In force")),
        View("ending", _("End within 30 days"), sort="until"),
        View("ended", _("Ended")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-pk",)),
        Sort("until", _("What ends next"), ("until", "pk")),
    )
    filters = QualificationFilters
    empty = _("Nobody is qualified yet. Whoever passes an exam that is required stands here.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = Qualification.objects.filter(user__in=led_by(query.user))
        rows = rows.select_related("user", "by")
        if query.view in ("current", "ending"):
            rows = rows.filter(until__gt=query.at)
        if query.view == "ending":
            rows = rows.filter(until__lte=query.at + SOON)
        if query.view == "ended":
            rows = rows.filter(until__lte=query.at)
        chosen = {name: query.values.get(name) for name in ("area", "basis")}
        return rows.filter(**{name: value for name, value in chosen.items() if value})


def _waive(context: ActContext) -> Qualification:
    return services.waive(**context.typed, **context.who)


def _in_force(row: Qualification) -> bool:
    return row.until > timezone.now()


WAIVE = Act("waive", _("Give a waiver"), "training.waive_qualification", _waive, form=forms.WaiverForm, options=by_whom,
    explains=_("They may work there without the exam until that day, and you answer for it."))  # fmt: skip
REVOKE = Act("revoke", _("Revoke"), "training.revoke_qualification", on_subject(services.revoke), form=ReasonForm, may=_in_force, danger=True,
    explains=_("They may not work there from now on; their open cases go to the director on duty."), done=_("Revoked."))  # fmt: skip


@admin.register(Qualification)
class QualificationAdmin(ListAdmin, PanelAdmin):
    acts, entry = (REVOKE,), WAIVE
    listing = QualificationList()
    add_label = _("Give a waiver")
    page_template = "training/qualification.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Qualification]":
        rows = super().get_queryset(request)
        rows = rows.select_related("user", "by", "revoked_by", "attempt__exam")
        return rows.filter(user__in=led_by(request.user))  # type: ignore[arg-type,no-any-return]  # staff are users

    def facts(self, request: HttpRequest, record: Qualification) -> dict[str, Any]:
        return {"title": str(record), "acts": self.offered(request, record)}


def _set(context: ActContext) -> Requirement:
    return services.set_requirement(**context.typed, **context.who)


def _not_ended(row: Requirement) -> bool:
    return row.until is None


SET = Act("set", _("Set a requirement"), "training.set_requirement", _set, form=forms.RequirementForm, danger=True,
    explains=_("From now on whoever holds the role works there only when qualified. They are enrolled in the courses;"
               " those who are here can be given waivers until a day, so that work goes on."))  # fmt: skip
END = Act("end", _("End it"), "training.set_requirement", on_subject(services.end_requirement), may=_not_ended, danger=True,
    explains=_("Whoever holds the role may work there again without an exam."), done=_("Ended."))  # fmt: skip


@admin.register(Requirement)
class RequirementAdmin(PanelAdmin):
    acts, entry = (END,), SET
    add_label = _("Set a requirement")
    page_template = "training/requirement.html"
    list_display = ("role", "area", "exam", "valid_months", "needs_observation", "since", "until")
    list_select_related = ("exam",)
    ordering = ("until", "area", "role")

    def facts(self, request: HttpRequest, record: Requirement) -> dict[str, Any]:
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "courses": list(record.courses.all()),
        }


def _observe(context: ActContext) -> Observation:
    return services.observe(**context.typed, **context.who)


OBSERVE = Act("observe", _("Enter an observation"), "training.add_observation", _observe, form=forms.ObservationForm, options=by_whom,
    explains=_("You have listened to a real call. It counts if every point was kept."))  # fmt: skip


@admin.register(Observation)
class ObservationAdmin(PanelAdmin):
    entry = OBSERVE
    add_label = _("Enter an observation")
    page_template = "training/observation.html"
    list_display = ("user", "area", "about", "passed", "by", "at")
    list_select_related = ("user", "by")
    list_filter = ("area", "passed")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Observation]":
        rows = super().get_queryset(request).select_related("user", "by")
        return rows.filter(user__in=led_by(request.user))  # type: ignore[arg-type,no-any-return]  # staff are users

    def facts(self, request: HttpRequest, record: Observation) -> dict[str, Any]:
        points = [(one, one.value in record.points_met) for one in ObservationPoint]
        return {"title": str(record), "points": points}
