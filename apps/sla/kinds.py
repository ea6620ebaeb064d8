"""The kinds of things that clocks run for. The apps above bring the things and announce their kinds in
their ``enums``: ``MATTER_KINDS = {OrderMatter.ORDER: Timed(seen_with="orders.view_workorder")}``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from apps.core.choices import ColourChoices
from apps.core.discovery import modules_named

Choices = Sequence[tuple[str, Any]]
CONDITIONS = ("classes", "severities", "channels")


@dataclass(frozen=True)
class Timed:
    """``seen_with`` is the permission of whoever may see what the clock is about, and so the clock. By
    the others a policy may be for some things of the kind only; they are the choices of their fields."""

    seen_with: str
    classes: Choices = ()
    severities: Choices = ()
    channels: Choices = ()


@lru_cache(maxsize=1)
def timed_kinds() -> dict[str, Timed]:
    """Every kind that an app has announced, with what clocks need to know of it."""
    found: dict[str, Timed] = {}
    for config, enums in modules_named("enums"):
        for kind, timed in getattr(enums, "MATTER_KINDS", {}).items():
            if kind in found:
                raise ValueError(f"{config.name}: there is a kind {kind.value!r} already")
            found[kind] = timed
    return found


@lru_cache(maxsize=1)
def matter_kinds() -> Any:
    """All kinds as one list of choices. An app's own are in its ``enums``: ``OrderMatter.ORDER``."""
    announced: Any = timed_kinds()
    make: Any = ColourChoices
    return make("MatterKind", [(one.name, (one.value, one.label, one.colour)) for one in announced])


def matter_kind_choices() -> Choices:
    """For the fields of models: migrations hold this function and know no kind by name."""
    choices: Choices = matter_kinds().choices
    return choices


def known_kind(kind: str) -> str:
    """Raises ValueError for a kind that no app has announced."""
    return str(matter_kinds()(kind).value)


def words_of(condition: str, code: str) -> str:
    """What a class, severity or channel is called, whichever kind it is of."""
    for one in timed_kinds().values():
        for value, label in getattr(one, condition):
            if value == code:
                return str(label)
    return code
