"""The feedback sheet 信息反馈表: on screen, as a spreadsheet, on paper, and sent (TRK-4)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.backoffice.downloads import export_answer
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.tracking.forms.feedback import SendForm, SheetForm, last_thirty_days
from apps.tracking.jobs import FEEDBACK
from apps.tracking.models import FeedbackSheet
from apps.tracking.queries.feedback import (
    sheet_page,
    sheet_rows,
    sheets_sent,
)
from apps.tracking.services.feedback import send_sheet


@admin.register(FeedbackSheet)
class FeedbackSheetAdmin(PageAdmin):
    """The list is of sheets sent; the sheet itself is the page “sheet”."""

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
            ("sheet/", self.sheet, "sheet"),
            ("sheet/xlsx/", self.as_xlsx, "xlsx"),
            ("sheet/print/", self.on_paper, "print"),
            ("sheet/send/", require_POST(self.send), "send"),
        ]

    def _form(self, request: HttpRequest) -> SheetForm:
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET if "customer" in request.GET else None
        return SheetForm(asked, user=person(request), initial=last_thirty_days())

    def _page(
        self, request: HttpRequest, form: SheetForm, template: str, **more: Any
    ) -> TemplateResponse:
        answer = self.page(request, template, _("Feedback sheet"), form=form, **more)
        answer.status_code = 422 if form.is_bound and form.errors else 200
        return answer

    def sheet(self, request: HttpRequest) -> HttpResponseBase:
        form = self._form(request)
        if not form.is_bound or not form.is_valid():
            return self._page(request, form, "tracking/feedback.html")
        before = request.GET.get("before", "")
        rows, following = sheet_page(
            form.wanted(),
            user=person(request),
            before=int(before) if before.isdigit() else None,
        )
        customer = form.cleaned_data["customer"]
        asked = request.GET.copy()
        asked.pop("before", None)
        more = asked.copy()
        more["before"] = str(following)
        return self._page(
            request,
            form,
            "tracking/feedback.html",
            customer=customer,
            rows=rows,
            query=asked.urlencode(),
            next_query=more.urlencode() if following else "",
            sent=sheets_sent(customer.pk),
            may_send=request.user.has_perm("tracking.send_feedbacksheet"),
            send_form=SendForm(initial={"channel": customer.feedback_channel}),
        )

    def as_xlsx(self, request: HttpRequest) -> HttpResponseBase:
        form = self._form(request)
        if not form.is_valid():
            return self._page(request, form, "tracking/feedback.html")
        return export_answer(request, FEEDBACK, request.GET.dict())

    def on_paper(self, request: HttpRequest) -> HttpResponseBase:
        form = self._form(request)
        if not form.is_valid():
            return self._page(request, form, "tracking/feedback.html")
        return self._page(
            request,
            form,
            "tracking/feedback_print.html",
            customer=form.cleaned_data["customer"],
            rows=sheet_rows(form.wanted(), user=person(request)),
            at=timezone.now(),
        )

    def send(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm("tracking.send_feedbacksheet"):
            raise PermissionDenied
        asked = {k: v for k, v in request.GET.items() if k != "before"}
        back = f"{reverse('admin:tracking_feedbacksheet_sheet')}?{urlencode(asked)}"
        form, how = self._form(request), SendForm(request.POST)
        if not form.is_valid() or not how.is_valid():
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
                at=timezone.now(),
            )
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("The sheet with %(n)d shipments is noted as sent.") % {"n": sheet.shipments},
            )
        return redirect(back)
