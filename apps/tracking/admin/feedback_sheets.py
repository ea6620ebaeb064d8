"""The feedback sheet 信息反馈表: on screen, as a spreadsheet, on paper, and sent (TRK-4)."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.accounts.staff import person
from apps.backoffice.lists import Column
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.reports import Report, ReportQuery, Table
from apps.core.errors import RuleBroken
from apps.core.templatetags.formatting import drawn_tag, local, tag
from apps.customers.models import Customer
from apps.tracking.forms.feedback import SendForm, SheetForm
from apps.tracking.jobs import FEEDBACK
from apps.tracking.models import FeedbackSheet
from apps.tracking.queries.feedback import SheetRow, sheet_page, sheet_rows, sheets_sent
from apps.tracking.services.feedback import send_sheet


def _on_time(row: SheetRow) -> Any:
    if row.on_time is None:
        return ""
    yes = row.on_time
    return drawn_tag("green" if yes else "red", gettext("Yes") if yes else gettext("No"))


def _satisfaction(row: SheetRow) -> Any:
    if row.satisfaction is None:
        return ""
    return format_html("{} {}", tag(row.satisfaction), row.comment)


COLUMNS = (
    Column("accepted", _("Accepted on"), lambda row: local(row.accepted)),
    Column("work_order", _("Work order"), lambda row: row.work_order or row.reference),
    Column("number", _("Waybill number"), is_link=True),
    Column("destination", _("Going to")),
    Column("expected", _("Expected arrival"), lambda row: local(row.expected)),
    Column("arrived", _("Actual arrival"), lambda row: local(row.arrived)),
    Column("status", _("Status"), lambda row: tag(row.status)),
    Column("on_time", _("On time?"), _on_time),
    Column("satisfaction", _("Satisfied?"), _satisfaction),
)


class SheetReport(Report):
    """The sheet on screen, a page at a time."""

    where, name = "sheet/", "sheet"
    title = _("Feedback sheet")
    permission = "tracking.view_feedbacksheet"
    form = SheetForm
    export = FEEDBACK
    template = "tracking/feedback.html"

    def parts(self, query: ReportQuery) -> list[Table]:
        form = cast(SheetForm, query.form)
        if (wanted := form.wanted()) is None:
            return [
                Table(
                    COLUMNS,
                    (),
                    empty=_(
                        "Choose a customer and days: each shipment accepted in them will be listed with its"
                        " arrival and the customer's answer."
                    ),
                )
            ]
        before = int(query.place) if query.place.isdecimal() else None
        rows, following = sheet_page(wanted, user=query.user, before=before)
        return [
            Table(
                COLUMNS,
                rows,
                address=lambda row: reverse(
                    "admin:tracking_delivery_change", args=[row.waybill_id]
                ),
                empty=_("No shipment fits. Choose other days, or other filters."),
                further=(_("Earlier shipments"), query.address_with(after=following))
                if following
                else None,
            )
        ]

    def links(self, query: ReportQuery) -> list[tuple[Any, str]]:
        if query.values["customer"] is None:
            return []
        return [
            (_("Print view"), reverse("admin:tracking_feedbacksheet_print") + query.address_with())
        ]

    def more(self, query: ReportQuery) -> dict[str, Any]:
        customer = query.values["customer"]
        if customer is None:
            return {}
        return {
            "sent": sheets_sent(customer.pk),
            "may_send": query.user.has_perm("tracking.send_feedbacksheet"),
            "send_form": SendForm(initial={"channel": customer.feedback_channel}),
        }


@admin.register(FeedbackSheet)
class FeedbackSheetAdmin(ReportAdmin):
    """The list is of sheets sent; the sheet itself is the page “sheet”."""

    reports = (SheetReport(),)
    list_display = [
        "customer",
        "first_day",
        "last_day",
        "channel",
        "shipments",
        "sent_at",
        "sent_by",
    ]
    list_filter = ["channel", "sent_at"]
    search_fields = ["customer__code", "customer__name"]
    list_select_related = ["customer", "sent_by"]
    exclude = ["recipient"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FeedbackSheet]":
        seen = Customer.objects.visible_to(person(request))
        return FeedbackSheet.objects.filter(customer__in=seen).order_by("-pk")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("sheet/print/", self.on_paper, "print"),
            ("sheet/send/", require_POST(self.send), "send"),
            *super().own_pages(),
        ]

    def on_paper(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = timezone.now()
        form = SheetForm(request.GET, user=request.user, at=at)
        if (wanted := form.wanted()) is None:
            return self.report_page(request, self.reports[0])
        return self.page(
            request,
            "tracking/feedback_print.html",
            _("Feedback sheet"),
            form=form,
            customer=form.cleaned_data["customer"],
            rows=sheet_rows(wanted, user=person(request)),
            at=at,
        )

    def send(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm("tracking.send_feedbacksheet"):
            raise PermissionDenied
        at = timezone.now()
        form, how = SheetForm(request.GET, user=request.user, at=at), SendForm(request.POST)
        back = f"{reverse('admin:tracking_feedbacksheet_sheet')}?{urlencode(form.params)}"
        if form.wanted() is None or not how.is_valid():
            messages.error(request, _("Choose the customer, the days and the channel first."))
            return redirect(back)
        values = form.cleaned_data
        try:
            sheet = send_sheet(
                customer_id=values["customer"].pk,
                first_day=values["first_day"],
                last_day=values["last_day"],
                **how.cleaned_data,
                by=person(request),
                at=at,
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("The sheet with %(n)d shipments is noted as sent.") % {"n": sheet.shipments},
            )
        return redirect(back)
