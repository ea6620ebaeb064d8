"""Fields that several forms of billing have: an amount in yuan, a payer by its code."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.customers.models import Customer


def amount_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=12, decimal_places=2, **more)


class PayerField(forms.CharField):
    """A customer by its code; the clean value is the customer."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("help_text", _("The customer's code."))
        super().__init__(max_length=20, **more)

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = Customer.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                gettext("No customer has the code “%(code)s”.") % {"code": code}, code="unknown"
            )
        return found
