"""What is typed about a late shipment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.core.fields import SaidMomentField
from apps.tracking.enums import ContactChannel, LateCause, Party
from apps.tracking.forms.fields import NoteField, clean_waybill_number
from apps.tracking.models import LateShipment, PartnerCarrier


class CauseForm(forms.Form):
    cause = forms.ChoiceField(label=_("cause"), choices=LateCause.choices)
    note = NoteField(label=_("about the cause"), required=False)
    expected_at = SaidMomentField(label=_("new expected time"), required=False)


class ContactForm(forms.Form):
    party = forms.ChoiceField(label=_("party"), choices=Party.choices)
    channel = forms.ChoiceField(label=_("means of contact"), choices=ContactChannel.choices)
    reached = forms.BooleanField(label=_("reached"), required=False, initial=True)
    apologised = forms.BooleanField(label=_("apology given"), required=False, initial=True)
    expected_at = SaidMomentField(label=_("told to expect"), required=False)
    answer = NoteField(label=_("what they said"), required=False)


class ChaseForm(forms.Form):
    """Whom: one unit or one partner."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("unit"), required=False)
    carrier = forms.ModelChoiceField(
        PartnerCarrier.objects.none(), label=_("partner carrier"), required=False
    )
    answer = NoteField(label=_("what they said"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("unit", Unit.objects.active()),
            ("carrier", PartnerCarrier.objects.filter(is_active=True)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type
            field.queryset = rows


class ReplacementForm(forms.Form):
    number = forms.CharField(label=_("waybill number"), max_length=500)

    def clean_number(self) -> str:
        return clean_waybill_number(self.cleaned_data["number"])


class CloseForm(forms.Form):
    note = NoteField(label=_("closing note"), required=False)


def contact_initial(case: LateShipment) -> dict[str, Any]:
    return {"expected_at": case.expected_at or case.waybill.expected_at}
