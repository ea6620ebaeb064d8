"""Which rows of a history still count, for rows of any shape."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def live_rows(rows: Sequence[Row]) -> list[Row]:
    """The rules of status.live for dictionaries with the same names. ``rows`` in any order."""
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
