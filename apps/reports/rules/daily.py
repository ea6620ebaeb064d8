"""Lines of a daily report: which are red, how they read, and what came in later. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.choices import ColourChoices

# In ten thousandths: fewer on time are red.
ON_TIME = 9500
IN_CARD = 10
Line = Mapping[str, Any]


class LineKey(ColourChoices):
    VOLUME = "volume", gettext_lazy("Shipments picked up"), "grey"
    ON_TIME = "on_time", gettext_lazy("On time"), "green"
    LATE = "late", gettext_lazy("Late"), "amber"
    STUCK = "stuck", gettext_lazy("No scan for too long"), "amber"
    PUT_RIGHT = "put_right", gettext_lazy("Put right on the spot"), "green"
    SERIOUS = "serious", gettext_lazy("Serious exceptions"), "red"
    CASES = "cases", gettext_lazy("Cases opened"), "grey"
    CLOCKS = "clocks", gettext_lazy("Clocks missed"), "red"
    PROMISES = "promises", gettext_lazy("Promises broken"), "red"
    FOLLOW_UPS = "follow_ups", gettext_lazy("Follow-ups undone"), "red"
    HOTLINE = "hotline", gettext_lazy("Hotline calls answered"), "blue"
    INCIDENTS = "incidents", gettext_lazy("Incidents declared"), "red"
    CLAIMS = "claims", gettext_lazy("Claims paid"), "teal"
    GAPS = "gaps", gettext_lazy("Hours of the roster without anybody"), "red"
    HANDOVERS = "handovers", gettext_lazy("Handovers not accepted in time"), "red"


# Any of these is bad.
NONE_IS_GOOD = frozenset(
    {
        *(LineKey.LATE, LineKey.STUCK, LineKey.SERIOUS, LineKey.CLOCKS, LineKey.PROMISES),
        *(LineKey.FOLLOW_UPS, LineKey.GAPS, LineKey.HANDOVERS, LineKey.INCIDENTS),
    }
)


def line(
    key: LineKey,
    n: int,
    *,
    of: int | None = None,
    goal: int | None = None,
    parts: Iterable[tuple[str, int]] = (),
    rows: Iterable[tuple[str, str, int]] = (),
) -> dict[str, Any]:
    """``of``: out of so many; ``goal`` in ten thousandths of it; ``parts``: what it is made of; ``rows``: (what it
    says, model, number of the row) of the things themselves."""
    is_red = bool(n) if key in NONE_IS_GOOD else False
    if of and goal is not None:
        is_red = n * 10_000 < goal * of
    return {
        "key": key.value,
        "n": n,
        "of": of,
        "red": is_red,
        "parts": [list(one) for one in parts],
        "rows": [list(one) for one in rows],
    }


def words(one: Line) -> str:
    """``On time: 98.2% (982 of 1000)``."""
    label = LineKey(one["key"]).label
    if one["of"] is None:
        return f"{label}: {one['n']}"
    if not one["of"]:
        return f"{label}: —"
    return _("%(what)s: %(share)s%% (%(n)d of %(of)d)") % {
        "what": label,
        "share": f"{100 * one['n'] / one['of']:.1f}",
        "n": one["n"],
        "of": one["of"],
    }


def card(lines: Sequence[Line]) -> list[str]:
    """Ten lines at most, red first."""
    ordered = sorted(lines, key=lambda one: not one["red"])
    return [("● " if one["red"] else "") + words(one) for one in ordered[:IN_CARD]]


def known_of(reports: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[tuple[str, str], Line]:
    """(day, line) → what was last said of it, in reports from the oldest on: (day, content)."""
    known: dict[tuple[str, str], Line] = {}
    for day, content in reports:
        for one in content["lines"]:
            known[day, one["key"]] = one
        for one in content["later"]:
            known[one["day"], one["key"]] = one["line"]
    return known


def came_in_later(
    known: Mapping[tuple[str, str], Line], now: Mapping[str, Iterable[Line]]
) -> list[dict[str, Any]]:
    """What is known by now of earlier days otherwise than it was last said: (day → its lines as they are now)."""
    found = []
    for day, lines in sorted(now.items()):
        for one in lines:
            before = known.get((day, one["key"]))
            if before is None or (before["n"], before["of"]) == (one["n"], one["of"]):
                continue
            had = {tuple(row) for row in before["rows"]}
            fresh = [row for row in one["rows"] if tuple(row) not in had]
            found.append(
                {
                    "day": day,
                    "key": one["key"],
                    "before": {"key": one["key"], "n": before["n"], "of": before["of"]},
                    "rows": fresh,
                    "line": dict(one),
                }
            )
    return found
