"""Sums and claimed things as they are typed (CMP-6)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.rules.amounts import amount, read_items
from apps.core.errors import BadInput


class SumField(forms.CharField):
    """Yuan in plain figures; its value is a Decimal, or None where nothing is typed."""

    def __init__(self, *, zero: bool = False, **more: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(**{"max_length": 20, "widget": widget, **more})
        self.zero = zero

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return amount(text, "amount", zero=self.zero)
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal


class ItemsField(forms.CharField):
    """One thing a line with its amount."""

    def __init__(self, **more: Any) -> None:
        help_text = _(
            "One thing a line: what, perhaps × how many, and the amount. “Vase ×2 1280.50”"
        )
        values = {"label": _("what is claimed"), "help_text": help_text, "max_length": 4000}
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **{**values, **more})

    def clean(self, value: Any) -> Any:
        try:
            return read_items(super().clean(value))
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal
