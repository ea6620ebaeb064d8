"""Waybills for staff: everything about a shipment on one page, personal data masked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import in_words
from apps.core.times import human, now
from apps.tracking import services
from apps.tracking.enums import Reason, Status
from apps.tracking.forms import waybills as forms
from apps.tracking.forms.stages import StageForm
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import Waybill
from apps.tracking.numbers import group_number
from apps.tracking.queries.public import clear_parties, masked_parties
from apps.tracking.queries.refusals import waiting_for
from apps.tracking.queries.stages_of import stages_of
from apps.tracking.queries.standards import level_name
from apps.tracking.queries.timeline import timeline
from apps.tracking.queries.waybill import matching
from apps.tracking.words import code_label


def _correct(context: ActContext) -> None:
    values = context.typed
    replacement = None
    if not values["withdraw"]:
        replacement = IncomingEvent(
            waybill_number=context.record.number,
            code=values["code"],
            occurred_at=values["occurred_at"],
            place=values["place"],
            text=values["text"],
        )
    services.correct_event(
        waybill=context.record,
        event_id=values["event"],
        replacement=replacement,
        reason=values["reason"],
        **context.who,
    )


def _simple(service: Any) -> Any:
    """A service that takes the waybill and what was typed, under the same names."""

    def run(context: ActContext) -> None:
        service(waybill=context.record, **context.typed, **context.who)

    return run


def _weigh(context: ActContext) -> None:
    volume = context.typed["volume_m3"]
    services.weigh_waybill(
        waybill=context.record,
        weight_g=int(context.typed["weight_kg"] * 1000),
        volume_cm3=None if volume is None else int(volume * 1_000_000),
        **context.who,
    )


def _reveal(context: ActContext) -> Any:
    services.reveal_waybill(waybill=context.record, **context.typed, **context.who)
    return clear_parties(context.record)


ACTS = (
    Act(
        "correct", _("Correct an event"), "tracking.correct_trackingevent", _correct,
        done=_("The event is corrected."), form=forms.CorrectionForm,
        options=lambda context: {"waybill": context.record}, is_panel=True,
    ),
    Act(
        "attach", _("Attach a partner's number"), "tracking.attach_partner_number",
        _simple(services.attach_partner_number), done=_("The number is attached."),
        form=forms.PartnerNumberForm, is_panel=True,
    ),
    Act(
        "weigh", _("Note its weight"), "tracking.weigh_waybill", _weigh,
        done=_("Noted. Its price is worked out anew."), form=forms.WeightForm,
        may=lambda waybill: waybill.status != Status.CANCELLED, is_panel=True,
        explains=_("What the scale says replaces what the order said. What changes in the price is"
                   " charged as a correction, in the payer's open month."),
    ),
    Act(
        "stage", _("Decide who carries a stage"), "tracking.assign_stage",
        _simple(services.assign_stage), done=_("It is decided and on record."), form=StageForm,
        may=lambda waybill: waybill.status != Status.CANCELLED, is_panel=True,
    ),
    Act(
        "reveal", _("Show names, phones and addresses"), "tracking.reveal_waybill", _reveal,
        form=forms.RevealForm, shows="tracking/waybill.html", is_panel=True,
    ),
)  # fmt: skip


class ProgressFilter(admin.SimpleListFilter):
    title = _("progress")
    parameter_name = "progress"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Still on the way")), ("done", _("Concluded"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Waybill]) -> QuerySet[Waybill]:
        if self.value() == "open":
            return rows.filter(concluded_at__isnull=True)
        return rows.filter(concluded_at__isnull=False) if self.value() == "done" else rows


@admin.register(Waybill)
class WaybillAdmin(PanelAdmin):
    acts = ACTS
    list_display = [
        *("shown_number", "status_tag", "customer", "customer_reference", "route"),
        *("last_news", "promised"),
    ]
    list_filter = ["status", ProgressFilter, "job_type", ("service_level", in_words(level_name))]
    search_fields = ["number"]
    search_help_text = _("Waybill number, partner's number, phone or customer's reference")
    ordering = ["-id"]
    page_template = "tracking/waybill.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Waybill]:
        visible = Waybill.objects.visible_to(request.user)  # type: ignore[arg-type]  # signed in, or the site refuses
        return visible.select_related("customer", "carrier", "responsible_unit")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Waybill], search_term: str
    ) -> tuple[QuerySet[Waybill], bool]:
        found = queryset.filter(matching(search_term)) if search_term.strip() else queryset
        return found, False

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {
            "title": group_number(subject.number),
            "status": Status(subject.status),
            "reason": Reason(subject.status_reason).label if subject.status_reason else "",
            "parties": masked_parties(subject),
            "history": [(row, code_label(row.code)) for row in timeline(subject)],
            "service_level": level_name(subject.service_level),
            "stages": stages_of(subject, now=now()),
            "decisions": subject.stage_assignments.select_related("carrier", "unit", "assigned_by")[
                :50
            ],
            "partner_numbers": subject.partner_numbers.select_related("carrier", "attached_by"),
            "waiting": waiting_for(subject.number)
            if request.user.has_perm("tracking.view_refusedevent")
            else [],
        }

    def show_result(
        self, request: HttpRequest, act: Act, context: ActContext, result: Any
    ) -> HttpResponseBase:
        """The page in clear, in this very answer and never again: no address leads to it."""
        panels = self.panels(request, context.record)
        return self.record_page(request, context.record, panels, parties=result, revealed=True)

    @admin.display(description=_("waybill number"), ordering="number")
    def shown_number(self, waybill: Waybill) -> str:
        return group_number(waybill.number)

    @admin.display(description=_("status"))
    def status_tag(self, waybill: Waybill) -> SafeString:
        return self.tag(Status(waybill.status))

    @admin.display(description=_("from – to"))
    def route(self, waybill: Waybill) -> str:
        return f"{waybill.origin_city or '—'} → {waybill.destination_city or '—'}"

    @admin.display(description=_("last news"))
    def last_news(self, waybill: Waybill) -> str:
        return human(waybill.last_event_at or waybill.status_at)

    @admin.display(description=_("promised by"), ordering="promised_at")
    def promised(self, waybill: Waybill) -> str:
        return human(waybill.promised_at)
