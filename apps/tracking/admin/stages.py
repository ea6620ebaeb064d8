"""Stages and overruns by unit and partner, and partners' scorecards (TRK-5)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Facts, Report, ReportQuery, Table, number
from apps.core.templatetags.formatting import drawn_tag, tag
from apps.tracking.jobs import STAGES
from apps.tracking.models import PartnerAgreement, PartnerScore, StageOverrun
from apps.tracking.queries.scorecard import Scorecard, agreements_of, is_in_force, scorecard
from apps.tracking.queries.stage_report import StageRow, stage_rows


def _over(row: StageRow) -> Any:
    return format_html('<span class="clock-over">⚠ {}</span>', row.over) if row.over else "0"


STAGE_COLUMNS = (
    Column("stage", _("Stage"), lambda row: tag(row.stage)),
    Column("unit", _("Unit or partner"), lambda row: row.unit or row.carrier),
    number("ended", _("Ended")),
    number("running", _("Still running")),
    number("over", _("Over standard"), _over),
    number("over_share", _("Share over")),
    number("average", _("Average hours")),
    number("average_over", _("Average over (h)")),
    number("longest_over", _("Longest over (h)")),
)


class StageReport(Report):
    title = _("Stages and overruns")
    permission = "tracking.view_stageoverrun"
    about = _(
        "Shipments accepted in these days, each stage with the unit or partner that answers for it, against"
        " the standard times of its service level or agreement."
    )
    form = PeriodReportForm
    export = STAGES

    def parts(self, query: ReportQuery) -> list[Table]:
        empty = _("No shipment was accepted in these days. Choose others.")
        rows = stage_rows(**query.values, user=query.user, now=query.at)
        return [Table(STAGE_COLUMNS, rows, empty=empty)]


@admin.register(StageOverrun)
class StageOverrunAdmin(ReportAdmin):
    list_report = StageReport()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """A stage is a line of the report; the shipment has a page of its own, masked."""
        return redirect("admin:tracking_waybill_change", object_id)


def _agreement_columns(at: datetime) -> tuple[Column, ...]:
    return (
        Column("area", _("Area"), is_link=True),
        Column("valid", _("Valid"), lambda row: _validity(row, at)),
        number("pickup_hours", _("Pickup (h)")),
        number("line_haul_hours", _("Line-haul (h)")),
        number("delivery_hours", _("Delivery (h)")),
        number("receipt_return_hours", _("Receipt return (h)")),
        Column("liability", _("Liability"), lambda row: truncatechars(row.liability, 80)),
    )


def _validity(agreement: PartnerAgreement, at: datetime) -> SafeString:
    there = is_in_force(agreement, at)
    words = gettext("In force") if there else gettext("Not in force")
    until = f"{agreement.valid_until:%Y-%m-%d}" if agreement.valid_until else ""
    drawn = drawn_tag("green" if there else "grey", words)
    return format_html("{} {} – {}", drawn, f"{agreement.valid_from:%Y-%m-%d}", until)


class ScoreReport(Report):
    """How one partner does, and what was agreed with it."""

    title = _("partner scorecard")
    permission = "tracking.view_partnerscore"
    form = PeriodReportForm

    def parts(self, query: ReportQuery) -> list[Any]:
        card = scorecard(query.subject, **query.values, user=query.user, now=query.at)
        return [
            Facts(_facts(card)),
            Table(
                STAGE_COLUMNS,
                card.stages,
                title=_("Stages this partner answered for"),
                empty=_("It handled no stage in these days."),
            ),
            Table(
                _agreement_columns(query.at),
                list(agreements_of(query.subject)),
                title=_("Agreements"),
                address=lambda row: reverse(
                    "admin:tracking_partneragreement_change", args=[row.pk]
                ),
                empty=_("No agreement is on record. A partner carries only under one: add it."),
            ),
        ]


def _facts(card: Scorecard) -> list[tuple[Any, Any]]:
    on_time = f" ({card.on_time} / {card.promised})"
    return [
        (_("Shipments"), card.volume),
        (_("Delivered"), card.delivered),
        (_("On time"), _share(card.on_time_share, after=on_time) or "—"),
        (
            _("With trouble on the way"),
            f"{card.troubled} {_share(card.troubled_share, '(', ')')}".rstrip(),
        ),
        (_("Lost or damaged"), card.lost_or_damaged),
        (_("Stages over standard"), card.overruns),
    ]


def _share(percent: Decimal | None, before: str = "", after: str = "") -> str:
    return "" if percent is None else f"{before}{percent} %{after}"


@admin.register(PartnerScore)
class PartnerScoreAdmin(ReportAdmin):
    list_display = ["code", "name", "is_active"]
    search_fields = ["code", "name"]
    record_report = ScoreReport()
