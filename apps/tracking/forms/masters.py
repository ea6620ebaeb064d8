"""Agreements with their signed copy, checked for what it really is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from apps.core.errors import BadInput
from apps.core.files.scans import check_document
from apps.tracking.models import PartnerAgreement


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    signed_copy = forms.FileField(
        label=_("signed copy"), required=False, widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = PartnerAgreement
        fields = [
            *("carrier", "area", "pickup_hours", "line_haul_hours", "delivery_hours"),
            *("receipt_return_hours", "liability", "valid_from", "valid_until"),
        ]

    def clean_signed_copy(self) -> Any:
        file = self.cleaned_data.get("signed_copy")
        if file:
            try:
                check_document(file, filename=file.name)
            except BadInput as problem:
                raise forms.ValidationError(str(problem)) from None
        return file
