"""Statements that a connection reads once."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.database import Statement

pytestmark = pytest.mark.django_db


def ask(statement: Statement, given: object = ()) -> object:
    with connection.cursor() as cursor:
        statement.run(cursor, given)  # type: ignore[arg-type]  # as tests give it
        return cursor.fetchone()


def prepared(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE %s", [f"{name}%"]
        )
        return int(cursor.fetchone()[0])


def test_names_places_and_percents_are_as_ever() -> None:
    named = Statement(
        "named", "SELECT %(a)s::text || %(b)s || %(a)s, 7 %% 4, %(none)s::bigint, %(days)s::date[]"
    )
    day = datetime(2026, 12, 1, tzinfo=UTC).date()
    given = {"b": "it's", "a": "甲%s", "none": None, "days": [day], "more": 1}
    assert ask(named, given) == ("甲%sit's甲%s", 3, None, [day])
    assert ask(Statement("placed", "SELECT %s::int - %s"), [9, 4]) == (5,)
    assert ask(Statement("bare", "SELECT '100%%'")) == ("100%",)


def test_it_is_read_once_and_counts_as_one_statement() -> None:
    statement = Statement("once", "SELECT %s::int + 1")
    with CaptureQueriesContext(connection) as asked:
        assert [ask(statement, [n]) for n in range(3)] == [(1,), (2,), (3,)]
    assert len(asked) == 3
    assert prepared("once") == 1


def plans(name: str) -> tuple[int, int]:
    """How often it was planned for all values, and how often for the values at hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE %s",
            [f"{name}%"],
        )
        generic, custom = cursor.fetchone()
    return int(generic), int(custom)


def test_one_that_keeps_its_plan_is_planned_for_all_values() -> None:
    statement = Statement("keeping", "SELECT %(a)s::int + 1, 7 %% 4", keeps_plan=True)
    with CaptureQueriesContext(connection) as asked:
        assert [ask(statement, {"a": n}) for n in range(3)] == [(1, 3), (2, 3), (3, 3)]
    assert len(asked) == 3
    assert plans("keeping") == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_what_comes_after_it_is_planned_as_ever() -> None:
    assert ask(Statement("keeps", "SELECT %s::int", keeps_plan=True), [1]) == (1,)
    assert ask(Statement("does_not", "SELECT %s::int"), [1]) == (1,)
    assert plans("keeps") == (1, 0)
    assert plans("does_not") == (0, 1)


def test_two_that_say_the_same_name_do_not_meet() -> None:
    assert ask(Statement("twins", "SELECT 1")) == (1,)
    assert ask(Statement("twins", "SELECT 2")) == (2,)


def test_what_was_read_in_a_transaction_that_failed_is_there() -> None:
    statement = Statement("failing", "SELECT 1 / %s::int")
    for _n in range(2):
        with pytest.raises(DataError), transaction.atomic():
            ask(statement, [0])
    assert ask(statement, [1]) == (1,)


def test_one_that_cannot_be_read_says_so_each_time() -> None:
    statement = Statement("wrong", "SELECT nothing_of_the_kind")
    for _n in range(2):
        with pytest.raises(ProgrammingError), transaction.atomic():
            ask(statement)


def test_nothing_is_prepared_where_connections_are_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    named = Statement("unkept", "SELECT %(a)s::text || %(a)s, 7 %% 4")
    assert ask(named, {"a": "甲", "more": 1}) == ("甲甲", 3)
    assert ask(Statement("unkept_bare", "SELECT '100%%'")) == ("100%",)
    assert prepared("unkept") == 0


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_reads_it_anew() -> None:
    statement = Statement("anew", "SELECT 1")
    ask(statement)
    connection.close()
    assert prepared("anew") == 0
    assert ask(statement) == (1,)
    assert prepared("anew") == 1
