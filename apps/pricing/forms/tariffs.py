"""What staff type about tariffs and versions."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import DayInput
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.pricing.enums import (
    BillingEvent,
    Measure,
    PricedBy,
    RoundMode,
    TierMeasure,
    UpperBound,
    Volumetric,
)
from apps.pricing.forms.fields import (
    ByPerson,
    CustomerCodeField,
    shown,
    thousandths,
    yuan_field,
)
from apps.pricing.models import Tariff, TariffVersion
from apps.pricing.queries.service_names import service_names


class TariffForm(ByPerson, forms.Form):
    customer = CustomerCodeField(
        label=_("Customer code"),
        max_length=20,
        required=False,
        help_text=_("Leave empty for the list price."),
    )
    service = forms.ChoiceField(label=_("Service"))
    name = forms.CharField(label=_("Name"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = list(service_names().items())  # type: ignore[attr-defined]  # a choice field


class DraftForm(forms.Form):
    since = forms.DateField(label=_("Valid from"), widget=DayInput)
    copied_from = forms.ModelChoiceField(
        TariffVersion.objects.none(),
        label=_("Begin with a copy of"),
        required=False,
        empty_label=_("nothing: an empty draft"),
    )

    def __init__(self, *args: Any, tariff: Tariff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_or_list = Q(tariff=tariff) | Q(
            tariff__service=tariff.service, tariff__customer__isnull=True
        )
        rows = TariffVersion.objects.filter(own_or_list).select_related("tariff__customer")
        field = self.fields["copied_from"]
        field.queryset = rows.order_by("tariff_id", "-since")  # type: ignore[attr-defined]  # a model choice field


def chosen(kinds: Any, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=kinds.choices)


class TermsForm(forms.Form):
    """What stands on the version itself, in kilograms and yuan."""

    since = forms.DateField(label=_("Valid from"), widget=DayInput)
    measure = chosen(Measure, _("Priced by"))
    priced_by = chosen(PricedBy, _("Weight of"))
    volumetric = chosen(Volumetric, _("Volumetric weight"))
    divisor = forms.IntegerField(label=_("Volumetric divisor (cm³/kg)"), min_value=1)
    upper_bound = chosen(UpperBound, _("The end of a band"))
    min_weight_g = thousandths(_("Least weight (kg)"), empty=0)
    heaviest = thousandths(_("Greatest weight (kg) or distance (km)"))
    min_fen = yuan_field(_("Least freight (yuan)"))
    freight_step_fen = yuan_field(_("Freight rounded to (yuan)"), empty=1)
    total_step_fen = yuan_field(_("Total rounded to (yuan)"), empty=1)
    round_mode = chosen(RoundMode, _("Amounts are rounded"))
    may_fall = forms.BooleanField(label=_("A heavier shipment may cost less"), required=False)
    next_break = forms.BooleanField(
        label=_("Charge the beginning of the next band where that is cheaper"), required=False
    )
    monthly_measure = chosen(TierMeasure, _("Monthly tiers count"))
    tax_class = forms.SlugField(label=_("Tax class of freight"), max_length=20, required=False)
    billing_event = chosen(BillingEvent, _("Month of"))


KG, YUAN = ("min_weight_g", "heaviest"), ("min_fen", "freight_step_fen", "total_step_fen")


def terms_of(version: TariffVersion) -> dict[str, Any]:
    """What the form starts with."""
    found = {name: getattr(version, name) for name in TermsForm.base_fields}
    found |= {name: shown(found[name], 1000) for name in KG}
    return found | {name: shown(found[name], 100) for name in YUAN}


class ImportForm(FormWithFiles):
    file = HeldFileField(
        label=_("Workbook (.xlsx)"),
        help_text=_("As an export looks; the draft says what it says and nothing else."),
    )


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed when its first day is past."),
    )
    high_rates_are_meant = forms.BooleanField(
        label=_("Rates of 50 % and more are meant"), required=False
    )
