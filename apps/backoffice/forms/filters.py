"""The filters of a list, read from its address."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Choices
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import MomentInput
from apps.core.times import local
from apps.core.widgets import PlainSelect

LONGEST = 80


class FilterForm(forms.Form):
    """A field for each filter. What makes no sense is left out, so that an old link still shows a
    list. The fields are there once one is used or ``filters`` asks for them: most looks at a list
    need none. ``q``, ``view``, ``sort``, ``after``, ``before``, ``name``, ``shared`` and ``format``
    are the list's own."""

    def __init__(self, data: Mapping[str, Any], *, user: Any) -> None:
        super().__init__(data)
        self.user = user
        self.is_asked = "filters" in data
        if self.is_asked or any(data.get(name) for name in self.base_fields):
            self.fill()
        else:
            self.fields = {}
        self.is_valid()

    def fill(self) -> None:
        """Choices that have to be looked up."""

    @property
    def params(self) -> dict[str, str]:
        """What was chosen, as it stands in an address."""
        return {
            name: str(self.data[name])[:LONGEST]
            for name in self.fields
            if self.data.get(name) and name not in self.errors
        }

    def chosen(self) -> Iterator[tuple[str, Any, str]]:
        """(name, label, what was chosen in words) of each filter in use."""
        for name in self.params:
            field, value = self.fields[name], self.cleaned_data[name]
            yield name, field.label, in_words(field, value)


def in_words(field: Any, value: Any) -> str:
    """What was chosen, as a chip says it; "" where the field's label says it all."""
    if isinstance(value, bool):
        return ""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices
        return str(dict(_flat(choices)).get(value, value))
    if isinstance(value, datetime):
        return local(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label


def one_of(
    choices: type[Choices] | Iterable[tuple[Any, Any]], label: Any, **more: Any
) -> forms.ChoiceField:
    """A choice that may be left open."""
    options: Any = getattr(choices, "choices", choices)
    options = [("", "—"), *options]
    return forms.ChoiceField(
        label=label, choices=options, required=False, widget=PlainSelect, **more
    )


def day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


def moment(label: Any) -> forms.DateTimeField:
    """An instant; an address may say its zone (ISO 8601)."""
    return forms.DateTimeField(label=label, required=False, widget=MomentInput)


class SaveFilterForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    shared = forms.BooleanField(label=_("for everybody"), required=False)
