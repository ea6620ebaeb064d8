"""The day's order counts: what customers say they sent, what came in (ORD-1)."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.staff import person
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act
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


@admin.register(DeclaredCount)
class DeclaredCountAdmin(ActAdmin):
    acts = (EXPLAIN,)
    list_display = ("day", "customer", "declared", "received", "status_tag", "explanation")
    list_filter = ("status", "day")
    list_select_related = ("customer",)
    search_fields = ("customer__code",)
    ordering = ("-day", "-id")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("day/", self.day_view, "day")]

    def page_of(self, record: DeclaredCount) -> str:
        return reverse("admin:orders_declaredcount_day")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeclaredCount]:
        visible = Customer.objects.visible_to(person(request))
        counts: QuerySet[DeclaredCount] = super().get_queryset(request)
        return counts.filter(customer__in=visible)

    def day_view(self, request: HttpRequest) -> HttpResponse:
        must(request, "orders.view_declaredcount")
        day = _day(request.GET.get("day"))
        user = person(request)
        if request.method == "POST":
            must(request, "orders.add_declaredcount")
            form = CountForm(request.POST, user=user)
            if form.is_valid():
                try:
                    services.declare_count(**form.cleaned_data, by=user, at=timezone.now())
                except RuleBroken as refusal:
                    messages.error(request, str(refusal))
                else:
                    messages.success(request, _("The number is kept and compared."))
                day = form.cleaned_data["day"]
            else:
                messages.error(request, _("Enter a whole number of orders."))
            where = reverse("admin:orders_declaredcount_day")
            return redirect(f"{where}?day={day:%Y-%m-%d}")
        return self.page(
            request,
            "orders/day_counts.html",
            _("Orders sent and received"),
            day=day,
            lines=queries.day_sheet(day, user=user),
            mismatches=queries.open_mismatches(user=user),
            may_declare=request.user.has_perm("orders.add_declaredcount"),
            may_explain=request.user.has_perm("orders.resolve_declaredcount"),
        )

    @admin.display(description=gettext_lazy("status"))
    def status_tag(self, count: DeclaredCount) -> SafeString:
        return self.tag(CountStatus(count.status))


def _day(text: str | None) -> date:
    try:
        return parse_date(text or "") or timezone.localdate()
    except ValueError:
        return timezone.localdate()
