"""Tables that rarely change, cached by each process for as long as no row of it has changed.

Lists of goods, service times, units, follow-up steps: small tables that every act reads and hardly
anybody writes. A table's version is made of the versions of its rows as PostgreSQL itself keeps them,
so whoever changes one, in whatever way, is seen by the next act; no process has to be notified.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection, models

from apps.core.database import Statement

T = TypeVar("T")
_VERSION = """
(SELECT count(*) || ':' || coalesce(sum(hashtextextended(t.xmin::text || t.ctid::text, 0)), 0)
 FROM {table} t)
"""
_checked: ContextVar[dict[str, str] | None] = ContextVar("checked", default=None)


class CachedTables(Generic[T]):
    """What ``read`` makes of some tables, read anew when one of them has changed. It is shared by
    all threads: nobody may change it."""

    def __init__(self, read: Callable[[], T], *tables: type[models.Model]) -> None:
        self.read = read
        self.tables = tuple(sorted(table._meta.db_table for table in tables))
        self._last: tuple[list[str], T] | None = None

    def __call__(self) -> T:
        """One query when nothing has changed, and none inside ``checked_together``."""
        known = _checked.get()
        if known is None or not known.keys() >= set(self.tables):
            known = _versions(self.tables)
        version = [known[table] for table in self.tables]
        last = self._last
        if last is None or last[0] != version:
            # Asked before it is read: what changes in between is at worst read again.
            last = self._last = (version, self.read())
        return last[1]


@contextmanager
def checked_together(*cached: CachedTables[Any]) -> Iterator[None]:
    """One query for all of these; within, each is what it was at the beginning."""
    tables = sorted({table for one in cached for table in one.tables})
    token = _checked.set({**(_checked.get() or {}), **_versions(tables)})
    try:
        yield
    finally:
        _checked.reset(token)


def _versions(tables: Sequence[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        _asking(tuple(tables)).run(cursor)
        return dict(zip(tables, cursor.fetchone(), strict=True))


@cache
def _asking(tables: tuple[str, ...]) -> Statement:
    quote = connection.ops.quote_name
    asked = ", ".join(_VERSION.format(table=quote(table)) for table in tables)
    return Statement("table_versions", f"SELECT {asked}")  # names of our own tables
