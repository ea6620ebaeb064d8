"""The database of a test process: a copy of one that is migrated once, emptied by what was written.

Migrations take half a minute, a copy half a second; so the template is made once for a state of the
code, and every process of every run works on a fresh copy of it. Tests that commit leave rows:
these are deleted, and what the migrations seed is put back (the house does not work without its
prohibited-goods lists, follow-up steps and standard times). What many tests begin with is made once
and restored from a copy of its rows.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from launch.checkout import Checkout
from launch.testing import schema_digest

# Deleting checks every reference to every row; beyond so many rows emptying the files is quicker.
MANY = 3_000
# How long a program that a test started may take to end its transaction.
PATIENCE = 30.0
_TABLES = """
SELECT c.relname, n.nspname = 'seeds' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'seeds') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND c.relname <> 'django_migrations' ORDER BY 1
"""
_OTHERS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND xact_start IS NOT NULL AND backend_type = 'client backend'
"""
# How many rows there are, and the newest transaction that wrote one: either changes with any write.
_MARK = "(SELECT count(*) || '/' || coalesce(max(xmin::text::bigint), 0) FROM public.{0})"


T = TypeVar("T")
# Older than this it is made anew: it was made for its time.
FRESH = 15 * 60.0


@dataclass
class _Snapshot:
    """What was made once: what ``make`` gave, the tables with its rows, its files, and when."""

    made: Any
    tables: list[str]
    files: Path
    at: float


class _Known:
    """What this process knows of its database."""

    snapshots: dict[str, _Snapshot] = {}

    empty: list[str] = []  # tables without a row after the migrations
    seeds: dict[str, str] = {}  # the others, with their mark


