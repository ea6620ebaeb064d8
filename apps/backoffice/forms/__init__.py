"""The plain forms of acts, and what all forms of the staff pages have in common."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import RuleBroken


class DayInput(forms.DateInput):
    """The browser's own calendar; it works without scripts."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """Local time; Django reads it in the current zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class ConfirmForm(forms.Form):
    """Nothing to type: reading what will happen, and pressing the button."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


def with_pickers(form: Any) -> Any:
    """The browser's own pickers for days, moments and hours, wherever the form left Django's text boxes."""
    for field in form.fields.values():
        if type(field.widget) is forms.DateInput:
            field.widget = DayInput(field.widget.attrs)
        elif type(field.widget) is forms.DateTimeInput:
            field.widget = MomentInput(field.widget.attrs)
        elif type(field.widget) is forms.TimeInput:
            field.widget = HourInput(field.widget.attrs)
    return form


def put_refusal(form: Any, refusal: RuleBroken, names: Any = None) -> None:
    """Beside the field at fault, or above the form; refused rows as a list with their lines.
    ``names``: what the form calls a field of the service."""
    for one in getattr(refusal, "rows", None) or [refusal]:
        row = getattr(one, "row", None)
        field = (names or {}).get(one.field, one.field)
        message = _("line %(n)s: %(why)s") % {"n": row, "why": one} if row else str(one.message)
        form.add_error(field if not row and field in form.fields else None, message)
