"""What is typed about remittances and their terms (COD-7)."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import AccountPurpose, AccountState
from apps.banking.models import BankAccount
from apps.billing.forms import PayerField
from apps.cod.enums import Cycle, RemittanceFile

LONGEST = 366  # days
_BETWEEN = re.compile(r"[\s,，、;；]+")


class DaysField(forms.CharField):
    """Numbers with anything usual between them; the clean value is a list of them."""

    def clean(self, value: Any) -> Any:
        parts = [part for part in _BETWEEN.split(super().clean(value)) if part]
        if not all(part.isascii() and part.isdigit() and len(part) < 3 for part in parts):
            raise forms.ValidationError(gettext("Numbers of days, as 2, 5."), code="bad_days")
        return [int(part) for part in parts]


class MerchantForm(forms.Form):
    merchant = PayerField(label=_("merchant"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["merchant"].widget.attrs["autofocus"] = True


class TermsForm(forms.Form):
    customer = PayerField(label=_("merchant"))
    since = forms.DateField(label=_("since"), initial=timezone.localdate)
    cycle = forms.ChoiceField(label=_("cycle"), choices=Cycle)
    days = DaysField(
        label=_("days"),
        max_length=80,
        help_text=_(
            "Of the week (1 is Monday), of the month, or one number for “every so many days”: 2, 5."
        ),
    )
    delay_days = forms.IntegerField(
        label=_("days after the money is on the bank (T+n)"), min_value=0, max_value=60, initial=1
    )
    minimum = forms.DecimalField(
        label=_("minimum"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.00"),
        initial=Decimal("0.00"),
        help_text=_("Less than this is carried to the next time."),
    )
    fee_deducted = forms.BooleanField(
        label=_("fee deducted from the remittance"),
        required=False,
        help_text=_("Else it is on the statement only."),
    )
    offset_agreed = forms.BooleanField(
        label=_("overdue statements are set off, as the contract says"), required=False
    )
    is_held = forms.BooleanField(label=_("on hold"), required=False)
    account = forms.ModelChoiceField(
        BankAccount.objects.none(),
        label=_("paid from"),
        required=False,
        help_text=_("Empty: the first open account for COD."),
    )
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = BankAccount.objects.filter(  # type: ignore[attr-defined]  # a field of rows
            purpose=AccountPurpose.COD, state=AccountState.OPEN, parent__isnull=True
        )


class AdvancePolicyForm(forms.Form):
    """Up to what sum a merchant is paid ahead of the bank."""

    customer = PayerField(label=_("merchant"))
    since = forms.DateField(label=_("since"), initial=timezone.localdate)
    until = forms.DateField(
        label=_("until"), required=False, help_text=_("Empty: until somebody ends it.")
    )
    limit = forms.DecimalField(
        label=_("limit"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text=_("At most so much may be paid ahead and not be on the bank yet."),
    )
    reason = forms.CharField(label=_("reason"), max_length=200)


class AheadForm(forms.Form):
    amount = forms.DecimalField(
        label=_("up to"),
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        help_text=_("Empty: as much as the limit leaves."),
    )


class ReportForm(forms.Form):
    form = forms.ChoiceField(label=_("as"), choices=RemittanceFile)


class SinceForm(forms.Form):
    """Which days are looked at: the last thirty unless told otherwise, a year at most."""

    since = forms.DateField(label=_("from"), required=False)
    until = forms.DateField(label=_("until"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        span = {name: typed.get(name) or day for name, day in usual_span().items()}
        if span["since"] > span["until"] or (span["until"] - span["since"]).days > LONGEST:
            text = gettext("From an earlier day, a year at most.")
            raise forms.ValidationError(text, code="bad_days")
        return span


def usual_span() -> dict[str, date]:
    today = timezone.localdate()
    return {"since": today - timedelta(days=30), "until": today}
