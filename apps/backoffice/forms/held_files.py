"""File fields that nobody has to fill in twice: what was chosen before a check failed is kept for
the next try, for the person who chose it.

A form inherits ``FormWithFiles``; a page that shows it again calls ``hold_form_files``, one whose service
took the files ``drop_files``.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from apps.backoffice.models import HeldFile
from apps.backoffice.queries.held_files import held_files, held_keys
from apps.backoffice.services.held_files import drop_held, hold_files, read_held
from apps.core.errors import BadInput, NotStored
from apps.core.files import HoldableFile, NewFile

MOST_KEPT = 12


@dataclass
class Chosen:
    """Files that came with the form now, and the keys of those kept from the last try."""

    fresh: list[Any] = field(default_factory=list)
    keys: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnjudgedFile:
    """Kept as it came: whoever opens it later is only ever given it to download."""

    content: bytes
    name: str
    content_type: str = "application/octet-stream"


class HeldFilesInput(forms.FileInput):
    """Files; those kept from a try that was refused stand below it, ticked off with “Leave this file
    out”."""

    held: Sequence[HeldFile] = ()

    def __init__(self, attrs: dict[str, Any] | None = None, *, several: bool = True) -> None:
        self.allow_multiple_selected = several
        super().__init__({"multiple": True, **(attrs or {})} if several else attrs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Chosen:
        fresh = super().value_from_datadict(data, files, name)
        fresh = fresh if isinstance(fresh, list | tuple) else [fresh] if fresh else []
        dropped = set(_texts(data, f"{name}-drop"))
        wanted = [key for key in _texts(data, f"{name}-kept")[:MOST_KEPT] if key not in dropped]
        return Chosen(list(fresh), held_keys(wanted))

    def use_required_attribute(self, initial: Any) -> bool:
        return not self.held and super().use_required_attribute(initial)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        field = super().render(name, None, attrs, renderer)
        if not self.held:
            return field
        rows = (
            (file.name, name, file.key.hex, name, file.key.hex, gettext("Leave this file out"))
            for file in self.held
        )
        held = format_html_join(
            "",
            '<li>✓ {} <input type="hidden" name="{}-kept" value="{}">'
            '<label class="is-check"><input type="checkbox" name="{}-drop" value="{}"> {}</label></li>',
            rows,
        )
        label = gettext("Files that are kept; no need to choose them again")
        return format_html('{}<ul class="staff-kept" aria-label="{}">{}</ul>', field, label, held)


def _texts(data: Any, name: str) -> list[str]:
    several = getattr(data, "getlist", None)
    return list(several(name)) if several else []


class HeldFilesField(forms.FileField):
    """Any number of files; clean values are ``NewFile`` and judged by the service."""

    several = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=HeldFilesInput(several=self.several), **kwargs)
        self.owner: Any = None
        self.held: list[HeldFile] = []
        self.fresh: list[NewFile] = []

    def clean(self, data: Any, initial: Any = None) -> Any:
        if self.owner is None:
            raise TypeError("a form with files inherits FormWithFiles, which says whose they are")
        chosen = data if isinstance(data, Chosen) else Chosen()
        self.held = held_files(chosen.keys, owner=self.owner)
        most = settings.UPLOAD_MAX_BYTES + 1
        self.fresh = [NewFile(one.read(most), one.name) for one in chosen.fresh]
        return [*read_held(self.held), *self.fresh]

    def accept(self, file: NewFile) -> HoldableFile:
        """What is kept of it. Raises BadInput for what this field does not take anyway."""
        name = "".join(c for c in file.name if c.isprintable())[-160:]
        return UnjudgedFile(file.content, name)

    def hold(self) -> None:
        """For the next try; what is not accepted anyway is left out. Raises NotStored when the disk
        takes none; those kept before stay."""
        harmless = []
        for file in self.fresh:
            with suppress(BadInput):
                harmless.append(self.accept(file))
        self.widget.held = self.held
        if harmless:
            held = hold_files(files=harmless, owner=self.owner, at=timezone.now())
            self.held = self.widget.held = [*self.held, *held]
        self.fresh = []

    def drop(self) -> None:
        """Delete those on hold: a service has stored them elsewhere, or they are of no use."""
        if self.held:
            drop_held(keys=[file.key for file in self.held])
        self.held = self.widget.held = []
        self.fresh = []


class HeldFileField(HeldFilesField):
    """One file of at most UPLOAD_MAX_BYTES; the clean value is a ``NewFile`` or None. One that is
    chosen now takes the place of the one on hold."""

    several = False

    def clean(self, data: Any, initial: Any = None) -> NewFile | None:
        found = super().clean(data, initial)
        if not found:
            self.held = []  # nor is one shown that the store has lost
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        file: NewFile = found[-1]
        try:
            self.accept(file)
        except BadInput as refusal:
            self.fresh = []
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from refusal
        return file

    def hold(self) -> None:
        if self.fresh:
            fresh = self.fresh
            self.drop()
            self.fresh = fresh
        super().hold()

    def accept(self, file: NewFile) -> HoldableFile:
        if not file.content:
            raise BadInput(self.error_messages["empty"], code="file_empty")
        if len(file.content) > (limit := settings.UPLOAD_MAX_BYTES):
            megabytes = limit // 1024 // 1024
            raise BadInput(
                gettext("“%(name)s” is larger than %(megabytes)d MB.")
                % {"name": file.name[:60], "megabytes": megabytes},
                code="file_too_large",
            )
        return super().accept(file)


class FilesMixin:
    """For a form with such fields: files on hold are given back to ``user`` alone."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for one in _file_fields(self):
            one.owner = user


class FormWithFiles(FilesMixin, forms.Form):
    """A plain form with files."""


def _file_fields(form: Any) -> list[HeldFilesField]:
    return [one for one in form.fields.values() if isinstance(one, HeldFilesField)]


def hold_form_files(form: Any, *, shown: Any = None) -> str:
    """Hold the files of ``form`` before it is shown again, or ``shown`` in its place. A file that could not be
    stored becomes an error of its field, which is also returned for pages without that field."""
    sorry = ""
    for name, one in form.fields.items():
        if not isinstance(one, HeldFilesField):
            continue
        names = gettext(", ").join(file.name[:60] for file in one.fresh)
        try:
            one.hold()
        except NotStored:
            sorry = gettext("Please choose these files again: %(names)s") % {"names": names}
            form.add_error(name, sorry)
        again = shown.fields.get(name) if shown is not None else None
        if again is not None:
            again.widget.held = one.held
    return sorry


def drop_files(form: Any) -> None:
    """The service has taken them."""
    for one in _file_fields(form):
        one.drop()
