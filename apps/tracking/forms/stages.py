"""Who carries a stage of a shipment (TRK-5)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.tracking.enums import Stage
from apps.tracking.forms.fields import NoteField
from apps.tracking.models import PartnerCarrier


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=_("stage"), choices=Stage.choices)
    carrier = forms.ModelChoiceField(
        PartnerCarrier.objects.none(),
        label=_("partner carrier"),
        required=False,
        help_text=_("Empty, with no unit either: whoever scans answers for the stage."),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("or one of our units"), required=False
    )
    reason = NoteField(label=_("why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carriers = PartnerCarrier.objects.filter(is_active=True)
        self.fields["carrier"].queryset = carriers  # type: ignore[attr-defined]  # a model choice field
        units = Unit.objects.filter(is_active=True).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field
