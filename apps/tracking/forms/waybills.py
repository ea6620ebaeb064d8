"""What is typed on a waybill's page and about what came in for it."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import BadInput
from apps.core.phones import normalise_phone
from apps.core.times import local
from apps.tracking.forms.fields import MomentField, NoteField
from apps.tracking.models import PartnerCarrier, Waybill
from apps.tracking.queries.timeline import timeline
from apps.tracking.words import code_choices


class CorrectionForm(forms.Form):
    """Which event was wrong, and what is right; ``choices`` are the events that count."""

    event = forms.TypedChoiceField(label=_("wrong event"), coerce=int)
    withdraw = forms.BooleanField(
        label=_("it never happened"),
        required=False,
        help_text=_("Takes the event back with nothing in its place."),
    )
    code = forms.ChoiceField(label=_("what really happened"), required=False)
    occurred_at = MomentField(label=_("when"), required=False)
    place = forms.CharField(label=_("place"), max_length=120, required=False)
    text = forms.CharField(label=_("description"), max_length=500, required=False)
    reason = NoteField(label=_("why this is corrected"))

    def __init__(self, *args: Any, waybill: Waybill, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = event_choices(waybill)  # type: ignore[attr-defined]  # a choice field
        self.fields["code"].choices = [("", "—"), *code_choices()]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("withdraw"):
            for name in ("code", "occurred_at"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("Say what really happened, or that it never did."))
        return values


def event_choices(waybill: Waybill) -> list[tuple[int, str]]:
    return [
        (
            row.id,
            f"{local(row.occurred_at)} · {row.status.label} · {row.masked_place or row.masked_text[:40]}",
        )
        for row in timeline(waybill)
        if row.is_live
    ]


class WeightForm(forms.Form):
    """What the scale says; typed in kilograms and cubic metres, kept in whole grams and cm³."""

    weight_kg = forms.DecimalField(label=_("weight, kg"), max_digits=9, decimal_places=3)
    volume_m3 = forms.DecimalField(
        label=_("volume, m³"),
        max_digits=10,
        decimal_places=6,
        required=False,
        help_text=_("Empty: it was not measured, and stays."),
    )


class PartnerNumberForm(forms.Form):
    carrier = forms.ModelChoiceField(PartnerCarrier.objects.none(), label=_("partner carrier"))
    number = forms.CharField(label=_("partner's number"), max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carriers = PartnerCarrier.objects.filter(is_active=True)
        self.fields["carrier"].queryset = carriers  # type: ignore[attr-defined]  # a model choice field


class RevealForm(forms.Form):
    reason = NoteField(label=_("why you need to see it"))


class DropForm(forms.Form):
    reason = NoteField(label=_("why it is dropped"))


class CarrierForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """The salt is typed and never shown; an empty field keeps the one there is."""

    new_salt = forms.CharField(
        label=_("new feed salt"),
        required=False,
        min_length=8,
        max_length=100,
        help_text=_(
            "What was given to the partner when subscribing. Empty keeps the one on record."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = PartnerCarrier
        fields = [
            *("code", "name", "english_name", "feed_code", "time_zone", "phone", "is_active"),
        ]

    def clean_phone(self) -> str:
        """A hotline is kept as customers dial it at home: 95338 and not +8695338."""
        typed: str = self.cleaned_data["phone"].strip()
        if typed:
            try:
                normalise_phone(typed)
            except BadInput as error:
                raise forms.ValidationError(str(error)) from error
        return typed

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("Type a time zone such as Asia/Shanghai."))
        return zone
