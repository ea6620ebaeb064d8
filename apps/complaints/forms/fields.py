"""Fields that more than one form has."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Choices
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.complaints.files import clean_file
from apps.complaints.inputs import NewFile
from apps.complaints.models import HeldFile
from apps.complaints.queries.held import held_files
from apps.complaints.services.holding import drop_held, hold_files, read_held
from apps.core.errors import BadInput
from apps.core.widgets import PlainSelect

MOST_KEPT = 12


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


@dataclass
class Chosen:
    """Files that came with the form now, and those kept from the last try."""

    fresh: list[Any] = field(default_factory=list)
    kept: list[HeldFile] = field(default_factory=list)


class KeptFilesInput(forms.FileInput):
    """Any number of files; those kept from a try that was refused stand below it, ticked off with
    “Leave out”."""

    allow_multiple_selected = True
    kept: Sequence[HeldFile] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Chosen:
        fresh = super().value_from_datadict(data, files, name)
        fresh = fresh if isinstance(fresh, list | tuple) else [fresh] if fresh else []
        dropped = set(_texts(data, f"{name}-drop"))
        wanted = [key for key in _texts(data, f"{name}-kept")[:MOST_KEPT] if key not in dropped]
        return Chosen(list(fresh), held_files(_keys(wanted)))

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        field = super().render(name, None, attrs, renderer)
        if not self.kept:
            return field
        rows = (
            (file.name, name, file.key.hex, name, file.key.hex, gettext("Leave out"))
            for file in self.kept
        )
        kept = format_html_join(
            "",
            '<li>✓ {} <input type="hidden" name="{}-kept" value="{}">'
            '<label class="is-check"><input type="checkbox" name="{}-drop" value="{}"> {}</label></li>',
            rows,
        )
        label = gettext("Files that are kept; no need to choose them again")
        return format_html('{}<ul class="house-kept" aria-label="{}">{}</ul>', field, label, kept)


def _texts(data: Any, name: str) -> list[str]:
    several = getattr(data, "getlist", None)
    return list(several(name)) if several else []


def _keys(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(UUID(hex=text))
    return found


class FilesField(forms.FileField):
    """Any number of files; clean values are ``NewFile`` and judged by the service.

    A page that shows the form again calls ``keep_files``, one whose service took them
    ``forget_files``: nobody chooses a file twice."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files"))
        widget = KeptFilesInput(attrs={"multiple": True})
        super().__init__(required=False, widget=widget, **kwargs)
        self.chosen = Chosen()
        self.fresh: list[NewFile] = []

    def clean(self, data: Any, initial: Any = None) -> Any:
        self.chosen = data if isinstance(data, Chosen) else Chosen()
        self.fresh = [NewFile(one.read(), one.name) for one in self.chosen.fresh]
        return [*read_held(self.chosen.kept), *self.fresh]

    def keep(self) -> None:
        """For the next try; what is not accepted anyway is left out."""
        harmless = []
        for file in self.fresh:
            with suppress(BadInput):
                harmless.append(clean_file(file))
        held = hold_files(files=harmless, at=timezone.now()) if harmless else []
        self.chosen.kept, self.fresh = [*self.chosen.kept, *held], []
        self.widget.kept = self.chosen.kept


def keep_files(form: forms.Form, *, shown: forms.Form | None = None) -> None:
    """Before ``form`` is shown again, or ``shown`` in its place."""
    for name, one in form.fields.items():
        if isinstance(one, FilesField):
            one.keep()
            again = shown.fields.get(name) if shown is not None else None
            if again is not None:
                again.widget.kept = one.chosen.kept


def forget_files(form: forms.Form) -> None:
    """They stand in the case now."""
    for one in form.fields.values():
        if isinstance(one, FilesField) and one.chosen.kept:
            drop_held(keys=[file.key for file in one.chosen.kept])
