"""Filling words: ``{name}`` and nothing else. Pure.

Templates are written by people in the back office, so no attribute, index, conversion or format
of Python's own formatting is let through.
"""

import re
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.masking import mask_address, mask_name, mask_phone
from apps.core.notice_types import Topic

_NAME = re.compile(r"[a-z][a-z0-9_]*")
MASKS = {"name": mask_name, "phone": mask_phone, "address": mask_address}


def variables_in(text: str) -> set[str]:
    """Raises BadInput for a brace that stands alone or anything beyond a plain name."""
    names = set()
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise BadInput(
            _("A brace { or } stands alone. Write a variable as {number}, a brace as {{."),
            code="bad_brace",
            field="body",
        ) from None
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not _NAME.fullmatch(name):
            raise BadInput(
                _("“%(name)s” is not a variable. Write it as {number}.") % {"name": name[:40]},
                code="bad_variable",
                field="body",
            )
        names.add(name)
    return names


def check_words(
    topic: Topic, texts: Iterable[tuple[str, str]], *, besides: Iterable[str] = ()
) -> None:
    """``texts`` are (field, text); raises BadInput for a variable that the topic does not have.
    ``besides`` are variables that are there for every topic."""
    known = {v.name for v in topic.variables} | set(besides)
    for field, text in texts:
        unknown = sorted(variables_in(text) - known)
        if unknown:
            raise BadInput(
                _("“%(topic)s” has no variable %(unknown)s. It has: %(known)s.")
                % {
                    "topic": topic.label,
                    "unknown": ", ".join(f"{{{n}}}" for n in unknown),
                    "known": ", ".join(f"{{{n}}}" for n in sorted(known)),
                },
                code="unknown_variable",
                field=field,
            )


def fill(text: str, values: Mapping[str, Any]) -> str:
    """A variable without a value becomes empty; braces in values stay as they are."""
    filled = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        filled.append(literal)
        if name is not None:
            filled.append(str(values.get(name, "")))
    return "".join(filled)


def masked(kind: str, value: str, shown: frozenset[str]) -> str:
    """A personal value as a channel may show it; a kind it may not show at all is hidden."""
    if kind in shown:
        return value
    mask = MASKS.get(kind)
    return mask(value) if mask else "***"
