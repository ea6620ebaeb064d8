"""Data of an older first migration ends a start with one sentence that says what to do, and is left as it is."""

from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.older_schema import first_difference
from launch.django import OLDER
from tests.launch.databases import owner_url
from tests.launch.installations import copied, starters


@pytest.mark.django_db
def test_the_tables_of_today_differ_in_nothing() -> None:
    assert first_difference(connection) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE django_migrations SET name = '0002_old' WHERE app = 'sla'", "sla.0002_old"),
        ("ALTER TABLE hotline_callback DROP COLUMN taken_at CASCADE", "hotline_callback.taken_at"),
        ("ALTER TABLE hotline_callback ADD COLUMN old int NOT NULL", "hotline_callback.old"),
        ("ALTER TABLE accounts_unit RENAME TO accounts_branch", "accounts_unit"),
        ("ALTER TABLE hotline_callback DROP CONSTRAINT callback_of_a_call", "callback_of_a_call"),
        ("DROP INDEX callback_open", "callback_open"),
        ("DELETE FROM django_migrations WHERE app = 'events'", "django_migrations"),
    ],
)
def test_each_kind_of_difference_is_found(change: str, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)
    with pytest.raises(CommandError) as refused:
        call_command("migrate", "--plan", stdout=StringIO())
    assert what in str(refused.value) and refused.value.returncode == OLDER


@pytest.mark.django_db
def test_what_is_still_to_be_migrated_is_no_difference() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'desk'")
        cursor.execute("DELETE FROM django_migrations")
    assert first_difference(connection) == ""


@pytest.mark.slow
@pytest.mark.django_db
def test_a_start_on_it_ends_with_one_sentence() -> None:
    url = owner_url()
    older = f"{url}_older"
    name = older.rpartition("/")[2]
    server = psycopg2.connect(url)
    server.autocommit = True
    try:
        server.cursor().execute(f"CREATE DATABASE {name}")
        with psycopg2.connect(older) as made:
            cursor = made.cursor()
            cursor.execute(
                "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz)"
            )
            cursor.execute(
                "INSERT INTO django_migrations VALUES (1, 'hotline', '0001_initial', now())"
            )
        made.close()
        with copied(starters()[0]) as there:
            message = there.refusal("bin/up", DATABASE_URL=older, DATABASE_OWNER_URL=older)
        assert "made by an older version" in message and "Name an empty database" in message
        assert "docs/operations.md" in message and "InconsistentMigrationHistory" not in message
        with psycopg2.connect(older) as asked:
            cursor = asked.cursor()
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert cursor.fetchone() == (1,), "nothing was touched"
        asked.close()
    finally:
        server.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.close()
