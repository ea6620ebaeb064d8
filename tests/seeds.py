"""What the migrations seed, kept aside: tests that commit empty every table, and the house does not
work without its prohibited-goods lists, follow-up steps and standard times."""

from django.apps import apps
from django.core.serializers import sort_dependencies
from django.db import connection

_kept: list[str] = []


def keep() -> None:
    """Copy the rows that migrations made into a schema of their own. A database that is used
    again has it from its first day, and may have lost the rows since."""
    configs = [
        (config, None) for config in apps.get_app_configs() if config.name.startswith("apps.")
    ]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        tables = [m._meta.db_table for m in sort_dependencies(configs) if m._meta.db_table in there]
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'seeds'")
        if not cursor.fetchone()[0]:
            cursor.execute("CREATE SCHEMA seeds")
            for table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
                if cursor.fetchone()[0]:
                    cursor.execute(f"CREATE TABLE seeds.{table} AS TABLE public.{table}")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'seeds'")
        aside = {row[0] for row in cursor.fetchall()}
    _kept[:] = [table for table in tables if table in aside]
    put_back()


def put_back() -> None:
    with connection.cursor() as cursor:
        for table in _kept:
            cursor.execute(
                f"INSERT INTO public.{table} SELECT * FROM seeds.{table} ON CONFLICT DO NOTHING"
            )
