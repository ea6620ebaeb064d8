"""Tariffs: whose prices for which service, with their versions; “What would it cost?” (BIL-1)."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import in_words, must
from apps.customers.models import Customer
from apps.customers.queries import matching
from apps.pricing import services
from apps.pricing.admin.rights import DRAFT, TRY
from apps.pricing.forms import DraftForm, TariffForm, TryForm
from apps.pricing.models import Tariff, TariffVersion
from apps.pricing.queries.pricing import explain_price, rate_shipment
from apps.pricing.queries.service_names import service_name
from apps.pricing.rating import Unrated, yuan


class OwnOrListFilter(admin.SimpleListFilter):
    title, parameter_name = _("for whom"), "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("list", _("list price")), ("own", _("of a customer"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("list", "own"):
            return queryset.filter(customer__isnull=self.value() == "list")
        return queryset


def visible_tariffs(request: HttpRequest, rows: QuerySet[Any], path: str = "") -> QuerySet[Any]:
    """List prices, and those of customers whom this person may see; ``path`` leads to the tariff."""
    seen = Customer.objects.visible_to(person(request))
    return rows.filter(
        Q(**{f"{path}customer__isnull": True}) | Q(**{f"{path}customer__in": seen})
    ).select_related(f"{path}customer")


def _draft(context: ActContext) -> Any:
    version = services.draft_version(tariff=context.record, **context.typed, **context.who)
    return _("The draft is there: %(version)s.") % {"version": version}


@admin.register(Tariff)
class TariffAdmin(PanelAdmin):
    list_display = ["name", "service_called", "whose", "in_force", "drafts"]
    list_filter = [OwnOrListFilter, ("service", in_words(service_name))]
    search_fields = ["name"]
    search_help_text = _("name of the tariff, or the customer as you would look it up")
    ordering = ["service", "customer", "id"]
    page_template = "pricing/tariff.html"
    entry = Act(
        "enter",
        _("Enter a tariff"),
        DRAFT,
        lambda d: services.create_tariff(**d.typed, **d.who),
        explains=_("It prices nothing before a version of it is published."),
        done=_("The tariff is there. Draft its first version."),
        form=TariffForm,
        options=lambda d: {"user": d.by},
    )
    acts = (
        Act(
            "draft",
            _("Draft a version"),
            DRAFT,
            _draft,
            explains=_("Nobody pays by a draft. It is filled from a sheet, tried and published."),
            form=DraftForm,
            options=lambda d: {"tariff": d.record},
            initial=lambda d: {
                "since": timezone.localdate(d.at),
                "copied_from": d.record.versions.order_by("-since").first(),
            },
            is_panel=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        versions = TariffVersion.objects.select_related("published_by").order_by("-since", "-id")
        rows = visible_tariffs(request, super().get_queryset(request))
        return rows.prefetch_related(Prefetch("versions", versions))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = matching(Customer.objects.visible_to(person(request)), search_term)
        named = Q(name__icontains=search_term.strip())
        return queryset.filter(named | Q(customer__in=found.values("pk"))), False

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("try/", require_GET(self.try_view), "try")]

    @admin.display(description=_("service"), ordering="service")
    def service_called(self, tariff: Tariff) -> str:
        return service_name(tariff.service)

    @admin.display(description=_("for whom"))
    def whose(self, tariff: Tariff) -> str:
        return tariff.whose

    @admin.display(description=_("in force"), empty_value="—")
    def in_force(self, tariff: Tariff) -> Any:
        today = timezone.localdate()
        active = (v for v in tariff.versions.all() if not v.is_draft and v.since <= today)
        newest = next(active, None)
        return newest and newest.since

    @admin.display(description=_("drafts"))
    def drafts(self, tariff: Tariff) -> int:
        return sum(version.is_draft for version in tariff.versions.all())

    def facts(self, request: HttpRequest, tariff: Tariff) -> dict[str, Any]:
        today = timezone.localdate()
        versions = list(tariff.versions.all())
        active = (v for v in versions if not v.is_draft and v.since <= today)
        return {
            "title": tariff.name,
            "service": service_name(tariff.service),
            "versions": versions,
            "in_force": next(active, None),
        }

    def try_view(self, request: HttpRequest) -> HttpResponseBase:
        """What a shipment would cost by the prices in force, with every step."""
        must(request, TRY)
        initial = {"day": timezone.localdate(), "pieces": 1, "service": "standard"}
        given = request.GET if request.GET else None
        form = TryForm(given, initial=initial, user=person(request))
        context: dict[str, Any] = {"form": form}
        if form.is_bound and form.is_valid():
            try:
                price = rate_shipment(form.question())
                context["version"] = price.version
                context |= answer_of(price.version, form)
            except Unrated as refusal:
                context["refusal"] = refusal
        return self.page(request, "pricing/try.html", _("What would it cost?"), **context)


def answer_of(version: TariffVersion | None, form: TryForm) -> dict[str, Any]:
    """The price and its steps for the template, in yuan."""
    rated, steps = explain_price(version, form.shipment())
    explained = [
        (step.what, step.how, None if step.fen is None else yuan(step.fen)) for step in steps
    ]
    return {"total": yuan(rated.gross_fen), "steps": explained}
