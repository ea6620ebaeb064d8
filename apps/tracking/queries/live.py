"""Which rows of a history still count, for rows of any shape."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


def live_rows(rows: Sequence[Row]) -> list[Row]:
    """What a history shows: the events that still count, each scan once. ``rows`` in any order."""
    repeated = repeats(rows)
    return [row for row in rows_in_force(rows) if row["id"] not in repeated]


def repeats(rows: Sequence[Row]) -> set[int]:
    """Ids of events that count and say again what another one says, from the same source under
    another id or from another source (TRK-2). The one that came first is shown. Once that one is
    put right, the next is shown in its place: its source still stands by it."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in sorted(rows_in_force(rows), key=lambda row: row["id"]):
        place = "".join((row["place"] or row["city"]).split()).casefold()
        key = (row["code"], row["status"], row["reason"], place, _moment(row)[:16])
        groups.setdefault(key, []).append(row)
    return {row["id"] for group in groups.values() for row in _again(group)}


def _again(group: Sequence[Row]) -> Iterable[Row]:
    shown: list[Row] = []
    for row in group:
        if any(_is_same_scan(row, other) for other in shown):
            yield row
        else:
            shown.append(row)


def _is_same_scan(one: Row, other: Row) -> bool:
    """Of two that agree in code, place and minute. Some sources know no seconds; and one source
    that says two different things at a time has seen two things."""
    seconds = {_moment(one)[16:19], _moment(other)[16:19]} - {":00"}
    texts = {one["text"], other["text"]} - {""}
    return len(seconds) < 2 and (one["source"] != other["source"] or len(texts) < 2)


def _moment(row: Row) -> str:
    """Rows that came as JSON have the time as a text already, in UTC like all of them."""
    at = row["occurred_at"]
    return at.isoformat() if isinstance(at, datetime) else str(at)


def rows_in_force(rows: Sequence[Row]) -> list[Row]:
    """The rules of status.live for dictionaries with the same names."""
    gone = {row["supersedes_id"] for row in rows}
    known: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        if row["source_id"]:
            key, version = (row["source"], row["source_id"]), (row["revision"], row["id"])
            if version > known.get(key, (-1, -1)):
                known[key] = version
    return [
        row
        for row in rows
        if row["id"] not in gone
        and not row["is_withdrawal"]
        and (
            not row["source_id"]
            or known[(row["source"], row["source_id"])] == (row["revision"], row["id"])
        )
    ]