def provide(*, run: str, fresh: bool) -> None:
    """Make the connection's test database: a copy of the template, which is made first where there is
    none of this code. ``fresh`` makes it anew, once for the ``run`` (an id that its processes share)."""
    mine = connection.creation._get_test_db_name()
    template = mine.removesuffix(f"_{os.environ.get('PYTEST_XDIST_WORKER')}") + "_template"
    with _server() as server:
        # One process makes the template; nobody may be connected to it while it is copied.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        if not _is_current(server, template, run if fresh else ""):
            _make(server, template, run)
        server.execute(f'DROP DATABASE IF EXISTS "{mine}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        server.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
    _use(mine)
    _learn()


@contextmanager
def _server() -> Iterator[CursorWrapper]:
    """Connected to no database of ours, and patient: another process may be making the template, which
    takes as long as a busy machine takes for all migrations."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        yield cursor


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name


def _is_current(server: CursorWrapper, template: str, run: str) -> bool:
    """Whether it was finished, for this code, and (if said) in this run."""
    server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [template],
    )
    row = server.fetchone()
    digest, _space, made_in = ((row and row[0]) or "").partition(" ")
    return digest == schema_digest(Checkout.here()) and (not run or made_in == run)


def _make(server: CursorWrapper, template: str, run: str) -> None:
    server.execute(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{template}" TEMPLATE template0')
    before = connection.settings_dict["NAME"]
    _use(template)
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        _set_seeds_aside()
    finally:
        _use(before)
    label = f"{schema_digest(Checkout.here())} {run}"
    server.execute(f'COMMENT ON DATABASE "{template}" IS %s', [label])


def _set_seeds_aside() -> None:
    """Copy the rows that the migrations made into a schema of their own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA seeds")
        cursor.execute(_TABLES)
        for table in [row[0] for row in cursor.fetchall()]:
            cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
            if cursor.fetchone()[0]:
                cursor.execute(f"CREATE TABLE seeds.{table} AS TABLE public.{table}")


def _learn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = cursor.fetchall()
        _Known.seeds = dict.fromkeys([name for name, is_seed in found if is_seed], "")
        _Known.empty = [name for name, is_seed in found if not is_seed if name not in _Known.seeds]
        _mark(cursor)


def _mark(cursor: CursorWrapper) -> None:
    """Take down how the seeds look untouched."""
    marks = ", ".join(_MARK.format(name) for name in _Known.seeds)
    cursor.execute(f"SELECT {marks}")
    _Known.seeds = dict(zip(_Known.seeds, cursor.fetchone(), strict=True))


def clean() -> None:
    """As it was after the migrations, whatever was committed since."""
    _await_the_others()
    with transaction.atomic(), connection.cursor() as cursor:
        touched = _touched(cursor)
        if sum(touched.values()) > MANY:
            everything = ", ".join(f"public.{name}" for name in (*_Known.empty, *_Known.seeds))
            cursor.execute(f"TRUNCATE {everything}")
            lost = list(_Known.seeds)
        else:
            for name in touched:
                cursor.execute(f"DELETE FROM public.{name}")
            lost = [name for name in touched if name in _Known.seeds]
        for name in lost:
            cursor.execute(f"INSERT INTO public.{name} SELECT * FROM seeds.{name}")
    if lost:
        with connection.cursor() as cursor:
            _mark(cursor)


def restored(name: str, make: Callable[[], T]) -> T:
    """What ``make`` makes in an empty database: the first time by calling it, then from a copy of the
    rows and files that it left. For tests that commit and are cleaned up after."""
    known = _Known.snapshots.get(name)
    if known is None or time.monotonic() - known.at > FRESH:
        made = make()
        known = _Known.snapshots[name] = _take_snapshot(name, made)
    else:
        _restore(name, known)
    given: T = deepcopy(known.made)
    return given


def _take_snapshot(name: str, made: Any) -> _Snapshot:
    with transaction.atomic(), connection.cursor() as cursor:
        tables = sorted(_touched(cursor))
        cursor.execute(
            f"DROP SCHEMA IF EXISTS snapshot_{name} CASCADE; CREATE SCHEMA snapshot_{name}"
        )
        for table in tables:
            cursor.execute(f"CREATE TABLE snapshot_{name}.{table} AS TABLE public.{table}")
    files = Path(tempfile.mkdtemp(prefix="yipiao-snapshot-"))
    shutil.copytree(settings.MEDIA_ROOT, files, dirs_exist_ok=True)
    return _Snapshot(deepcopy(made), tables, files, time.monotonic())


def _restore(name: str, known: _Snapshot) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in known.tables:
            rest = ""
            if table == "accounts_user":
                # People whom the test has made already stay: what they did refers to them.
                rest = " ON CONFLICT DO NOTHING"
            elif table in _Known.seeds:
                cursor.execute(f"DELETE FROM public.{table}")
            cursor.execute(
                f"INSERT INTO public.{table} SELECT * FROM snapshot_{name}.{table}{rest}"
            )
    shutil.copytree(known.files, settings.MEDIA_ROOT, dirs_exist_ok=True)


def drop_files() -> None:
    """At the end of a run."""
    for known in _Known.snapshots.values():
        shutil.rmtree(known.files, ignore_errors=True)


def _touched(cursor: CursorWrapper) -> dict[str, int]:
    """Tables that are not as they were, with how many rows they have (at most a little over MANY)."""
    some = f"(SELECT count(*) FROM (SELECT FROM public.{{0}} LIMIT {MANY + 1}) AS found)"
    looks = [f"SELECT '{{0}}', {some}, ''".format(name) for name in _Known.empty]
    looks += [f"SELECT '{{0}}', {some}, {_MARK}".format(name) for name in _Known.seeds]
    cursor.execute(" UNION ALL ".join(looks))
    return {
        name: count
        for name, count, mark in cursor.fetchall()
        if (mark != _Known.seeds[name] if name in _Known.seeds else count)
    }


def _await_the_others() -> None:
    """What other connections are in the middle of is waited for; what a dead program left is ended."""
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_OTHERS)
            pids = [row[0] for row in cursor.fetchall()]
            if not pids:
                return
            if time.monotonic() > until:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [pids])
                return
            time.sleep(0.02)
