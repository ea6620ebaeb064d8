"""What staff type about accounts of ours, bank files and their lines."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.banking.enums import ASSIGNED_FOR, AccountPurpose, AccountState, OpeningKind
from apps.banking.models import BankAccount
from apps.banking.services.layouts import layouts
from apps.customers.models import Customer


class CodeField(forms.CharField):
    """A customer by its code: there may be thousands, and a contract names its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = Customer.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with this code."), "unknown")
        return found


class ChangeAccountForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("called"), max_length=60)
    bank = forms.CharField(label=gettext_lazy("bank"), max_length=60)
    branch = forms.CharField(label=gettext_lazy("branch"), max_length=80, required=False)
    cnaps = forms.CharField(label=gettext_lazy("CNAPS code"), max_length=12, required=False)
    purpose = forms.ChoiceField(label=gettext_lazy("purpose"), choices=AccountPurpose.choices)


class AccountForm(ChangeAccountForm):
    holder = forms.CharField(label=gettext_lazy("account holder"), max_length=120)
    number = forms.CharField(
        label=gettext_lazy("account number"),
        max_length=60,
        help_text=gettext_lazy(
            "Encrypted, and never changed afterwards: another number is another account."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    parent = forms.ModelChoiceField(
        label=gettext_lazy("main account"),
        queryset=BankAccount.objects.none(),
        required=False,
        help_text=gettext_lazy("For virtual sub-accounts: the account that the money is in."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mains = BankAccount.objects.filter(state=AccountState.OPEN, parent=None)
        self.fields["parent"].queryset = mains  # type: ignore[attr-defined]  # a choice of rows


class AssignForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("paid for"), choices=ASSIGNED_FOR)
    customer = CodeField(
        label=gettext_lazy("Customer code"),
        required=False,
        help_text=gettext_lazy("Empty: everybody who has no account of their own."),
    )
    since = forms.DateTimeField(label=gettext_lazy("since"))


class OpeningForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("day"))
    amount = forms.DecimalField(label=gettext_lazy("balance"), max_digits=14, decimal_places=2)


class GoingLiveForm(FormWithFiles):
    """The sheet and what its kinds add up to in the old books."""

    day = forms.DateField(label=gettext_lazy("as of the end of"))
    file = HeldFileField(
        label=gettext_lazy("Sheet"),
        help_text=gettext_lazy(
            "xlsx or csv with the columns 类别 (应收, 预收, 银行存款, 代收货款), 编码 (customer code, or what the account"
            " is called) and 金额."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in OpeningKind:
            self.fields[kind.value] = forms.DecimalField(
                label=_("Total: %(kind)s") % {"kind": kind.label},
                max_digits=14,
                decimal_places=2,
                required=False,
            )

    def totals(self) -> dict[OpeningKind, Any]:
        return {kind: self.cleaned_data[kind.value] for kind in OpeningKind}


class FileForm(FormWithFiles):
    file = HeldFileField(
        label=gettext_lazy("Bank file"),
        help_text=gettext_lazy("As the bank exports it: csv, xls, xlsx, MT940 or CAMT."),
    )
    layout = forms.ChoiceField(label=gettext_lazy("layout"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [("", gettext_lazy("recognise it"))]
        self.fields["layout"].choices = [*found, *((one.code, one.name) for one in layouts())]  # type: ignore[attr-defined]  # a choice


COLUMN_NAMES = {
    "day": gettext_lazy("day"),
    "time": gettext_lazy("time"),
    "amount": gettext_lazy("amount with its sign"),
    "income": gettext_lazy("income"),
    "outgo": gettext_lazy("expense"),
    "mark": gettext_lazy("debit or credit"),
    "balance": gettext_lazy("balance after it"),
    "party_name": gettext_lazy("payer or payee"),
    "party_number": gettext_lazy("account number"),
    "text": gettext_lazy("bank's text"),
    "ref": gettext_lazy("bank's reference"),
    "currency": gettext_lazy("currency"),
}


class LayoutForm(forms.Form):
    """The headings of a bank's sheet, column by column."""

    code = forms.SlugField(label=gettext_lazy("code"), max_length=40)
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)
    source = forms.CharField(label=gettext_lazy("where it is documented"), max_length=200)
    needs = forms.CharField(
        label=gettext_lazy("headings by which it is recognised"),
        max_length=300,
        help_text=gettext_lazy("As they stand in the file, separated by commas."),
    )
    is_inverse = forms.BooleanField(
        label=gettext_lazy("What is owed stands above zero (credit cards)"), required=False
    )
    must_total = forms.BooleanField(
        label=gettext_lazy("A whole file ends with a total row"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role, label in COLUMN_NAMES.items():
            self.fields[f"column_{role}"] = forms.CharField(
                label=label, max_length=200, required=False
            )

    def definition(self) -> dict[str, Any]:
        """The layout as it is kept."""
        values = self.cleaned_data
        columns = {role: _listed(values[f"column_{role}"]) for role in COLUMN_NAMES}
        return {
            "needs": _listed(values["needs"]),
            "is_inverse": values["is_inverse"],
            "must_total": values["must_total"],
            "columns": {role: names for role, names in columns.items() if names},
        }


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


class IdentifyForm(forms.Form):
    """One of those it is likely to be, or another by code."""

    likely = forms.ChoiceField(
        label=gettext_lazy("likely"), required=False, widget=forms.RadioSelect
    )
    customer = CodeField(label=gettext_lazy("or customer code"), required=False)
    remember = forms.BooleanField(
        label=gettext_lazy("This account number and name are always theirs"), required=False
    )

    def __init__(self, *args: Any, likely: list[Customer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(row.pk): row for row in likely}
        self.fields["likely"].choices = [(pk, str(row)) for pk, row in self.offered.items()]  # type: ignore[attr-defined]  # a choice
        if not likely:
            del self.fields["likely"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = values.get("customer") or self.offered.get(values.get("likely", ""))
        if chosen is None and not self.errors:
            raise forms.ValidationError(_("Choose a customer, or type a code."), "missing")
        return {"customer": chosen, "remember": values.get("remember", False)}
