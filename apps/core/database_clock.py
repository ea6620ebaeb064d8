"""The only present there is: that of the database. What a process takes for the time decides nothing."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The instant of this statement by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def not_after(at: datetime | None, now: datetime) -> datetime:
    """When something happened, as told by a caller: now if it did not say, and never the future."""
    return now if at is None or at > now else at
