"""Whether the tables are those of the migrations that are on record as applied.

Until the first release each app has one first migration, which changes in place. A database that an older one of
them made is on record as up to date and is not; it is told by its tables, columns and constraints, not by
``django_migrations``.
"""

from collections.abc import Iterator

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

from apps.core.discovery import our_apps

_COLUMNS = """
SELECT c.relname, a.attname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND a.attnum > 0 AND NOT a.attisdropped
"""
_NAMES = """
SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
UNION SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('i', 'I')
"""


def first_difference(connection: BaseDatabaseWrapper) -> str:
    """What no migration will change any more, as "hotline_callback.taken_at"; empty where all is well, also in an
    empty database and where migrations are still to be applied."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    applied_here = {
        name for name in loader.applied_migrations or () if name[0] in loader.migrated_apps
    }
    gone = applied_here - set(loader.disk_migrations or ())
    if gone:
        return "{}.{} is gone".format(*min(gone))
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory:
        return "django_migrations"
    applied = {name for name, _migration in loader.applied_migrations or ()}
    waiting = {
        app for app, name in loader.graph.nodes if (app, name) not in loader.applied_migrations
    }
    done = [config for config in our_apps() if config.label in applied - waiting]
    if not done:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns: dict[str, dict[str, bool]] = {}
        for table, column, must in cursor.fetchall():
            columns.setdefault(table, {})[column] = must
        cursor.execute(_NAMES)
        names = {name for (name,) in cursor.fetchall()}
    tables = [model for config in done for model in config.get_models(include_auto_created=True)]
    return next((what for model in tables for what in _differences(model, columns, names)), "")


def _differences(
    model: type[models.Model], columns: dict[str, dict[str, bool]], names: set[str]
) -> Iterator[str]:
    meta = model._meta
    if not meta.managed or meta.proxy:
        return
    there = columns.get(meta.db_table)
    if there is None:
        yield meta.db_table
        return
    ours = {str(field.column) for field in meta.local_concrete_fields}
    yield from (f"{meta.db_table}.{column}" for column in sorted(ours - set(there)))
    # A column that is gone here, and that no row of ours fills.
    yield from (
        f"{meta.db_table}.{column}"
        for column, must in sorted(there.items())
        if must and column not in ours
    )
    for one in [*meta.constraints, *meta.indexes]:
        if one.name not in names:
            yield f"{meta.db_table}: {one.name}"
