"""Service levels, standard times, silence limits and partner agreements."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.records import ReferenceAdmin
from apps.core.downloads import private_file
from apps.tracking.forms.masters import AgreementForm
from apps.tracking.models import Courier, PartnerAgreement, ServiceLane, ServiceLevel, SilenceLimit
from apps.tracking.services.masters import save_agreement, save_row


class MasterAdmin(ReferenceAdmin):
    save_by = save_row


@admin.register(ServiceLevel)
class ServiceLevelAdmin(MasterAdmin):
    list_display = ["code", "name", "english_name", "job_type", "is_default", "is_active"]
    list_filter = ["job_type", "is_active"]
    search_fields = ["code", "name"]


@admin.register(ServiceLane)
class ServiceLaneAdmin(MasterAdmin):
    list_display = [
        *("level", "scope", "origin_city", "destination_city", "promised_hours", "cut_off"),
        *("valid_from", "valid_until"),
    ]
    list_filter = ["level", "scope"]
    search_fields = ["origin_city", "destination_city"]
    list_select_related = ["level"]


@admin.register(SilenceLimit)
class SilenceLimitAdmin(MasterAdmin):
    list_display = ["stage", "hours"]


@admin.register(Courier)
class CourierAdmin(MasterAdmin):
    list_display = ["number", "name", "unit", "user", "is_active"]
    list_filter = ["unit", "is_active"]
    search_fields = ["number", "name"]
    list_select_related = ["unit", "user"]


@admin.register(PartnerAgreement)
class PartnerAgreementAdmin(MasterAdmin):
    form = AgreementForm
    list_display = ["carrier", "area", "valid_from", "valid_until", "copy"]
    list_filter = ["carrier"]
    search_fields = ["area", "carrier__code", "carrier__name"]
    list_select_related = ["carrier"]
    readonly_fields = ["copy", "recorded_at", "recorded_by"]

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:pk>/file/", self.download, "file")]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_agreement(
            obj,
            file=form.cleaned_data.get("signed_copy"),
            by=person(request),
            at=timezone.now(),
        )

    def download(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agreement = self.get_queryset(request).filter(pk=pk).exclude(file="").first()
        if agreement is None:
            raise Http404
        return private_file(default_storage.open(agreement.file.name), name=agreement.filename)

    @admin.display(description=_("signed copy"))
    def copy(self, agreement: PartnerAgreement) -> SafeString | str:
        if not agreement.file:
            return "—"
        where = reverse("admin:tracking_partneragreement_file", args=[agreement.pk])
        return format_html('<a href="{}">{}</a>', where, agreement.filename)
