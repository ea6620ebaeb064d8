"""What people wrote does not stand in the log of PostgreSQL, whatever it refuses or breaks off."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg2
import pytest

from tests.launch.stores import LocalPostgres, Postgres, own_folder
from tests.waiting import eventually

# The test runner has threads; the launcher, whose PostgreSQL is used, has none.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]
SECRET = "建国路88号3单元502室"
TABLE = """
CREATE TABLE cases (id int PRIMARY KEY, title varchar(40) UNIQUE CHECK (title <> ''), n int CHECK (n > 0))
"""


@pytest.fixture(params=[Postgres, LocalPostgres], ids=["compose", "launcher"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    with own_folder() as folder:
        made: Postgres = request.param(folder)
        try:
            assert made.comes_up(lambda: made.ask("SELECT 1") == 1)
            made.ask(TABLE)
            made.ask(f"INSERT INTO cases VALUES (1, '{SECRET}', 1), (2, 'another', 1)")
            yield made
        finally:
            made.kill()


def refuse(server: Postgres, *statements: str) -> str:
    """What the client is told. The values are in the text, as psycopg2 puts them there."""
    with closing(psycopg2.connect(server.url)) as there, there.cursor() as cursor:
        with pytest.raises(psycopg2.Error) as caught:
            for statement in statements:
                cursor.execute(statement, {"text": SECRET})
        return str(caught.value)


def deadlock(server: Postgres) -> None:
    """Two that wait for one another; one is broken off."""
    both = threading.Barrier(2)
    refused = []

    def take(first: int, second: int) -> None:
        with closing(psycopg2.connect(server.url)) as there, there.cursor() as cursor:
            change = "UPDATE cases SET n = n + 1 WHERE id = %s AND title <> %s || '!'"
            cursor.execute(change, (first, SECRET))
            both.wait()
            try:
                cursor.execute(change, (second, SECRET))
            except psycopg2.errors.DeadlockDetected as reported:
                refused.append(reported)
            there.rollback()

    pair = [threading.Thread(target=take, args=args) for args in ((1, 2), (2, 1))]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert len(refused) == 1


def crash(server: Postgres) -> None:
    """A session dies while it runs a statement; the server tells of it and starts anew."""

    def run() -> None:
        with suppress(psycopg2.Error), closing(psycopg2.connect(server.url)) as there:
            there.cursor().execute("SELECT pg_sleep(600), %s", (SECRET,))

    runner = threading.Thread(target=run)
    runner.start()
    looking = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%'"
    assert eventually(lambda: server.ask(looking))
    os.kill(int(str(server.ask(looking))), signal.SIGKILL)
    runner.join()
    assert server.comes_up(lambda: server.ask("SELECT 1") == 1)


def test_what_was_to_be_stored_is_not_in_the_log(server: Postgres) -> None:
    insert = "INSERT INTO cases VALUES (3, "
    assert SECRET in refuse(server, insert + "%(text)s || '!', 0)"), "the client is told the row"
    refuse(server, insert + "%(text)s, 1)")
    refuse(server, insert + "repeat(%(text)s, 9), 1)")
    refuse(server, "SET statement_timeout = 50", "SELECT pg_sleep(9), %(text)s")
    refuse(server, "SELECT %(text)s FROM nowhere")
    server.ask(f"SELECT pg_sleep(1.1), '{SECRET}'")
    deadlock(server)
    crash(server)
    log = (server.folder / "log").read_text()
    for reported in (
        "cases_n_check",
        "cases_title_key",
        "value too long",
        "statement timeout",
        '"nowhere" does not exist',
        "deadlock detected",
        "terminated by signal 9",
    ):
        assert reported in log, "that it happened is in the log"
    assert SECRET not in log
