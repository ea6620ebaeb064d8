"""Satisfaction surveys: what people answered, the figures of a time, how many are asked a day."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, moment, one_of
from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import RecordAdmin, ReferenceAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Report, ReportQuery, Table, number
from apps.core.masking import mask_name, mask_text
from apps.core.templatetags.formatting import status_tag
from apps.core.times import day_start, human
from apps.customers.models import Customer
from apps.surveys import services
from apps.surveys.enums import SurveyAudience, SurveyState
from apps.surveys.models import SurveyAsk, SurveyPlan
from apps.surveys.queries import SurveyFigures, survey_figures, survey_list

LONGEST_SHOWN = 200
FIGURES = "admin:surveys_surveyask_figures"
LIST = "admin:surveys_surveyask_changelist"


class SurveyFilters(FilterForm):
    audience = one_of(SurveyAudience, _("who is asked"))
    state = one_of(SurveyState, _("state"))
    score = one_of([(str(n), str(n)) for n in range(1, 6)], _("satisfaction, 1–5"))
    asked_from = moment(_("from"))
    asked_to = moment(_("asked before"))


def _who(ask: SurveyAsk) -> str:
    """Masked; whom it is about stands with the shipment or the contact."""
    if ask.contact is not None:
        return mask_name(ask.contact.name)
    return mask_name(ask.waybill.consignee_name) if ask.waybill else ""


class SurveyList(StaffList):
    title = _("Satisfaction surveys")
    columns = (
        Column("asked", _("asked"), lambda ask: human(ask.asked_at), sorts=("newest", "oldest")),
        Column("audience", _("who is asked"), lambda ask: status_tag(ask, "audience")),
        Column("who", _("name"), _who),
        Column("customer", _("customer"), lambda ask: ask.customer.display_name),
        Column("waybill", _("waybill"), lambda ask: ask.waybill.number if ask.waybill else ""),
        Column("state", _("state"), lambda ask: status_tag(ask, "state")),
        Column("score", _("satisfaction, 1–5"), lambda ask: ask.score or "", is_number=True),
        Column("words", _("in their words"), lambda ask: mask_text(ask.words)[:LONGEST_SHOWN]),
    )
    views = (
        View("answered", _("Answered")),
        View("dissatisfied", _("Dissatisfied")),
        View("waiting", _("Asked, no answer yet")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-asked_at", "-pk")),
        Sort("oldest", _("Oldest first"), ("asked_at", "pk")),
    )
    filters = SurveyFilters
    empty = _(
        "No answer yet. Each day some contacts and consignees are asked; the plan says how many."
    )

    def rows(self, query: ListQuery) -> "QuerySet[SurveyAsk]":
        rows = survey_list(query.view).filter(customer__in=Customer.objects.visible_to(query.user))
        for name, lookup in (
            ("audience", "audience"),
            ("state", "state"),
            ("score", "score"),
            ("asked_from", "asked_at__gte"),
            ("asked_to", "asked_at__lt"),
        ):
            if query.values.get(name):
                rows = rows.filter(**{lookup: query.values[name]})
        return rows


def share(part: float | None) -> str:
    """0.254 → “25.4 %”; nothing of nobody."""
    return "" if part is None else f"{100 * part:.1f} %"


def _mean(row: SurveyFigures) -> str:
    return "" if row.mean is None else f"{row.mean:.2f}"


class SurveyReport(Report):
    where, name = "figures/", "figures"
    title = _("Figures of the satisfaction surveys")
    permission = "surveys.view_surveyask"
    about = _(
        "By when they were asked. The share is of those whose message went out; satisfied are 4 and 5. Answers "
        "about cases are not among them."
    )
    form = PeriodReportForm

    def parts(self, query: ReportQuery) -> list[Table]:
        first, last = query.values["first_day"], query.values["last_day"]
        times = {"asked_from": f"{first:%Y-%m-%d}T00:00", "asked_to": f"{last:%Y-%m-%d}T23:59"}
        customers = Customer.objects.visible_to(query.user)
        rows = survey_figures(day_start(first), day_start(last, days=1), customers=customers)

        def address(row: SurveyFigures) -> str:
            asked = "&".join(f"{name}={value}" for name, value in times.items())
            return f"{reverse(LIST)}?view=all&audience={row.audience}&{asked}"

        return [
            Table(
                columns=(
                    Column("audience", _("who is asked"), _audience, is_link=True),
                    number("chosen", _("chosen")),
                    number("asked", _("people asked")),
                    number("answered", _("people answered")),
                    number("share", _("response share"), lambda row: share(row.share)),
                    number("mean", _("mean, 1–5"), _mean),
                    number("csat", _("satisfied (4–5)"), lambda row: share(row.csat)),
                    number("dissatisfied", _("dissatisfied (1–2)")),
                ),
                rows=rows,
                address=address,
                foot=_foot(rows),
            )
        ]


def _audience(row: SurveyFigures) -> str:
    return str(SurveyAudience(row.audience).label)


def _foot(rows: list[SurveyFigures]) -> tuple[Any, ...]:
    asked, answered = (sum(getattr(r, name) for r in rows) for name in ("asked", "answered"))
    satisfied = sum(row.satisfied for row in rows)
    points = sum((row.mean or 0) * row.answered for row in rows)
    return (
        gettext("Together"),
        sum(row.chosen for row in rows),
        asked,
        answered,
        share(answered / asked if asked else None),
        f"{points / answered:.2f}" if answered else "",
        share(satisfied / answered if answered else None),
        sum(row.dissatisfied for row in rows),
    )


@admin.register(SurveyAsk)
class SurveyAskAdmin(ReportAdmin, ListAdmin, RecordAdmin):
    listing = SurveyList()
    reports = (SurveyReport(),)
    list_select_related = ("customer", "waybill", "contact")
    fields = (
        "audience",
        "customer",
        "waybill",
        "asked_at",
        "state",
        "score",
        "masked_words",
        "answered_at",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SurveyAsk]":
        seen = Customer.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff are users
        return super().get_queryset(request).filter(customer__in=seen)  # type: ignore[no-any-return]  # of SurveyAsk

    @admin.display(description=_("in their words"))
    def masked_words(self, ask: SurveyAsk) -> str:
        return mask_text(ask.words)


@admin.register(SurveyPlan)
class SurveyPlanAdmin(ReferenceAdmin):
    save_by = services.change_survey_plan
    list_display = ("audience", "is_active", "per_day", "from_hour", "seed", "changed_at")
    readonly_fields = ("audience",)
    ordering = ("audience",)
