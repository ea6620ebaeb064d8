"""PostgreSQL as services use it: its clock, which is the only present there is (what a process takes for
the time decides nothing), transactions without needless savepoints, many values as one parameter, and
columns of many rows in one statement."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Field, Lookup

from apps.core.errors import RuleBroken

# Sent together with what keeps its plan: one round trip, one transaction, one statement for whoever counts.
_KEEP_PLAN = "SET LOCAL plan_cache_mode = force_generic_plan; "
_BLANK = re.compile(r"%(?:\((\w+)\)s|s|%)")


class Statement:
    """A statement that each connection reads once, for what everyday acts ask again and again: to read a long
    one takes PostgreSQL longer than to do it for one row.

    ``name`` is what operators see at work in ``pg_stat_activity``. It is written with ``%s`` or ``%(name)s`` as
    ever; what a parameter is, PostgreSQL takes from its cast or from what it is compared with. PostgreSQL may
    keep one plan for all values, so it must be good for one row and for thousands, and for a table that has
    grown since it was last analysed. ``keeps_plan``: it must keep it, for a statement that takes longer to plan
    than to answer (docs/adr/0064); without, it plans anew where it expects more of arrays than they hold.
    What follows in the same transaction keeps its plans too.
    """

    def __init__(self, name: str, text: str, *, keeps_plan: bool = False) -> None:
        self._text = text
        self._names: list[str] = []
        self._places = 0
        numbered = _BLANK.sub(self._numbered, text)
        self._called = f"{name}_{sha1(numbered.encode(), usedforsecurity=False).hexdigest()[:8]}"
        self._prepare = f"PREPARE {self._called} AS {numbered}"
        blanks = ", ".join(["%s"] * (len(self._names) or self._places))
        self._execute = (_KEEP_PLAN if keeps_plan else "") + (
            f"EXECUTE {self._called} ({blanks})" if blanks else f"EXECUTE {self._called}"
        )

    def _numbered(self, blank: re.Match[str]) -> str:
        if blank[0] == "%%":
            return "%"
        if (name := blank[1]) is None:
            self._places += 1
            return f"${self._places}"
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}"

    def run(self, cursor: Any, given: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """As ``cursor.execute``; the preparing itself is no statement of the act. Where connections are not
        kept, as behind a pooler by transaction (``CONN_MAX_AGE`` 0), nothing is prepared."""
        if connection.settings_dict["CONN_MAX_AGE"] == 0:
            cursor.execute(self._text, given)
            return
        prepared: set[str] = connection.prepared  # type: ignore[attr-defined]  # core.postgresql
        if self._called not in prepared:
            with connection.wrap_database_errors, connection.connection.cursor() as plain:
                plain.execute(self._prepare)
            prepared.add(self._called)
        values = (
            [given[name] for name in self._names] if isinstance(given, Mapping) else list(given)
        )
        cursor.execute(self._execute, values or None)


def database_now() -> datetime:
    """The instant of this statement by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def not_after(at: datetime | None, now: datetime) -> datetime:
    """When something happened, as the caller says: now if it does not, and never the future."""
    return now if at is None or at > now else at


@contextmanager
def in_callers_transaction() -> Iterator[None]:
    """For a service that others call in the middle of theirs: part of its caller's transaction without
    the two statements of a savepoint; by itself it makes a transaction of its own.

    What it had written when it raises is undone with its caller. So services that doors call, which go
    on after an error, keep ``transaction.atomic``.
    """
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


@contextmanager
def without_savepoints() -> Iterator[None]:
    """One transaction for many changes that are all committed or all undone, without the two statements of a
    savepoint for each: an error undoes all of them, even where a caller in between catches it."""
    features = connection.features
    with transaction.atomic():
        before, features.uses_savepoints = features.uses_savepoints, False
        try:
            yield
        finally:
            features.uses_savepoints = before


def array(values: Iterable[str]) -> str:
    """Texts that may hold anything come as ``quoted``."""
    return "{" + ",".join(values) + "}"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@lru_cache(4096)
def moment(value: datetime | None) -> str:
    """For columns of instants. Writing one takes longer than most of what is done with it, and a batch writes
    each several times. Equal instants of different zones are one here."""
    return value.isoformat() if value else "NULL"


class AnyOf(Lookup):
    """``field__any_of=[…]``: ``field = ANY(array)``, one parameter however many values.

    ``in`` prepares a placeholder for each value, which for thousands costs more than the look
    itself. For plain columns, no references; the values must have the column's type already.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet  # nothing to ask for
        left, params = self.process_lhs(compiler, connection)
        column = self.lhs.output_field.db_type(connection).split("(")[0]
        return f"{left} = ANY(%s::{column}[])", [*params, list(self.rhs)]


def register() -> None:
    Field.register_lookup(AnyOf)


def write_columns(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Store these fields of rows of one model, which are there and locked. What it costs grows with
    their number, not with its square as that of ``bulk_update``."""
    if not rows:
        return
    meta = rows[0]._meta
    by_name = {field.name: field for field in meta.concrete_fields}
    fields = [meta.pk, *(by_name[name] for name in names)]
    columns = [connection.ops.quote_name(str(field.column)) for field in fields]
    given = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
        for field in fields
    ]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    changes = ", ".join(f"{column} = v.{column}" for column in columns[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(meta.db_table)} AS t SET {changes}"  # noqa: S608  # names of ours
            f" FROM unnest({arrays}) AS v ({', '.join(columns)}) WHERE t.{columns[0]} = v.{columns[0]}",
            given,
        )


@contextmanager
def refused_as(refusal: RuleBroken, constraint: str = "") -> Iterator[None]:
    """What is written within is undone, and ``refusal`` raised, where the database does not take it because of
    a constraint whose name holds ``constraint``, or of any where none is named."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint not in str(error):
            raise
        raise refusal from None
