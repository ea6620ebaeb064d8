"""What an app shows to whoever operates the installation: numbers, never anything about a person.

An app lists its ``METRICS`` in a module ``metrics``; ``config.metrics`` asks for all of them in one
statement and writes them as Prometheus reads them.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """``sql`` gives rows: a text for each of ``labels``, then the number. It is asked every few seconds, so
    an index or a small table must answer it, and it stands in a statement with others: no parameters.
    Labels are codes of ours (a channel, a task), a few dozen at most."""

    name: str  # without the prefix: "deliveries_waiting"
    about: str  # for operators, in English, as all of the page
    sql: str | Callable[[], str]
    labels: tuple[str, ...] = ()

    def statement(self) -> str:
        return self.sql() if callable(self.sql) else self.sql


def count(name: str, about: str, table_where: str) -> Metric:
    """How many rows there are of "table WHERE …"."""
    return Metric(name, about, f"SELECT count(*) FROM {table_where}")  # noqa: S608  # ours


def age(name: str, about: str, column: str, table_where: str) -> Metric:
    """Seconds since the smallest ``column`` of "table WHERE …"; 0 where there is no row, or it lies ahead."""
    oldest = f"EXTRACT(EPOCH FROM statement_timestamp() - min({column}))"
    return Metric(name, about, f"SELECT GREATEST(0, COALESCE({oldest}, 0)) FROM {table_where}")  # noqa: S608  # ours
