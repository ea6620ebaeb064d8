"""PostgreSQL as Django has it, but for two things. A connection knows which statements it has prepared
(``core.database.Statement``), and an error says what was refused, never the row that was refused.

The server adds "Failing row contains (…)", "Key (phone)=(…) already exists", the statement with its
values. All of that would go with the exception into logs, into ``Dispatch.last_error`` and onto pages.
"""

import re
from types import TracebackType
from typing import Any

import psycopg2
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property

# SQLSTATE class 22: a value that does not fit its type is named behind the colon.
_DATA_EXCEPTION = "22"
_VALUE = re.compile(r': ".*', re.DOTALL)


def without_values(error: psycopg2.Error) -> None:
    """Leave of its text what the server says first; what libpq itself says (it cannot connect) stays."""
    primary = error.diag.message_primary
    if primary:
        if (error.pgcode or "").startswith(_DATA_EXCEPTION):
            primary = _VALUE.sub("", primary)
        error.args = (primary, *error.args[1:])


class _Wrapper(DatabaseErrorWrapper):
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(exc_value, psycopg2.Error):
            without_values(exc_value)
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, but for the errors and ``prepared``: the names of what the present session has prepared."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.prepared: set[str] = set()
        return super().get_new_connection(conn_params)

    @cached_property
    def wrap_database_errors(self) -> Any:
        return _Wrapper(self)
