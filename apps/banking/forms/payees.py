"""What staff type about accounts that we pay into."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.banking.enums import CallOutcome, Meanwhile, PayeePaperKind, PayoutPurpose
from apps.banking.forms.accounts import CodeField
from apps.banking.services import Paper
from apps.customers.models import Contact


class PayeeForm(FormWithFiles):
    customer = CodeField(label=_("Customer code"))
    purpose = forms.ChoiceField(label=_("for"), choices=PayoutPurpose.choices)
    holder = forms.CharField(
        label=_("account holder"),
        max_length=120,
        help_text=_("The customer's own name. Another holder needs a signed mandate."),
    )
    bank = forms.CharField(label=_("bank"), max_length=60)
    branch = forms.CharField(label=_("branch"), max_length=80)
    cnaps = forms.CharField(label=_("CNAPS code"), max_length=20, help_text=_("12 digits."))
    number = forms.CharField(
        label=_("account number"),
        max_length=60,
        help_text=_("Encrypted, and never changed afterwards: another number is another account."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    meanwhile = forms.ChoiceField(
        label=_("until it is in use, money due is"),
        choices=Meanwhile.choices,
        help_text=_("As the contract says."),
    )
    request = HeldFileField(label=_("Signed request (scan)"))
    opening = HeldFileField(label=_("Account opening certificate (scan)"), required=False)
    mandate = HeldFileField(label=_("Mandate for another holder (scan)"), required=False)

    def papers(self) -> list[Paper]:
        values = self.cleaned_data
        return [
            Paper(PayeePaperKind(kind), BytesIO(values[kind].content), values[kind].name)
            for kind in ("request", "opening", "mandate")
            if values.get(kind)
        ]

    def account(self) -> dict[str, Any]:
        """What the account says, as the service takes it."""
        return {
            name: self.cleaned_data[name]
            for name in ("holder", "bank", "branch", "cnaps", "meanwhile")
        }


class CallForm(forms.Form):
    contact = forms.ModelChoiceField(
        label=_("Whom we called"),
        queryset=Contact.objects.none(),
        help_text=_("Only contacts whose number has been on file unchanged for long enough."),
    )
    outcome = forms.ChoiceField(label=_("outcome"), choices=CallOutcome.choices)
    remark = forms.CharField(label=_("what was said"), max_length=200)

    def __init__(self, *args: Any, contacts: Iterable[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(contacts)
        field: Any = self.fields["contact"]
        field.queryset = Contact.objects.filter(pk__in=[one.pk for one in found])
        field.label_from_instance = lambda one: f"{one} · {one.masked_phone}"
