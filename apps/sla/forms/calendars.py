"""Input of the calendar pages, to clean values."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.core.errors import BadInput
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.models import WorkingCalendar
from apps.sla.worktime import Interval, parse_hours, written
from apps.sla.worktime.reading import WEEKDAYS
from apps.sla.year_files import MAX_RUN, typed_hours

DAY_LABELS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
HOURS_HELP = _("Such as 09:00-12:00, 13:00-18:00. Empty: closed. 24:00 is the end of the day.")
YEARS = (2000, 2200)


class HoursField(forms.CharField):
    """Hours of one day as one types them; cleans to intervals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 200, **kwargs})

    def clean(self, value: Any) -> tuple[Interval, ...]:
        text = super().clean(value)
        try:
            return parse_hours(typed_hours(text), field=str(self.label))
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class WeekForm(forms.Form):
    zone = forms.CharField(label=_("Time zone"), max_length=40, initial="Asia/Shanghai")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in zip(WEEKDAYS, DAY_LABELS, strict=True):
            self.fields[key] = HoursField(label=label, help_text=HOURS_HELP if key == "mon" else "")

    def week(self) -> list[list[list[str]]]:
        return [written(self.cleaned_data[key]) for key in WEEKDAYS]


class NewCalendarForm(WeekForm):
    code = forms.SlugField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=60)
    english_name = forms.CharField(label=_("English name"), max_length=60, required=False)
    is_official = forms.BooleanField(
        label=_("public holidays apply"),
        required=False,
        initial=True,
        help_text=_("Holidays and make-up working days of the State Council's list."),
    )
    field_order = ["code", "name", "english_name", "is_official", "zone"]


class DaysForm(forms.Form):
    first = forms.DateField(label=_("First day"))
    last = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Empty: only the first.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DayKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=60)
    english_name = forms.CharField(label=_("English name"), max_length=60, required=False)
    hours = HoursField(
        label=_("Hours"),
        help_text=_("Only for a working day: its hours, when they are not those of a normal day."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not first <= last < first + timedelta(days=MAX_RUN):
            self.add_error(
                "last",
                forms.ValidationError(
                    _("It must not lie before the first day, and at most %(n)s days are entered."),
                    params={"n": MAX_RUN},
                ),
            )
        return cleaned

    def entries(self) -> list[DayEntry]:
        typed = self.cleaned_data
        first: date = typed["first"]
        count = ((typed["last"] or first) - first).days + 1
        return [
            DayEntry(
                first + timedelta(days=n),
                DayKind(typed["kind"]),
                typed["name"],
                typed["english_name"],
                typed["hours"] or None,
            )
            for n in range(count)
        ]


class DayForm(forms.Form):
    day = forms.DateField(label=_("Day"))


class YearFileForm(FormWithFiles):
    year = forms.IntegerField(label=_("Year"), min_value=YEARS[0], max_value=YEARS[1])
    source = forms.CharField(
        label=_("Source"),
        max_length=160,
        required=False,
        help_text=_("Such as the number of the State Council's notice."),
    )
    file = HeldFileField(
        label=_("File"),
        help_text=_(
            "CSV or xlsx with the headings 日期, 至, 类型 (放假, 上班 or 单独时段), 名称, 英文名称, 时段; or JSON."
        ),
    )


def week_as_typed(calendar: WorkingCalendar) -> dict[str, Any]:
    """What ``WeekForm`` starts with."""
    days = {
        key: ", ".join("-".join(pair) for pair in hours)
        for key, hours in zip(WEEKDAYS, calendar.week, strict=True)
    }
    return {"zone": calendar.zone, **days}
