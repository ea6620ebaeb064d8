"""Waybills for staff: everything about a shipment on one page, personal data masked."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.staff_admin import in_words
from apps.core.errors import RuleBroken
from apps.core.times import human, now
from apps.tracking import services
from apps.tracking.admin.acting import Act, ActingAdmin, OpenAct
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

if TYPE_CHECKING:
    from django.forms import Form


def _correct(waybill: Waybill, form: "Form", **who: Any) -> None:
    values = form.cleaned_data
    replacement = None
    if not values["withdraw"]:
        replacement = IncomingEvent(
            waybill_number=waybill.number,
            code=values["code"],
            occurred_at=values["occurred_at"],
            place=values["place"],
            text=values["text"],
        )
    services.correct_event(
        waybill=waybill,
        event_id=values["event"],
        replacement=replacement,
        reason=values["reason"],
        **who,
    )


def _attach(waybill: Waybill, form: "Form", **who: Any) -> None:
    services.attach_partner_number(waybill=waybill, **form.cleaned_data, **who)


def _assign_stage(waybill: Waybill, form: "Form", **who: Any) -> None:
    services.assign_stage(waybill=waybill, **form.cleaned_data, **who)


def _reveal(waybill: Waybill, form: "Form", **who: Any) -> None:
    services.reveal_waybill(waybill=waybill, reason=form.cleaned_data["reason"], **who)


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
class WaybillAdmin(ActingAdmin):
    list_display = [
        *("shown_number", "status_tag", "customer", "customer_reference", "route"),
        *("last_news", "promised"),
    ]
    list_filter = ["status", ProgressFilter, "job_type", ("service_level", in_words(level_name))]
    search_fields = ["number"]
    search_help_text = _("Waybill number, partner's number, phone or customer's reference")
    ordering = ["-id"]
    page_template = "tracking/waybill.html"
    acts = (
        Act(
            "correct", _("Correct an event"), forms.CorrectionForm,
            "tracking.correct_trackingevent", _correct, _("The event is corrected."),
            about=lambda waybill: {"waybill": waybill},
        ),
        Act(
            "attach", _("Attach a partner's number"), forms.PartnerNumberForm,
            "tracking.attach_partner_number", _attach, _("The number is attached."),
        ),
        Act(
            "stage", _("Decide who carries a stage"), StageForm,
            "tracking.assign_stage", _assign_stage, _("It is decided and on record."),
            when=lambda waybill: waybill.status != Status.CANCELLED,
        ),
        Act(
            "reveal", _("Show names, phones and addresses"), forms.RevealForm,
            "tracking.reveal_waybill", _reveal, "",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Waybill]:
        visible = Waybill.objects.visible_to(request.user)  # type: ignore[arg-type]  # signed in, or the site refuses
        return visible.select_related("customer", "carrier", "responsible_unit")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Waybill], search_term: str
    ) -> tuple[QuerySet[Waybill], bool]:
        found = queryset.filter(matching(search_term)) if search_term.strip() else queryset
        return found, False

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        revealed = getattr(request, "revealed", False)
        return {
            "title": group_number(subject.number),
            "status": Status(subject.status),
            "reason": Reason(subject.status_reason).label if subject.status_reason else "",
            "parties": clear_parties(subject) if revealed else masked_parties(subject),
            "revealed": revealed,
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

    def _try(
        self, request: HttpRequest, tried: OpenAct, subject: Any
    ) -> HttpResponseRedirect | None:
        if tried.act.name != "reveal":
            return super()._try(request, tried, subject)
        if tried.form.is_valid():
            try:
                tried.act.run(subject, tried.form, by=request.user, at=now())
            except RuleBroken as refusal:
                tried.form.add_error("reason", str(refusal))
            else:
                # Shown in this very answer and never again: no address leads to clear data.
                request.revealed = True  # type: ignore[attr-defined]  # read by facts above
                tried.open = False
        return None

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
