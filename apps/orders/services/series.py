"""Numbers of work orders."""

from datetime import date

from django.db import connection

from apps.core.opaque import dated_number

_TAKE = """
INSERT INTO orders_orderseries (day, last) VALUES (%s, %s)
ON CONFLICT (day) DO UPDATE SET last = orders_orderseries.last + EXCLUDED.last
RETURNING last
"""


def take_numbers(day: date, count: int) -> list[str]:
    """The next ``count`` numbers of ``day``; call inside a transaction.

    The day's row stays locked until that transaction ends, and one that fails gives its
    numbers back: the series has no gaps. What is printed does not tell the serials.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [day, count])
        (last,) = cursor.fetchone()
    return [dated_number("WO", day, serial) for serial in range(last - count + 1, last + 1)]
