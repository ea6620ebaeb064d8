"""What staff type about quotes and tax classes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import DayInput
from apps.pricing.forms.fields import (
    ByPerson,
    CustomerCodeField,
    ReadField,
    thousandths,
    yuan_field,
)
from apps.pricing.queries.service_names import service_names
from apps.pricing.sheets import cells


class QuoteForm(ByPerson, forms.Form):
    customer = CustomerCodeField(label=_("Customer code"), max_length=20)
    service = forms.ChoiceField(label=_("Service"))
    what = forms.CharField(label=_("For what"), max_length=200)
    order_number = forms.CharField(
        label=_("Order"),
        max_length=30,
        required=False,
        help_text=_("Leave empty for any order of this customer."),
    )
    vehicle = forms.SlugField(label=_("Vehicle"), max_length=30, required=False)
    distance_m = thousandths(_("Distance (km)"))
    amount_fen = yuan_field(_("Amount (yuan)"), required=True)
    valid_until = forms.DateField(label=_("Valid until"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = list(service_names().items())  # type: ignore[attr-defined]  # a choice field


class TaxClassForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=60)
    since = forms.DateField(label=_("Valid from"), widget=DayInput)
    rate_ppm = ReadField(cells.share_of, label=_("Rate (%)"))
    item_code = forms.RegexField(
        r"^\d{19}$",
        label=_("Tax item code"),
        required=False,
        help_text=_("19 digits, from the tax authority's list of goods and services."),
    )
