"""Checking and saving a row, as every service of training does it."""

from typing import Any

from django.db import connection

from apps.core.text import without_controls


def one_line(text: Any) -> str:
    return " ".join(without_controls(str(text)).split())


def one_at_a_time(what: str, key: int) -> None:
    """Whoever does the same waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('training:' || %s || %s, 0))",
            [what, str(key)],
        )
