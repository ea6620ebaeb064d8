"""A version of a tariff: what it says, tried, filled from a sheet, published (BIL-1)."""

import io
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ConfirmForm
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.core.errors import RuleBroken
from apps.pricing import services
from apps.pricing.admin.rights import DRAFT, PUBLISH, TRY
from apps.pricing.admin.tariffs import answer_of, visible_tariffs
from apps.pricing.enums import BillingEvent, VersionState
from apps.pricing.forms import ImportForm, PublishForm, TermsForm, TryForm
from apps.pricing.forms.tariffs import terms_of
from apps.pricing.models import TariffVersion
from apps.pricing.queries.effects import effects_of, last_month, shipments_of
from apps.pricing.queries.reading import read_tariff
from apps.pricing.rating import yuan
from apps.pricing.sheets import read_tariff_book, write_tariff_book
from apps.pricing.sheets.writing import tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 200  # of a part on the page; the sheet has all


def _import(context: ActContext) -> None:
    file = context.typed["file"]
    found = read_tariff_book(io.BytesIO(file.content))
    services.fill_draft(
        version=context.record,
        says=found.says,
        since=found.since,
        billing_event=found.billing_event,
        file=file.name,
        **context.who,
    )


def _preview(context: ActContext) -> dict[str, Any]:
    version = context.record
    first, last = last_month(timezone.localdate(context.at))
    effects = effects_of(version, shipments_of(version.tariff, first, last))
    changes = [
        {
            "key": change.key,
            "before": None if change.before is None else yuan(change.before),
            "after": None if change.after is None else yuan(change.after),
            "why": change.why,
        }
        for change in effects.changes
    ]
    sums = {name: yuan(getattr(effects, name)) for name in ("before", "after", "difference")}
    return {
        "preview_template": "pricing/_effects.html",
        "effects": effects,
        "sums": sums,
        "changes": changes,
        "first": first,
        "last": last,
    }


def _is_draft(version: TariffVersion) -> bool:
    return version.is_draft


@admin.register(TariffVersion)
class TariffVersionAdmin(PanelAdmin):
    list_display = ["title", "whose", "since", "stands", "published_at"]
    list_filter = ["state"]
    search_fields = ["tariff__name"]
    ordering = ["-since", "-id"]
    page_template = "pricing/version.html"
    acts = (
        Act(
            "publish",
            _("Publish"),
            PUBLISH,
            lambda d: services.publish_version(version=d.record, **d.typed, **d.who),
            explains=_(
                "From its first day on shipments are priced by it, and it can never be changed again. The preview shows what it changes for last month's shipments."
            ),
            done=_("The version is published."),
            form=PublishForm,
            may=_is_draft,
            preview=_preview,
        ),
        Act(
            "import",
            _("Fill from a sheet"),
            DRAFT,
            _import,
            done=_("The draft says what the sheet says."),
            form=ImportForm,
            may=_is_draft,
            is_panel=True,
        ),
        Act(
            "terms",
            _("Change how it weighs and rounds"),
            DRAFT,
            lambda d: services.change_terms(version=d.record, values=d.typed, **d.who),
            done=_("The draft is changed."),
            form=TermsForm,
            initial=lambda d: terms_of(d.record),
            may=_is_draft,
            is_panel=True,
        ),
        Act(
            "discard",
            _("Discard the draft"),
            DRAFT,
            lambda d: services.discard_draft(version=d.record, **d.who),
            explains=_("The draft is gone for good; published versions stay."),
            done=_("The draft is discarded."),
            form=ConfirmForm,
            may=_is_draft,
            danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("tariff", "published_by", "created_by")
        return visible_tariffs(request, rows, "tariff__")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("<int:version_id>/sheet/", require_GET(self.sheet_view), "sheet"),
            ("<int:version_id>/try/", require_GET(self.try_view), "try"),
        ]

    def page_of(self, record: Any) -> str:
        """That of the tariff, once the draft is gone."""
        if isinstance(record, TariffVersion) and record.pk:
            if TariffVersion.objects.filter(pk=record.pk).exists():
                return super().page_of(record)
            record = record.tariff
        return reverse("admin:pricing_tariff_change", args=[record.pk])

    @admin.display(description=_("tariff"), ordering="tariff__name")
    def title(self, version: TariffVersion) -> str:
        return str(version)

    @admin.display(description=_("for whom"))
    def whose(self, version: TariffVersion) -> str:
        return version.tariff.whose

    @admin.display(description=_("state"))
    def stands(self, version: TariffVersion) -> SafeString:
        return self.tag(VersionState(version.state))

    def history_of(self, record: Any) -> Any:
        return record.tariff

    def facts(self, request: HttpRequest, version: TariffVersion) -> dict[str, Any]:
        event = BillingEvent(version.billing_event)
        shown = tables(read_tariff(version), since=version.since, billing_event=event)
        parts = [
            {"title": title, "headings": headings, "rows": rows[:MOST_ROWS], "all": len(rows)}
            for title, headings, rows in shown
            if rows
        ]
        return {
            "title": str(version),
            "state": VersionState(version.state),
            "parts": parts,
            "acts": self.offered(request, version),
            "may_try": request.user.has_perm(TRY),
        }

    def offered(self, request: HttpRequest, record: Any) -> list[Act]:
        """Those that have a page of their own."""
        return [act for act in super().offered(request, record) if not act.is_panel]

    def sheet_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """The version as a workbook, to change and to read in again."""
        must(request, "pricing.view_tariffversion")
        version = self.seen(request, version_id)
        event = BillingEvent(version.billing_event)
        content = write_tariff_book(read_tariff(version), since=version.since, billing_event=event)
        answer = HttpResponse(content, content_type=XLSX)
        name = f"tariff-{version.tariff_id}-{version.since:%Y%m%d}.xlsx"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def try_view(self, request: HttpRequest, version_id: int) -> HttpResponseBase:
        """What a shipment would cost by this version, draft or not."""
        must(request, TRY)
        version = self.seen(request, version_id)
        given = request.GET if request.GET else None
        form = TryForm(given, initial={"pieces": 1}, user=person(request), is_of_version=True)
        context: dict[str, Any] = {"form": form, "version": version}
        if form.is_bound and form.is_valid():
            try:
                context |= answer_of(version, form)
            except RuleBroken as refusal:  # no price, or a draft with a hole
                context["refusal"] = refusal
        return self.page(request, "pricing/try.html", _("Try it"), **context)
