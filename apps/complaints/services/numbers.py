"""Numbers of cases (CS…) and exception reports (EX…)."""

from datetime import date

from django.db import connection

from apps.core.opaque import dated_number

CASE, EXCEPTION = "CS", "EX"
_TAKE = """
INSERT INTO complaints_numberseries (prefix, day, last) VALUES (%s, %s, %s)
ON CONFLICT (prefix, day) DO UPDATE SET last = complaints_numberseries.last + EXCLUDED.last
RETURNING last
"""


def take_number(prefix: str, day: date) -> str:
    return take_numbers(prefix, day, 1)[0]


def take_numbers(prefix: str, day: date, count: int) -> list[str]:
    """The next ``count`` numbers of ``day``; call inside a transaction.

    The day's row stays locked until that transaction ends, and one that fails gives its numbers
    back: the series has no gaps. What is printed does not tell the serial.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [prefix, day, count])
        (last,) = cursor.fetchone()
    return [dated_number(prefix, day, serial) for serial in range(last - count + 1, last + 1)]
