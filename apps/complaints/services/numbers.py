"""Numbers of cases (CS…) and exception reports (EX…)."""

from datetime import date

from django.db import connection

from apps.core.opaque import dated_number

CASE, EXCEPTION = "CS", "EX"
_TAKE = """
INSERT INTO complaints_numberseries (prefix, day, last) VALUES (%s, %s, 1)
ON CONFLICT (prefix, day) DO UPDATE SET last = complaints_numberseries.last + 1
RETURNING last
"""


def take_number(prefix: str, day: date) -> str:
    """The next number of ``day``; call inside a transaction.

    The day's row stays locked until that transaction ends, and one that fails gives its number
    back: the series has no gaps. What is printed does not tell the serial.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [prefix, day])
        (last,) = cursor.fetchone()
    return dated_number(prefix, day, last)
