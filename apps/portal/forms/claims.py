"""What a claimant types on the page of their case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.enums import ClaimKind, PaperKind
from apps.claims.inputs import NewItem
from apps.claims.rules.amounts import read_items
from apps.core.errors import BadInput

# What a claimant sends; what we make ourselves is not among them.
OWN_PAPERS = (
    PaperKind.OUTSIDE,
    PaperKind.INSIDE,
    PaperKind.PRICE,
    PaperKind.REPAIR,
    PaperKind.OTHER,
)


class AccountForm(forms.Form):
    """Length and presence; what the account may be is banking's to judge. The number is never written back."""

    holder = forms.CharField(label=_("Account holder"), max_length=60)
    bank = forms.CharField(label=_("Bank"), max_length=60)
    branch = forms.CharField(label=_("Branch where the account was opened"), max_length=80)
    number = forms.CharField(label=_("Account number"), max_length=60)
    cnaps = forms.CharField(label=_("CNAPS code"), max_length=12, required=False)

    def account(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("holder", "bank", "branch", "cnaps")}


class ClaimForm(forms.Form):
    """``rules``: the keys of the texts that the page showed, so that what is agreed to is what was read."""

    kind = forms.ChoiceField(label=_("What has happened to it?"), choices=ClaimKind.choices)
    items = forms.CharField(label=_("What do you claim, and how much for it?"), max_length=2000)
    what = forms.CharField(label=_("Anything else? (if you like)"), max_length=300, required=False)
    rules = forms.CharField(max_length=120)
    agreed = forms.BooleanField(
        label=_("I have read the compensation rules above."),
        error_messages={"required": _("Read the rules and tick the box: a claim needs that.")},
    )

    def clean_items(self) -> list[NewItem]:
        try:
            return read_items(self.cleaned_data["items"])
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class ClaimPaperForm(forms.Form):
    kind = forms.ChoiceField(choices=[(one.value, one.label) for one in OWN_PAPERS])
