"""What is typed about receipts, what they settle, and cheques (BIL-5)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.billing.enums import (
    ReceiptSource,
)
from apps.billing.forms.fields import PayerField, amount_field
from apps.billing.models import Receipt


class ReceiptForm(forms.Form):
    source = forms.ChoiceField(
        label=_("paid by"),
        choices=[(one.value, one.label) for one in (ReceiptSource.CASH, ReceiptSource.OFFSET)],
        help_text=_("Transfers come with the bank's file, cheques from their own page."),
    )
    station = forms.ModelChoiceField(
        Unit.objects.active(),
        label=_("where the cash lies"),
        required=False,
        help_text=_("For cash only."),
    )
    payer = PayerField(label=_("payer"), required=False, help_text=_("Empty: not known yet."))
    amount = amount_field(_("amount"))
    day = forms.DateField(label=_("day"), initial=timezone.localdate)
    reference = forms.CharField(label=_("reference"), max_length=140)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("source") == ReceiptSource.CASH and typed.get("station") is None:
            self.add_error("station", gettext("Say where the cash lies."))
        return typed


class IdentifyForm(forms.Form):
    payer = PayerField(label=_("payer"))


class AllocateForm(forms.Form):
    statement = forms.ChoiceField(label=_("statement"))
    amount = amount_field(_("amount"))

    def __init__(self, *args: Any, owed: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].choices = [  # type: ignore[attr-defined]  # a choice field
            (one.statement_id, f"{one.number} · {one.owed}") for one in owed
        ]


class ChequeForm(forms.Form):
    payer = PayerField(label=_("payer"))
    amount = amount_field(_("amount"))
    collect_on = forms.DateField(label=_("to be collected on"), initial=timezone.localdate)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class CollectForm(forms.Form):
    number = forms.CharField(label=_("cheque number"), max_length=20)
    bank = forms.CharField(label=_("drawn on"), max_length=80)
    drawn_on = forms.DateField(label=_("day of drawing"))
    amount = amount_field(_("amount"), required=False, help_text=_("Empty: as it was promised."))


class ClearedForm(forms.Form):
    """Where bank lines of the payer with this amount are there, one of them may be its money."""

    day = forms.DateField(label=_("day"), initial=timezone.localdate)
    receipt = forms.ModelChoiceField(
        Receipt.objects.none(),
        label=_("the bank's line"),
        required=False,
        empty_label=_("has not come yet"),
        help_text=_("A payment of this amount that is in a bank file already may be the cheque's."),
    )

    def __init__(self, *args: Any, receipts: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if receipts:
            self.fields["receipt"].queryset = receipts  # type: ignore[attr-defined]
            self.fields["receipt"].initial = receipts[0]
        else:
            del self.fields["receipt"]
