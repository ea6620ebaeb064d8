"""Fields that more than one form has."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Choices
from django.utils.translation import gettext_lazy as _

from apps.complaints.inputs import NewFile
from apps.core.widgets import PlainSelect


def text_area(label: Any, *, rows: int = 4, required: bool = True, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows, **attrs}),
        error_messages={"required": _("Write something here.")},
    )


def line(label: Any, most: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


def select(
    choices: type[Choices] | Iterable[tuple[Any, Any]],
    label: Any,
    *,
    empty: Any = None,
    initial: str = "",
) -> forms.ChoiceField:
    """``empty``: what the choice of nothing is called; without it something must be chosen."""
    options: Any = getattr(choices, "choices", choices)
    return forms.ChoiceField(
        label=label,
        choices=options if empty is None else [("", empty), *options],
        required=empty is None,
        initial=initial,
        widget=PlainSelect,
    )


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; clean values are ``NewFile`` and judged by the service."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files"))
        widget = ManyFilesInput(attrs={"multiple": True})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [NewFile(one.read(), one.name) for one in given]
