"""A database of one's own for a benchmark: made from nothing, migrated, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """Create ``name`` beside the database of DATABASE_OWNER_URL, point Django at it, migrate it.

    To be entered before django.setup(). The role must be allowed to create databases.
    """
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    parts = urlsplit(url)
    here = urlunsplit(parts._replace(path=f"/{name}"))
    _run(url, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name)
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
        _run(url, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name)


def _run(url: str, statement: str, name: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(name=sql.Identifier(name)))
    connection.close()
