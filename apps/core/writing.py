"""Writing columns of many rows in one statement."""

from collections.abc import Sequence

from django.db import connection, models


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
