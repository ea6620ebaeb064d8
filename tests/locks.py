"""Rows that are written once cannot be locked: the application's role has no right to change them, and
PostgreSQL wants that right of whoever locks. Tests run as the owner, who has it, so they look themselves."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps

from apps.core.models import AppendOnly

_LOCK = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b|\bFOR KEY SHARE\b")
_OF = re.compile(r"\bOF ((?:\"?\w+\"?(?:, ?)?)+)")
_FROM = re.compile(
    r"\b(?:FROM|JOIN)\s+\"?(\w+)\"?(?:\s+(?:AS\s+)?(?!WHERE|JOIN|INNER|LEFT|ON|ORDER|FOR|LIMIT|GROUP)\"?(\w+)\"?)?"
)


@lru_cache(maxsize=1)
def written_once() -> frozenset[str]:
    """The tables of append-only models."""
    return frozenset(
        model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)
    )


def locked_tables(sql: str) -> set[str]:
    """The tables whose rows a statement locks: those of the same level of brackets as the lock, as a
    select in an expression is not locked."""
    found: set[str] = set()
    for lock in _LOCK.finditer(sql):
        named = {alias or table: table for table, alias in _FROM.findall(_level(sql, lock.start()))}
        chosen = _OF.match(sql[lock.end() :].lstrip())
        names = re.findall(r"\w+", chosen[1]) if chosen else list(named)
        found |= {named.get(name, name) for name in names}
    return found


def _level(sql: str, end: int) -> str:
    """What stands before ``end`` between the same brackets, without what is in further ones."""
    depth, kept = 0, []
    for sign in reversed(sql[:end]):
        depth += (sign == ")") - (sign == "(")
        if depth < 0:
            break
        if depth == 0:
            kept.append(sign)
    return "".join(reversed(kept))


def refuse_locks(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Around every statement of a test; what defines functions is read by tests/core/test_locks.py."""
    reads = isinstance(sql, str) and " FOR " in sql and "FUNCTION" not in sql
    if reads and (bad := locked_tables(sql) & written_once()):
        raise AssertionError(f"{sorted(bad)} are written once: the application may not lock them")
    return execute(sql, params, many, context)
