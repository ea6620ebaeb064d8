"""Numbers with a day in them: CS20261201-48391527. What is printed does not reveal the serial.

Call inside a transaction: the day's row stays locked until it ends, and one that fails gives its
numbers back, so a series has no gaps.
"""

from datetime import date

from django.db import connection, models

from apps.core.database import Statement
from apps.core.opaque import dated_number

_NEXT = """
INSERT INTO backoffice_dayseries (prefix, day, last) VALUES (%s, %s, %s)
ON CONFLICT (prefix, day) DO UPDATE SET last = backoffice_dayseries.last + EXCLUDED.last
RETURNING last
"""
_TAKE = Statement("take_numbers", _NEXT)
_RESERVE = Statement(
    "reserve_rows",
    f"""
WITH taken AS ({_NEXT})
SELECT last, ARRAY(
    SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)
) FROM taken
""",  # noqa: S608  # our own statement
)


def take_number(prefix: str, day: date) -> str:
    return take_numbers(prefix, day, 1)[0]


def take_numbers(prefix: str, day: date, count: int) -> list[str]:
    """The next ``count`` numbers of ``day``."""
    with connection.cursor() as cursor:
        _TAKE.run(cursor, [prefix, day, count])
        (last,) = cursor.fetchone()
    return _numbers(prefix, day, last, count)


def reserve_rows(
    model: type[models.Model], prefix: str, day: date, count: int
) -> list[tuple[int, str]]:
    """Ids for new rows of ``model`` and the next ``count`` numbers of ``day``, in one statement: with
    its id a row's clock can start before the row is written, which then says when it is due."""
    with connection.cursor() as cursor:
        _RESERVE.run(cursor, [prefix, day, count, model._meta.db_table, count])
        last, ids = cursor.fetchone()
    return list(zip(ids, _numbers(prefix, day, last, count), strict=True))


def _numbers(prefix: str, day: date, last: int, count: int) -> list[str]:
    return [dated_number(prefix, day, serial) for serial in range(last - count + 1, last + 1)]
