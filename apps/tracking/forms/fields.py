"""Fields that the pages of this app share."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from apps.core.errors import BadInput
from apps.tracking.typed import one_number

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


class MomentField(forms.DateTimeField):
    """A local moment to the minute, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMATS[0])
        super().__init__(input_formats=FORMATS, widget=widget, **kwargs)


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class NoteField(forms.CharField):
    def __init__(self, rows: int = 2, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 500)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def clean_waybill_number(typed: str) -> str:
    """The number as the company writes it, out of whatever was pasted; a mistyped one is refused
    beside its field."""
    try:
        return one_number(typed)
    except BadInput as refusal:
        raise forms.ValidationError(str(refusal), code=refusal.code) from None


def now_to_the_minute() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)
