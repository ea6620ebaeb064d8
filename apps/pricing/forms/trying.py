"""“What would it cost?”"""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.forms import DayInput
from apps.core.errors import BadInput
from apps.pricing.forms.fields import (
    ByPerson,
    CustomerCodeField,
    ReadField,
    count_field,
    thousandths,
    yuan_field,
)
from apps.pricing.queries.pricing import Asked
from apps.pricing.queries.service_names import service_names
from apps.pricing.rating import Shipment, volume
from apps.pricing.sheets import cells

_SIDES = re.compile(r"([\d.]+)\s*[x×*X＊]\s*([\d.]+)\s*[x×*X＊]\s*([\d.]+)\s*(?:cm|厘米)?")
_EXTRA = re.compile(r"([a-z][a-z0-9_-]*)\s*[=:：]\s*(\d{1,9})")


def sides(text: str) -> int:
    """“60×40×35” in centimetres → cubic millimetres."""
    found = _SIDES.fullmatch(text.strip())
    if not found:
        raise BadInput(_("Write the sides like 60×40×35, in centimetres."), code="bad_sides")
    return volume(*found.groups())


def extras(text: str) -> dict[str, int]:
    """“waiting_minutes=45 sign_back=1”"""
    found = {}
    for one in cells.pieces(text):
        match = _EXTRA.fullmatch(one)
        if not match:
            raise BadInput(_("Write extras like waiting_minutes=45."), code="bad_extra")
        found[match[1]] = int(match[2])
    return found


class TryForm(ByPerson, forms.Form):
    """Asked by GET: it changes nothing, and its address can be passed on."""

    customer = CustomerCodeField(label=gettext_lazy("Customer code"), max_length=20, required=False)
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    day = forms.DateField(label=gettext_lazy("Taken on"), widget=DayInput, required=False)
    origin = ReadField(cells.area_code, empty="", label=gettext_lazy("Origin"), required=False)
    destination = ReadField(
        cells.area_code, empty="", label=gettext_lazy("Destination"), required=False
    )
    weight = thousandths(gettext_lazy("Weight (kg)"), empty=0)
    size = ReadField(sides, empty=0, label=gettext_lazy("Size (cm)"), required=False)
    pieces = count_field(gettext_lazy("Pieces"), empty=1)
    insured = yuan_field(gettext_lazy("Insured amount (yuan)"))
    cod = yuan_field(gettext_lazy("COD amount (yuan)"))
    extras = ReadField(
        extras, empty={}, label=gettext_lazy("Extras"), required=False, max_length=200
    )
    vehicle = forms.SlugField(label=gettext_lazy("Vehicle"), required=False)
    distance = thousandths(gettext_lazy("Distance (km)"), empty=0)
    pallet_days = count_field(gettext_lazy("Pallet-days"))

    def __init__(self, *args: Any, is_of_version: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_of_version:  # which customer, service and day is known
            for name in ("customer", "service", "day"):
                del self.fields[name]
        else:
            self.fields["service"].choices = list(service_names().items())  # type: ignore[attr-defined]  # a choice field

    def shipment(self) -> Shipment:
        values = self.cleaned_data
        return Shipment(
            origin=values["origin"],
            destination=values["destination"],
            weight_g=values["weight"],
            # The size is that of one piece.
            volume_mm3=values["size"] * max(values["pieces"], 1),
            pieces=values["pieces"],
            insured_fen=values["insured"],
            cod_fen=values["cod"],
            extras=values["extras"],
            vehicle=values["vehicle"],
            distance_m=values["distance"],
            pallet_days=values["pallet_days"],
        )

    def question(self) -> Asked:
        values = self.cleaned_data
        customer = values["customer"]
        day = values["day"] or timezone.localdate()
        return Asked(customer.pk if customer else None, values["service"], day, self.shipment())
