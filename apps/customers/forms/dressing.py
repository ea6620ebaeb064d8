"""The back office's look for plain Django forms."""

from typing import TypeVar

from django import forms
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

F = TypeVar("F", bound=forms.BaseForm)


class DayInput(forms.DateInput):
    """The browser's own calendar; it works without scripts."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """Local time; Django reads it in the current zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def dress(form: F) -> F:
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.DateInput) and not isinstance(widget, DayInput):
            field.widget = widget = DayInput()
        widget.attrs["class"] = " ".join(_classes(widget))
        if isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = 3
    return form


def _classes(widget: forms.Widget) -> list[str]:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return ["customer-choices"]
    if isinstance(widget, forms.CheckboxInput):
        return list(CHECKBOX_CLASSES)
    if isinstance(widget, forms.Select):
        return list(SELECT_CLASSES)
    if isinstance(widget, forms.Textarea):
        return list(TEXTAREA_CLASSES)
    if isinstance(widget, forms.FileInput):
        return ["customer-file"]
    return list(INPUT_CLASSES)
