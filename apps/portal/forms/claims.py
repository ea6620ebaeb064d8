"""What a claimant types on the page of their case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AccountForm(forms.Form):
    """Length and presence; what the account may be is banking's to judge. The number is never written back."""

    holder = forms.CharField(label=_("Account holder"), max_length=60)
    bank = forms.CharField(label=_("Bank"), max_length=60)
    branch = forms.CharField(label=_("Branch where the account was opened"), max_length=80)
    number = forms.CharField(label=_("Account number"), max_length=60)
    cnaps = forms.CharField(label=_("CNAPS code"), max_length=12, required=False)

    def account(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("holder", "bank", "branch", "cnaps")}
