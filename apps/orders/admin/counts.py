"""The day's order counts: what customers say they sent, what came in (ORD-1)."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.accounts.staff import person
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act
from apps.backoffice.forms.reports import DayReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Report, ReportQuery, Table, number
from apps.backoffice.staff_admin import must
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.orders import queries, services
from apps.orders.enums import CountStatus
from apps.orders.forms import CountForm, ExplainForm
from apps.orders.models import DeclaredCount

EXPLAIN = Act(
    "explain",
    gettext_lazy("Explain the difference"),
    "orders.resolve_declaredcount",
    lambda d: services.resolve_count(
        count_id=d.record.pk, explanation=d.typed["explanation"], **d.who
    ),
    explains=gettext_lazy("The difference leaves the queue; the explanation stays with the day."),
    done=gettext_lazy("The difference is explained."),
    form=ExplainForm,
    may=lambda count: count.status == CountStatus.MISMATCH,
)


def _day_page(day: date) -> str:
    return f"{reverse('admin:orders_declaredcount_day')}?day={day:%Y-%m-%d}"


def _explain(count: DeclaredCount) -> str:
    return reverse("admin:orders_declaredcount_act", args=[count.pk, EXPLAIN.name])


class DayCounts(Report):
    """Each customer that sends in bulk, with a field for the number it told; open differences below."""

    where, name = "day/", "day"
    title = gettext_lazy("Orders sent and received")
    permission = "orders.view_declaredcount"
    form = DayReportForm
    template = "orders/day_counts.html"

    def parts(self, query: ReportQuery) -> list[Table]:
        may_explain = EXPLAIN.allows(query.user)
        return [
            Table(
                (
                    Column("day", gettext_lazy("Day"), lambda count: f"{count.day:%Y-%m-%d}"),
                    Column("customer", gettext_lazy("customer")),
                    number("declared", gettext_lazy("Sent, says the customer")),
                    number("received", gettext_lazy("received")),
                    Column(
                        "explain", "", lambda _count: may_explain and EXPLAIN.label, is_link=True
                    ),
                ),
                queries.open_mismatches(user=query.user),
                title=gettext_lazy("Open differences of all days"),
                address=_explain if may_explain else lambda _count: "",
                empty=gettext_lazy("None. A difference appears here the same day."),
            )
        ]

    def more(self, query: ReportQuery) -> dict[str, Any]:
        return {
            "lines": queries.day_sheet(query.values["day"], user=query.user),
            "may_declare": query.user.has_perm("orders.add_declaredcount"),
            "may_explain": EXPLAIN.allows(query.user),
        }


@admin.register(DeclaredCount)
class DeclaredCountAdmin(ActAdmin, ReportAdmin):
    acts, reports = (EXPLAIN,), (DayCounts(),)
    list_display = ("day", "customer", "declared", "received", "status_tag", "explanation")
    list_filter = ("status", "day")
    list_select_related = ("customer",)
    search_fields = ("customer__code",)
    ordering = ("-day", "-id")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("day/declare/", require_POST(self.declare_view), "declare"), *super().own_pages()]

    def page_of(self, record: DeclaredCount) -> str:
        return reverse("admin:orders_declaredcount_day")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeclaredCount]:
        visible = Customer.objects.visible_to(person(request))
        counts: QuerySet[DeclaredCount] = super().get_queryset(request)
        return counts.filter(customer__in=visible)

    def declare_view(self, request: HttpRequest) -> HttpResponse:
        """POST: a number that a customer told for a day."""
        must(request, "orders.add_declaredcount")
        user = person(request)
        form = CountForm(request.POST, user=user)
        if not form.is_valid():
            messages.error(request, _("Enter a whole number of orders."))
            return redirect(_day_page(form.cleaned_data.get("day") or timezone.localdate()))
        try:
            services.declare_count(**form.cleaned_data, by=user, at=timezone.now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The number is kept and compared."))
        return redirect(_day_page(form.cleaned_data["day"]))

    @admin.display(description=gettext_lazy("status"))
    def status_tag(self, count: DeclaredCount) -> SafeString:
        return self.tag(CountStatus(count.status))
