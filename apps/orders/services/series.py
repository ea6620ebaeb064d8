"""Numbers of work orders."""

from datetime import date

from django.db import connection

from apps.core.opaque import dated_number

_TAKE = """
INSERT INTO orders_orderseries (day, last) VALUES (%s, %s)
ON CONFLICT (day) DO UPDATE SET last = orders_orderseries.last + EXCLUDED.last
RETURNING last
"""
_RESERVE = f"""
WITH taken AS ({_TAKE})
SELECT last, ARRAY(
    SELECT nextval(pg_get_serial_sequence('orders_workorder', 'id')) FROM generate_series(1, %s)
) FROM taken
"""  # noqa: S608  # our own statement


def reserve(day: date, count: int) -> list[tuple[int, str]]:
    """Row ids and the next ``count`` numbers of ``day``; call inside a transaction.

    The day's row stays locked until that transaction ends, and one that fails gives its
    numbers back: the series has no gaps. What is printed does not tell the serials. With its id an
    order's clock can start before its row is written, which then says when it is due.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [day, count, count])
        last, ids = cursor.fetchone()
    serials = range(last - count + 1, last + 1)
    numbers = [dated_number("WO", day, serial) for serial in serials]
    return list(zip(ids, numbers, strict=True))
