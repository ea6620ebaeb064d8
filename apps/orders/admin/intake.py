"""Spreadsheets of orders: taking them in, and the answer to each row (ORD-1)."""

from typing import Any

from django.contrib import admin
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.backoffice.forms import put_refusal
from apps.backoffice.forms.kept_files import drop_files, keep_files
from apps.backoffice.staff_admin import must, timeline_rows
from apps.core.downloads import private_file
from apps.core.errors import BadInput, RuleBroken
from apps.customers.models import Customer
from apps.orders import services
from apps.orders.forms import IntakeForm
from apps.orders.models import IntakeFile

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN = 500


@admin.register(IntakeFile)
class IntakeFileAdmin(PageAdmin):
    list_display = (
        "filename",
        "customer",
        "received_on",
        "rows_total",
        "rows_created",
        "rows_repeated",
        "rows_refused",
        "created_by",
    )
    list_select_related = ("customer", "created_by")
    list_filter = ("received_on",)
    search_fields = ("filename", "customer__code")
    ordering = ("-created_at", "-id")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("take-in/", self.take_in_view, "take_in"),
            ("template/", require_GET(self.template_view), "template"),
            ("<int:intake_id>/refused/", require_GET(self.refused_view), "refused"),
            ("<int:intake_id>/original/", require_GET(self.original_view), "original"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntakeFile]:
        visible = Customer.objects.visible_to(person(request))
        files: QuerySet[IntakeFile] = super().get_queryset(request)
        return files.filter(customer__in=visible)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.upload_intakefile"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:orders_intakefile_take_in")

    def take_in_view(self, request: HttpRequest) -> HttpResponse:
        must(request, "orders.upload_intakefile")
        data = request.POST if request.method == "POST" else None
        form = IntakeForm(data, request.FILES, user=person(request))
        if data is not None and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                intake = services.take_in_orders(
                    customer=form.cleaned_data["customer"],
                    file=ContentFile(file.content),
                    filename=file.name,
                    by=person(request),
                    at=timezone.now(),
                )
            except BadInput as refusal:
                put_refusal(form, refusal)
                drop_files(form)  # it cannot be read: a better one has to be chosen
            except RuleBroken as refusal:
                put_refusal(form, refusal)
            else:
                drop_files(form)
                return redirect("admin:orders_intakefile_change", intake.pk)
        if data is not None:
            keep_files(form)
        return self.page(request, "orders/take_in.html", _("Take in a spreadsheet"), form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        must(request, "orders.view_intakefile")
        if not object_id.isdecimal() or len(object_id) > 18:
            return redirect("admin:orders_intakefile_changelist")
        intake = get_object_or_404(
            self.get_queryset(request).select_related("customer", "created_by"), pk=object_id
        )
        rows = intake.rows.select_related("work_order").order_by("-outcome", "row")
        return self.page(
            request,
            "orders/intake.html",
            intake.filename,
            intake=intake,
            rows=rows[:ROWS_SHOWN],
            rows_shown=ROWS_SHOWN,
            timeline=timeline_rows(intake, self.timeline_limit),
        )

    def template_view(self, request: HttpRequest) -> HttpResponse:
        must(request, "orders.upload_intakefile")
        return private_file(services.template_file(), name=_("orders") + ".xlsx", content_type=XLSX)

    def refused_view(self, request: HttpRequest, intake_id: int) -> HttpResponse:
        must(request, "orders.upload_intakefile")
        intake = get_object_or_404(self.get_queryset(request), pk=intake_id)
        if not intake.rows_refused:
            raise Http404
        return private_file(
            services.annotated_file(intake), name=_("refused rows") + ".xlsx", content_type=XLSX
        )

    def original_view(self, request: HttpRequest, intake_id: int) -> HttpResponseBase:
        must(request, "orders.upload_intakefile")
        intake = get_object_or_404(self.get_queryset(request), pk=intake_id)
        try:
            file = services.open_intake(intake=intake, by=person(request), at=timezone.now())
        except FileNotFoundError:
            raise Http404 from None
        return private_file(file, name=intake.filename)
