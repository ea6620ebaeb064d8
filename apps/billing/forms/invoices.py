"""What is typed about invoices and red forms (BIL-4)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import (
    InvoiceKind,
    RedReason,
)
from apps.billing.forms.fields import amount_field


class InvoiceKindForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind of invoice"), choices=InvoiceKind.choices)


class IssueForm(forms.Form):
    number = forms.CharField(
        label=_("invoice number"),
        max_length=30,
        help_text=_("20 digits for a digital invoice; code and number of a paper one."),
    )
    issued_on = forms.DateField(label=_("issued on"), initial=timezone.localdate)


class HandOutForm(forms.Form):
    how = forms.CharField(
        label=_("how"), max_length=120, help_text=_("By whom, by post with its number, by mail.")
    )


class SignedForForm(forms.Form):
    name = forms.CharField(label=_("who signed for it"), max_length=60)


class RedNumberForm(forms.Form):
    red_number = forms.CharField(label=_("number of the red invoice"), max_length=30)
    reason = forms.CharField(label=_("reason"), max_length=200)


class RedFormForm(forms.Form):
    reason = forms.ChoiceField(label=_("reason"), choices=RedReason.choices)
    line = forms.ChoiceField(
        label=_("what of it"), required=False, help_text=_("Empty: all that is left of it.")
    )
    amount = amount_field(
        _("amount"), required=False, help_text=_("A part of that line; empty: all of the line.")
    )

    def __init__(self, *args: Any, left: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [("", _("The whole invoice"))] + [  # type: ignore[attr-defined]  # a choice field
            (one.line.pk, f"{one.line.tax_class} · {one.gross}") for one in left if one.gross > 0
        ]
