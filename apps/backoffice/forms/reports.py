"""What a report is asked for, read from its address: a month, a day, and whatever else narrows it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import DayInput
from apps.backoffice.forms.filters import FilterForm, in_words

FIRST_YEAR, LAST_YEAR = 2000, 2099


class SteppedField(forms.DateField):
    """A time that has one before it and one after; of this century, so that both are dates."""

    def to_python(self, value: Any) -> date | None:
        found: date | None = super().to_python(value)
        if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def neighbours(self, value: date) -> tuple[str, str]:
        """Both as they stand in an address."""
        raise NotImplementedError


class MonthInput(forms.DateInput):
    """The browser's own choice of a month."""

    input_type = "month"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"placeholder": "2026-11", **(attrs or {})}, format="%Y-%m")


class MonthField(SteppedField):
    """A month as “2026-11”; its value is the first day of it."""

    widget = MonthInput
    default_error_messages: ClassVar = {"invalid": _("Write the month as 2026-11.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"label": _("Month"), "input_formats": ["%Y-%m"], **more})

    def neighbours(self, value: date) -> tuple[str, str]:
        before, after = value - timedelta(days=1), value + timedelta(days=31)
        return f"{before:%Y-%m}", f"{after:%Y-%m}"


class DayField(SteppedField):
    def __init__(self, **more: Any) -> None:
        usual = {"label": _("Day"), "input_formats": ["%Y-%m-%d"], "widget": DayInput}
        super().__init__(**{**usual, **more})

    def neighbours(self, value: date) -> tuple[str, str]:
        one = timedelta(days=1)
        return (value - one).isoformat(), (value + one).isoformat()


class ReportForm(FilterForm):
    """A filter that the address does not name has its usual value. What makes no sense has it too, so
    that an old link still shows something; a form that ``refuses`` says beside the field what is wrong."""

    refuses = False

    def __init__(self, data: Mapping[str, Any], *, user: Any, at: datetime) -> None:
        self.today = timezone.localdate(at)
        self.usual_values = self.usual()
        named = {name: data[name] for name in self.base_fields if data.get(name)}
        super().__init__({**self.usual_values, **named, "filters": "1"}, user=user)
        if self.errors and not self.refuses:
            usual = {name: self.usual_values.get(name, "") for name in self.errors}
            self.data = {**self.data, **usual}
            self.full_clean()

    def usual(self) -> dict[str, str]:
        """What is asked for on arriving, as it stands in an address; ``self.today`` is the local day."""
        return {}

    def chosen(self) -> Iterator[tuple[str, Any, str]]:
        """(name, label, what was chosen in words) of each filter that has not its usual value."""
        for name, value in self.params.items():
            if value != self.usual_values.get(name):
                field = self.fields[name]
                yield name, field.label, in_words(field, self.cleaned_data[name])


class MonthReportForm(ReportForm):
    """The month that runs."""

    month = MonthField(required=False)

    def usual(self) -> dict[str, str]:
        return {"month": f"{self.today:%Y-%m}"}


class DayReportForm(ReportForm):
    """Today."""

    day = DayField(required=False)

    def usual(self) -> dict[str, str]:
        return {"day": self.today.isoformat()}


class PeriodReportForm(ReportForm):
    """Two local days, both included: the last thirty unless chosen."""

    refuses = True
    longest = 400  # days

    first_day = DayField(label=_("from"), required=False)
    last_day = DayField(label=_("to"), required=False)

    def usual(self) -> dict[str, str]:
        first = self.today - timedelta(days=29)
        return {"first_day": first.isoformat(), "last_day": self.today.isoformat()}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", gettext("The last day comes before the first."))
        elif first and last and (last - first).days > self.longest:
            message = gettext("At most %(days)d days at a time.") % {"days": self.longest}
            self.add_error("last_day", message)
        return values
