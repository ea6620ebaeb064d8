"""A new version of a clock policy, typed on one page: conditions, targets, and the steps of each (CMP-2).

Starts with what the version in force says. Everything works without a script: a button adds empty rows.
"""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.forms import MomentInput
from apps.sla.enums import (
    CountsFrom,
    IntervalKind,
    Metric,
    OffHours,
    OnReopen,
    TellBy,
    Whom,
)
from apps.sla.kinds import CONDITIONS, timed_kinds
from apps.sla.models import WorkingCalendar
from apps.sla.queries.calendars import ALWAYS_CODE
from apps.sla.services import Conditions, NewStep

UNITS = {"m": 60, "h": 3600, "d": 86_400}
UNIT_CHOICES = [("m", _("minute(s)")), ("h", _("hour(s)")), ("d", _("day(s) of 24 hours"))]
PAUSES = [choice for choice in IntervalKind.choices if choice[0] != IntervalKind.CLOSED]
WHEN_CHOICES = [
    ("before", _("before the due time")),
    ("at", _("at the due time")),
    ("after", _("after the due time")),
    ("share", _("at a share of the time (%)")),
]
_CODES = re.compile(r"^[\w-]{1,40}$")


def split(seconds: int) -> tuple[int, str]:
    """``14400`` → 4 hours: the largest unit that says it in a whole number."""
    for unit, size in reversed(UNITS.items()):
        if seconds % size == 0 and seconds >= size:
            return seconds // size, unit
    return seconds // 60, "m"


class CodesField(forms.CharField):
    """Codes with commas between them; cleans to a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        codes = [part for part in re.split(r"[\s,，、;；]+", text) if part]
        for code in codes:
            if not _CODES.match(code):
                raise forms.ValidationError(
                    _("“%(code)s” is no code: letters, digits, - and _."), params={"code": code}
                )
        return list(dict.fromkeys(codes))


class NumbersField(CodesField):
    def clean(self, value: Any) -> list[Any]:
        codes = super().clean(value)
        for code in codes:
            if not code.isascii() or not code.isdecimal() or len(code) > 15:
                raise forms.ValidationError(_("“%(code)s” is no number."), params={"code": code})
        return [int(code) for code in codes]


def _several(label: Any, choices: Any, **kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )


class VersionForm(forms.Form):
    """To what the version applies, from when, and why it is published."""

    classes: forms.Field = CodesField(label=_("classes"), required=False, max_length=400)
    severities: forms.Field = CodesField(label=_("severities"), required=False, max_length=400)
    channels: forms.Field = CodesField(label=_("channels"), required=False, max_length=400)
    customer_ids = NumbersField(
        label=_("customers"),
        required=False,
        max_length=2000,
        help_text=_("The number in the address of the customer's page. Empty fits everybody."),
    )
    contract_ids = NumbersField(label=_("contracts"), required=False, max_length=2000)
    valid_from = forms.DateTimeField(
        label=_("in force from"),
        required=False,
        help_text=_("Empty: from now on."),
        widget=MomentInput,
    )
    apply_to_open = forms.BooleanField(
        label=_("What is open now follows too"),
        required=False,
        help_text=_("Its clocks are read again. Nobody is told of what turns out to be past."),
    )
    note = forms.CharField(label=_("why it changes"), max_length=300)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CONDITIONS:
            choices, field = getattr(timed_kinds()[kind], name), self.fields[name]
            if choices:
                fits = _("None ticked fits all.")
                self.fields[name] = _several(field.label, choices, help_text=fits)

    def conditions(self) -> Conditions:
        names = ("classes", "severities", "channels", "customer_ids", "contract_ids")
        return Conditions(**{name: self.cleaned_data[name] for name in names})


class TargetForm(forms.Form):
    metric = forms.ChoiceField(label=_("what"), choices=[("", "—"), *Metric.choices])
    number = forms.IntegerField(
        label=_("within"),
        required=False,
        min_value=0,
        max_value=999_999,
        help_text=_(
            "Empty: measured, never late; a promise or a planned step brings its own time."
        ),
    )
    unit = forms.ChoiceField(label=_("unit of time"), choices=UNIT_CHOICES, initial="h")
    calendar = forms.ModelChoiceField(
        WorkingCalendar.objects.none(),
        label=_("working calendar"),
        empty_label=None,
        initial=lambda: WorkingCalendar.objects.filter(code=ALWAYS_CODE).first(),
    )
    pauses = _several(_("paused by"), PAUSES)
    on_reopen = forms.ChoiceField(
        label=_("when opened again"), choices=OnReopen.choices, initial=OnReopen.NONE
    )
    counts_from = forms.ChoiceField(
        label=_("counts"), choices=CountsFrom.choices, initial=CountsFrom.OPENING
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].queryset = WorkingCalendar.objects.order_by("code")  # type: ignore[attr-defined]  # a model choice field

    @property
    def seconds(self) -> int | None:
        number = self.cleaned_data.get("number")
        return None if number is None else int(number) * UNITS[self.cleaned_data["unit"]]


class StepForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80)
    english_name = forms.CharField(label=_("English name"), max_length=80, required=False)
    when = forms.ChoiceField(label=_("when"), choices=WHEN_CHOICES, initial="before")
    number = forms.IntegerField(label=_("how much"), required=False, min_value=0, max_value=999_999)
    unit = forms.ChoiceField(label=_("unit of time"), choices=UNIT_CHOICES, initial="m")
    whom = forms.ChoiceField(
        label=_("who is told"),
        choices=[(Whom.OWNER.value, Whom.OWNER.label), (Whom.UNIT_LEAD.value, Whom.UNIT_LEAD.label)]
        + [(f"role:{value}", label) for value, label in Role.choices],
        initial=Whom.OWNER.value,
    )
    channels = _several(_("by which channels"), TellBy.choices)
    off_hours = forms.ChoiceField(
        label=_("outside office hours"), choices=OffHours.choices, initial=OffHours.SAME
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].required = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_missing = values.get("number") is None and "number" not in self.errors
        if is_missing and values.get("when") not in (None, "at"):
            self.add_error("number", _("Say how much."))
        if values.get("when") == "share" and (values.get("number") or 0) > 1000:
            self.add_error("number", _("A percentage between 0 and 1000."))
        return values

    def step(self) -> NewStep:
        values = self.cleaned_data
        number = values.get("number") or 0
        signed = {"before": -1, "at": 0, "after": 1}.get(values["when"])
        whom, _colon, role = values["whom"].partition(":")
        return NewStep(
            name=values["name"],
            english_name=values["english_name"],
            offset=None if signed is None else signed * number * UNITS[values["unit"]],
            percent=number if signed is None else None,
            whom=whom,
            role=role,
            channels=values["channels"],
            off_hours=values["off_hours"],
        )
