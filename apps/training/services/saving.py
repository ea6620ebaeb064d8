"""What every write of this floor does with a row."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models

from apps.core.errors import BadInput
from apps.core.text import without_controls


def save(row: models.Model) -> None:
    """Checked, then saved; BadInput names the field at fault."""
    try:
        row.full_clean()
    except ValidationError as error:
        field, said = next(iter(error.message_dict.items()))
        name = field if field != "__all__" else None
        raise BadInput(said[0], code="bad_value", field=name) from error
    row.save()


def one_line(text: Any) -> str:
    return " ".join(without_controls(str(text)).split())


def one_at_a_time(what: str, key: int) -> None:
    """Whoever does the same waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('training:' || %s || %s, 0))",
            [what, str(key)],
        )
