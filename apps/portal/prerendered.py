"""Templates rendered once per language and then only filled: what makes the public page light.

A template is rendered once with a mark in place of each value and cut at the marks; a request
joins the pieces with its own escaped values. The template may only ask whether a value is empty,
so it is prerendered once for every set of values that are not. Nothing of a request is remembered.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# A private-use character: it survives escaping, and no value is in the template when it is cut.
_MARK = "\ue000"
_MOST_SHAPES = 512


def fill(template: str, values: Mapping[str, str]) -> SafeString:
    """The template with ``values``; text is escaped, SafeString goes in as it is."""
    return mark_safe(_filled(template, values, get_language() or ""))


def fill_each(template: str, rows: Iterable[Mapping[str, str]]) -> SafeString:
    language = get_language() or ""
    return mark_safe("".join([_filled(template, row, language) for row in rows]))


def _filled(template: str, values: Mapping[str, str], language: str) -> str:
    names = tuple([name for name, value in values.items() if value])
    prerender = _prerender.__wrapped__ if settings.DEBUG else _prerender
    return "".join(
        [
            _safe(values[piece]) if is_name else piece
            for piece, is_name in prerender(template, names, language)
        ]
    )


def _safe(value: str) -> str:
    return value if isinstance(value, SafeString) else escape(value)


@lru_cache(maxsize=_MOST_SHAPES)
def _prerender(template: str, names: tuple[str, ...], language: str) -> list[tuple[str, bool]]:
    marked = {name: f"{_MARK}{name}{_MARK}" for name in names}
    pieces = render_to_string(template, marked).split(_MARK)
    return [(piece, bool(turn % 2)) for turn, piece in enumerate(pieces) if piece]
