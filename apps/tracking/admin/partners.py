"""Partner carriers and the salt by which their feed proves itself."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.tracking.admin.masters import MasterAdmin
from apps.tracking.forms.waybills import CarrierForm
from apps.tracking.models import PartnerCarrier

if TYPE_CHECKING:
    from django.forms import ModelForm


@admin.register(PartnerCarrier)
class PartnerCarrierAdmin(MasterAdmin):
    form = CarrierForm
    list_display = ["code", "name", "feed_code", "phone", "has_feed", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code", "name", "english_name"]

    def save_model(
        self, request: HttpRequest, obj: Any, form: "ModelForm[PartnerCarrier]", change: bool
    ) -> None:
        if form.cleaned_data.get("new_salt"):
            obj.salt = form.cleaned_data["new_salt"]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("feed"), boolean=True)
    def has_feed(self, carrier: PartnerCarrier) -> bool:
        return bool(carrier.salt)
