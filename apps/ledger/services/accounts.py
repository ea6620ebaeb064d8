"""Accounts by what they are; opened at their first use."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from apps.ledger.enums import MEMO
from apps.ledger.inputs import Side

Key = tuple[str, str, int | None]
# Two equalities instead of one "is not distinct from", so that the index of account_once serves.
_FIND = """
SELECT a.id, a.kind, a.party_kind, a.party_id FROM ledger_account a
JOIN unnest(%(kinds)s::varchar[], %(parties)s::varchar[], %(ids)s::bigint[]) AS w (kind, party_kind, party_id)
    ON a.kind = w.kind AND a.party_kind = w.party_kind AND a.party_id = w.party_id
UNION ALL
SELECT a.id, a.kind, a.party_kind, a.party_id FROM ledger_account a
WHERE a.party_kind = '' AND a.party_id IS NULL AND a.kind = ANY(%(bare)s::varchar[])
"""
_OPEN = """
INSERT INTO ledger_account (kind, party_kind, party_id, party_name, is_memo)
SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::bigint[], %s::varchar[], %s::boolean[])
ON CONFLICT DO NOTHING
"""


def account_ids(sides: Iterable[Side]) -> dict[Key, int]:
    """The account of each side; those that are missing are opened, in the order of their keys so
    that two who open the same wait for one another."""
    wanted = {side.key: side for side in sides}
    found = _find(list(wanted))
    missing = sorted((s for key, s in wanted.items() if key not in found), key=_in_order)
    if missing:
        rows = [(*s.key, s.party.name[:160] if s.party else "", s.kind in MEMO) for s in missing]
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [list(column) for column in zip(*rows, strict=True)])
        found |= _find([side.key for side in missing])
    return found


def _in_order(side: Side) -> tuple[str, str, int]:
    kind, party, number = side.key
    return kind, party, number or 0


def _find(keys: list[Key]) -> dict[Key, int]:
    with_party = [key for key in keys if key[2] is not None]
    given: dict[str, Any] = {
        "kinds": [key[0] for key in with_party],
        "parties": [key[1] for key in with_party],
        "ids": [key[2] for key in with_party],
        "bare": [key[0] for key in keys if key[2] is None],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, given)
        return {(kind, party, number): pk for pk, kind, party, number in cursor.fetchall()}
