"""Fields that more than one form has."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Choices
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import HeldFilesField
from apps.complaints.models import CauseNode
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_file
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


class FilesField(HeldFilesField):
    """Any number of files of a case: pictures and documents as ``clean_file`` takes them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **{"label": _("Files"), **kwargs})

    def accept(self, file: NewFile) -> CleanFile:
        return clean_file(file)


class CauseField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """The tree as a list, each level indented; one query for page and check."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CauseNode.objects.filter(is_active=True), **kwargs)
