"""The depot's scan form: one status, one place, one time, many numbers."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit
from apps.tracking.codes import CODES
from apps.tracking.forms.fields import MomentField
from apps.tracking.inputs import IncomingEvent
from apps.tracking.typed import items_of

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 500
SCANS = [
    ("picked_up", _("Picked up")),
    ("arrived", _("Arrived at a hub")),
    ("sorted", _("Sorted")),
    ("departed", _("Departed")),
    ("arrived_dest_city", _("Arrived in destination city")),
    ("out_for_delivery", _("Out for delivery")),
    ("ready_for_pickup.locker_or_station", _("Waiting in a locker or at a station")),
    ("attempt_failed.cannot_contact", _("Consignee absent or not reached")),
    ("refused", _("Refused by consignee")),
    ("delay", _("Delayed")),
    ("damaged", _("Damaged")),
    ("misrouted", _("Misrouted")),
    ("lost", _("Missing")),
    ("returning", _("Returning to sender")),
    ("returned.signed_by_sender", _("Returned to sender")),
]


class ScanForm(forms.Form):
    code = forms.ChoiceField(label=_("status"), choices=SCANS)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("unit"), to_field_name="code")
    at = MomentField(label=_("time"), required=False, help_text=_("Empty: now."))
    text = forms.CharField(label=_("note"), max_length=200, required=False)
    numbers = forms.CharField(
        label=_("waybill numbers"),
        max_length=40_000,
        widget=forms.Textarea(
            attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
        help_text=_("Scan or type one after another; one on each line."),
    )

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.active()
        own = user.visible_unit_ids()
        if own is not None:
            units = units.filter(pk__in=own)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # the field declared above
        known = list(units[:2])
        if len(known) == 1:
            self.initial.setdefault("unit", known[0].code)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code not in CODES:
            raise forms.ValidationError(_("This status is not known."))
        return code

    def clean_numbers(self) -> list[str]:
        numbers = items_of(self.cleaned_data["numbers"])
        if not numbers:
            raise forms.ValidationError(_("Scan or type at least one waybill number."))
        if len(numbers) > MOST:
            raise forms.ValidationError(
                _("At most %(most)d numbers at a time; these are %(n)d."),
                params={"most": MOST, "n": len(numbers)},
            )
        return numbers

    def events(self) -> list[IncomingEvent]:
        values = self.cleaned_data
        unit = values["unit"]
        return [
            IncomingEvent(
                waybill_number=number[:40],
                code=values["code"],
                occurred_at=values["at"] or timezone.now(),
                place=unit.name,
                city=unit.city,
                text=values["text"].strip(),
                unit_code=unit.code,
            )
            for number in values["numbers"]
        ]
