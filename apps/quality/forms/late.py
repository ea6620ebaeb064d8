"""What is typed about a late shipment (TRK-7)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.fields import NaturalMomentField
from apps.quality.enums import ContactChannel
from apps.tracking.enums import LateCause, Party
from apps.tracking.forms.fields import NoteField, clean_waybill_number
from apps.tracking.models import LateShipment


class CauseForm(forms.Form):
    cause = forms.ChoiceField(label=_("cause"), choices=LateCause.choices)
    note = NoteField(label=_("about the cause"), required=False)
    expected_at = NaturalMomentField(label=_("new expected time"), required=False)


class ContactForm(forms.Form):
    party = forms.ChoiceField(label=_("party"), choices=Party.choices)
    channel = forms.ChoiceField(label=_("means of contact"), choices=ContactChannel.choices)
    reached = forms.BooleanField(label=_("reached"), required=False, initial=True)
    apologised = forms.BooleanField(label=_("apology given"), required=False, initial=True)
    expected_at = NaturalMomentField(label=_("told to expect"), required=False)
    answer = NoteField(label=_("what they said"), required=False)


class ReplacementForm(forms.Form):
    number = forms.CharField(label=_("waybill number"), max_length=500)

    def clean_number(self) -> str:
        return clean_waybill_number(self.cleaned_data["number"])


class CloseForm(forms.Form):
    note = NoteField(label=_("closing note"), required=False)


def contact_initial(late: LateShipment) -> dict[str, Any]:
    return {"expected_at": late.expected_at or late.waybill.expected_at}


def cause_initial(late: LateShipment) -> dict[str, Any]:
    return {"cause": late.cause, "note": late.cause_note, "expected_at": late.expected_at}
