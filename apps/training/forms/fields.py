"""What the forms of training share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.forms import DayInput
from apps.core.times import day_start
from apps.training.enums import Area
from apps.training.queries import led_by

MARKDOWN = _("Markdown: # heading, - list, **bold**, [words](address), tables with |.")

CODE = _("Its address, for good: small letters, digits and hyphens.")


class AreaField(forms.ChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{"label": _("area of work"), "choices": Area.choices, **more})

    def clean(self, value: Any) -> Area:
        return Area(super().clean(value))


class LastDayField(forms.DateField):
    """A day; its value is the midnight that ends it."""

    widget = DayInput

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return None if day is None else day_start(day, 1)


class PeopleForm(forms.Form):
    """About somebody whom ``by`` leads."""

    person = "user"  # the field

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields[self.person]
        chosen.queryset = led_by(by).order_by("display_name", "pk")
