"""Form fields used by several apps."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.errors import BadInput
from apps.core.moments import read_moment


class NaturalMomentField(forms.CharField):
    """A future time in natural language ("30分钟后", "tomorrow 9:30"); the clean value is an aware datetime.

    The staff pages' script shows the resulting instant beside the field before anything is saved.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "autocomplete": "off",
            "placeholder": _("15:20 · +20 · tomorrow 9:30"),
            "data-moment": "",
        }
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            zone = timezone.get_current_timezone()
            return read_moment(text, timezone.now(), zone, field="moment")
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
