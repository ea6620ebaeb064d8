"""A database of one's own for a benchmark: made from nothing, migrated, dropped afterwards."""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

PATIENCE = 20
END_MINE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = {literal} AND usename = current_user AND pid <> pg_backend_pid()
"""


def run_in_scratch(name: str, measure: Callable[..., int], **counts: int) -> int:
    """``measure`` in a database of its own, with its counts as they are, or as the command line has them."""
    parser = argparse.ArgumentParser()
    for count, usual in counts.items():
        parser.add_argument(f"--{count}", type=int, default=usual)
    options = parser.parse_args()
    with scratch_database(name):
        return measure(*vars(options).values())


@contextmanager
def tests_database() -> Iterator[None]:
    """What the tests have: made beside that of DATABASE_URL, and dropped."""
    import django
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    from django.db import connection

    databases = setup_databases(0, False, aliases=["default"])
    try:
        yield
    finally:
        connection.close()
        teardown_databases(databases, 0)


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Create ``name`` beside the database of DATABASE_OWNER_URL, point Django at it, migrate it.

    To be entered before django.setup(). The role must be allowed to create databases.
    """
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    # Who may have sessions in it: a role can end no other's.
    roles = [url, *filter(None, [os.environ.get("DATABASE_URL")])]
    parts = urlsplit(url)
    here = urlunsplit(parts._replace(path=f"/{name}"))
    _drop(url, name, roles)
    _run(url, "CREATE DATABASE {name} TEMPLATE template0", name)
    os.environ["DATABASE_URL"] = here
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield here
    finally:
        from django.db import connections

        connections.close_all()
        os.environ["DATABASE_URL"] = roles[-1]
        _drop(url, name, roles)


def _drop(url: str, name: str, roles: list[str]) -> None:
    """Each role ends its own sessions; what is just ending is waited for."""
    for attempt in range(PATIENCE):
        for role in roles:
            _run(role, END_MINE, name)
        try:
            _run(url, "DROP DATABASE IF EXISTS {name}", name)
        except psycopg2.errors.ObjectInUse:
            if attempt == PATIENCE - 1:
                raise
            time.sleep(0.5)
        else:
            return


def _run(url: str, statement: str, name: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        given = {"name": sql.Identifier(name), "literal": sql.Literal(name)}
        cursor.execute(sql.SQL(statement).format(**given))
    connection.close()
