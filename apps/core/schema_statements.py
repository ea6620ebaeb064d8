"""Statements that change tables, run by PostgreSQL while Django works out the next ones.

Making an empty database takes some 2,500 of them; PostgreSQL and Django took their time for each in turn.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.schema import DatabaseSchemaEditor


@contextmanager
def sent_ahead(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """What schema editors execute on the connection is sent by another thread. Whoever asks it for anything else, or
    commits, waits until all of that is done, and is told there what PostgreSQL refused."""
    with ThreadPoolExecutor(1) as sender, ExitStack() as changed:
        ahead = _Ahead(connection, sender)
        editing = _editing(ahead, DatabaseSchemaEditor.execute)
        changed.enter_context(mock.patch.object(DatabaseSchemaEditor, "execute", editing))
        for name in ("cursor", "commit", "set_autocommit", "close"):
            waiting = _after(ahead.settle, getattr(connection, name))
            changed.enter_context(mock.patch.object(connection, name, waiting))
        waiting = _after(ahead.drop, connection.rollback)
        changed.enter_context(mock.patch.object(connection, "rollback", waiting))
        yield


class _Ahead:
    """The statements that wait, and those that the other thread is running."""

    def __init__(self, connection: BaseDatabaseWrapper, sender: ThreadPoolExecutor) -> None:
        self.connection = connection
        self._sender = sender
        self._waiting: list[str] = []
        self._running: Future[None] | None = None

    def add(self, statement: str) -> None:
        self._waiting.append(statement)
        if self._running is None or self._running.done():
            self._send()

    def settle(self) -> None:
        """Until none waits and none runs. Raises what one of them was refused for."""
        while self._waiting or self._running:
            self._send()

    def drop(self) -> None:
        """As `settle` where all of them are taken back anyway."""
        self._waiting.clear()
        if self._running:
            self._running.exception()
            self._running = None

    def _send(self) -> None:
        running, self._running = self._running, None
        if running:
            with self.connection.wrap_database_errors:
                running.result()
        if self._waiting:
            self._running = self._sender.submit(self._run, ";\n".join(self._waiting))
            self._waiting.clear()

    def _run(self, statements: str) -> None:
        with self.connection.connection.cursor() as cursor:
            cursor.execute(statements)


def _editing(ahead: _Ahead, execute: Callable[..., None]) -> Callable[..., None]:
    def editing(editor: DatabaseSchemaEditor, sql: Any, params: Any = ()) -> None:
        together = editor.connection is ahead.connection and editor.connection.in_atomic_block
        if params is None and together and not editor.collect_sql:
            ahead.add(str(sql))
        else:
            execute(editor, sql, params)

    return editing


def _after(first: Callable[[], None], then: Callable[..., Any]) -> Callable[..., Any]:
    def both(*args: Any, **more: Any) -> Any:
        first()
        return then(*args, **more)

    return both
