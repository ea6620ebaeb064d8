"""What is typed about cash, deposits and settlements: with the keyboard, the sum first (COD-7)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount, BankLine
from apps.cod.enums import PROVIDER_NUMBERS
from apps.cod.models import CashUp
from apps.cod.rules.counting import FACES
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier

PROVIDERS = [(one.value, one.label) for one in CodMethod if one in PROVIDER_NUMBERS]


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    """Yuan, never below zero, to the fen."""
    more.setdefault("min_value", Decimal("0.00"))
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, **more)


def cod_accounts() -> Any:
    """Where COD money may go."""
    return BankAccount.objects.filter(purpose=AccountPurpose.COD, state=AccountState.OPEN)


class DeclareForm(forms.Form):
    amount = amount_field(_("cash in hand"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True


class CountForm(forms.Form):
    """Notes and coins need not be typed; if they are, they have to make the sum."""

    amount = amount_field(_("cash counted"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True
        for n, face in enumerate(FACES):
            self.fields[f"face{n}"] = forms.IntegerField(
                label=f"¥{face} ×", min_value=0, max_value=99_999, required=False
            )

    @property
    def denominations(self) -> dict[str, int]:
        typed = {str(face): self.cleaned_data.get(f"face{n}") for n, face in enumerate(FACES)}
        return {face: pieces for face, pieces in typed.items() if pieces}


class RecountForm(CountForm):
    reason = forms.CharField(label=_("reason"), max_length=200)


class ExplainForm(forms.Form):
    explanation = forms.CharField(label=_("explanation"), max_length=200)


class FreightForm(forms.Form):
    """Freight taken by the courier of this cash-up."""

    number = forms.CharField(label=_("waybill number"), max_length=20)
    method = forms.ChoiceField(label=_("paid by"), choices=CodMethod.choices)


class RepayForm(forms.Form):
    amount = amount_field(_("amount"))


class WaiverForm(forms.Form):
    amount = amount_field(_("amount"), min_value=Decimal("0.01"))
    reason = forms.CharField(label=_("reason"), max_length=200)


class DepositForm(forms.Form):
    """The cash-ups of one station whose money the slip is for."""

    cash_ups = forms.ModelMultipleChoiceField(
        CashUp.objects.none(), label=_("cash-ups"), widget=forms.CheckboxSelectMultiple
    )
    account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("account"))
    slip = forms.CharField(label=_("slip number"), max_length=40)
    amount = amount_field(_("amount on the slip"))
    day = forms.DateField(label=_("day"), initial=timezone.localdate)

    def __init__(self, *args: Any, waiting: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cash_ups"].queryset = waiting  # type: ignore[attr-defined]  # a choice field
        self.fields["account"].queryset = cod_accounts()  # type: ignore[attr-defined]  # a choice field


class LineForm(forms.Form):
    """Lines of the account with the amount, that nobody has said anything about."""

    line = forms.ModelChoiceField(BankLine.objects.none(), label=_("bank line"))

    def __init__(self, *args: Any, fitting: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = BankLine.objects.filter(pk__in=[line.pk for line in fitting])
        self.fields["line"].queryset = rows  # type: ignore[attr-defined]  # a choice field


class SettlementForm(forms.Form):
    provider = forms.ChoiceField(label=_("payment provider"), choices=PROVIDERS)
    day = forms.DateField(label=_("day"), help_text=_("The day on which it was taken."))
    gross = amount_field(_("gross"))
    fee = amount_field(_("fee"))
    net = amount_field(_("arrives net"))
    account = forms.ModelChoiceField(BankAccount.objects.none(), label=_("account"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = cod_accounts()  # type: ignore[attr-defined]  # a choice field


class ChangeForm(forms.Form):
    amount = amount_field(_("another amount"))
    reason = forms.CharField(label=_("reason"), max_length=200)


class CourierForm(forms.Form):
    courier = forms.ModelChoiceField(Courier.objects.none(), label=_("courier"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["courier"].queryset = Courier.objects.active()  # type: ignore[attr-defined]  # a choice field
