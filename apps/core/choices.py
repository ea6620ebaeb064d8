"""Choices that carry the label people read and the colour they see."""

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Choices, TextChoices
from django.db.models.enums import ChoicesType
from django.utils import translation

COLOURS = frozenset({"grey", "blue", "teal", "green", "amber", "red", "purple"})


_known: dict[frozenset[str], Any] = {}


def colour_of(choices: Any, value: str) -> str:
    """The colour of ``value`` among a field's choices; grey when they carry none."""
    kind = _known.get(frozenset(str(v) for v, _label in choices or []))
    return str(kind(value).colour) if kind is not None and value in kind.values else "grey"


class _ColourType(ChoicesType):
    """Puts the label last, where Django's own metaclass looks for it."""

    def __new__(cls, name: str, bases: tuple[type, ...], members: Any, **kwargs: Any) -> Any:
        for key in members._member_names:
            written = members[key]
            if isinstance(written, tuple) and len(written) == 3:
                value, label, colour = written
                if colour not in COLOURS:
                    raise ValueError(f"{name}.{key}: {colour} is not one of {sorted(COLOURS)}")
                dict.__setitem__(members, key, (value, colour, label))
        made = super().__new__(cls, name, bases, members, **kwargs)
        _known[frozenset(made.values)] = made
        return made


if TYPE_CHECKING:
    _Base = TextChoices
else:

    class _Base(TextChoices, metaclass=_ColourType):
        pass


class ColourChoices(_Base):
    """Members are ``NAME = "value", _("Label"), "colour"``; without a colour they are grey."""

    colour: str

    def __new__(cls, value: str, colour: str = "grey") -> "ColourChoices":
        member = str.__new__(cls, value)
        member._value_ = value
        member.colour = colour
        return member


def fold(text: str) -> str:
    """A word as it is compared: without spaces, width and case."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def choice_of(choices: type[Choices], text: str) -> str | None:
    """The value that ``text`` means, by its own name or its label in either language: a spreadsheet
    says 门到门, a program door_to_door. None for any other word."""
    return _words(choices).get(fold(text))


@lru_cache(maxsize=64)
def _words(choices: type[Choices]) -> dict[str, str]:
    known: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            known |= {fold(str(label)): str(value) for value, label in choices.choices}
    return known | {fold(str(value)): str(value) for value, _label in choices.choices}
