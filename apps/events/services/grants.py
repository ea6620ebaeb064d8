"""What the application's database role may do."""

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql

from apps.core.models import AppendOnly

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # A partition made later gets no more than this, whoever makes it.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)


@transaction.atomic
def grant_app_role(role: str) -> int:
    """Give ``role`` its rights; append-only tables stay so. Returns how many are append-only."""
    append_only = append_only_tables()
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(role=name))
        for table in append_only:
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=name
                )
            )
    return len(append_only)


def append_only_tables() -> list[str]:
    """Tables of append-only models, their partitions included."""
    tables = [m._meta.db_table for m in apps.get_models() if issubclass(m, AppendOnly)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])",
            [tables],
        )
        return tables + [row[0] for row in cursor.fetchall()]
