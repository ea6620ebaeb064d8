"""What staff type when a claim is filed, and about its papers (CMP-6)."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.claims.enums import ClaimKind, ExplainedHow, PaperKind
from apps.claims.forms.fields import ItemsField, SumField
from apps.claims.queries.lists import find_waybill
from apps.complaints.models import Case

CONTACT = _("Empty: the contact of the case.")


class FileClaimForm(FormWithFiles):
    """A claim in one breath; with the money handed over at once where it is within the own limit."""

    waybill = forms.CharField(label=_("waybill number"), max_length=40)
    case = forms.CharField(label=_("case"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    items = ItemsField()
    what = forms.CharField(label=_("what has happened"), max_length=300, required=False)
    for_customer = forms.BooleanField(
        label=_("the shipment's customer claims"), required=False, initial=True
    )
    party_name = forms.CharField(
        label=_("otherwise: who claims"), max_length=60, required=False, help_text=CONTACT
    )
    party_phone = forms.CharField(label=_("their phone"), max_length=40, required=False)
    fee = SumField(label=_("fee of the shipment"), required=False, zero=True)
    shown_to = forms.CharField(
        label=_("rules explained to"), max_length=60, required=False, help_text=CONTACT
    )
    shown_how = forms.ChoiceField(label=_("how explained"), choices=ExplainedHow.choices)
    pay_now = forms.BooleanField(
        label=_("Pay it now, on the spot"),
        required=False,
        help_text=_(
            "Within your own limit: one picture, and the receiver's signature as a picture."
        ),
    )
    received_by = forms.CharField(label=_("who receives it"), max_length=60, required=False)
    picture = HeldFileField(label=_("picture of the harm"), required=False)
    signature = HeldFileField(label=_("receiver's signature"), required=False)

    def clean_waybill(self) -> Any:
        found = find_waybill(self.cleaned_data["waybill"], self.user)
        if found is None:
            raise forms.ValidationError(gettext("There is no such shipment for you."))
        return found

    def clean_case(self) -> Any:
        number = self.cleaned_data["case"].strip()
        if not number:
            return None
        found = Case.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no such case for you."))
        return found

    def clean(self) -> Any:
        typed = super().clean() or {}
        if (case := typed.get("case")) is not None:
            typed["shown_to"] = typed.get("shown_to") or case.contact_name
            if not typed.get("party_name"):
                typed["party_name"] = case.contact_name
                typed["party_phone"] = typed.get("party_phone") or case.contact_phone
        if typed.get("pay_now"):
            for name in ("received_by", "picture", "signature"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, gettext("Needed to pay on the spot."))
        return typed


class PaperForm(FormWithFiles):
    kind = forms.ChoiceField(label=_("kind"), choices=PaperKind.choices)
    file = HeldFileField(label=_("file"))
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def clean_kind(self) -> PaperKind:
        return PaperKind(self.cleaned_data["kind"])


class AskPapersForm(forms.Form):
    what = forms.CharField(label=_("which papers"), max_length=300)
