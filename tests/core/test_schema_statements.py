"""Statements that change tables, sent while the next ones are worked out."""

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connections, transaction

from apps.core.schema_statements import _Ahead, sent_ahead

pytestmark = pytest.mark.django_db(transaction=True)
connection = connections["default"]


@pytest.fixture(autouse=True)
def gone_afterwards() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS passing_by")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the other thread sent."""
    texts: list[str] = []
    run = _Ahead._run

    def noted(ahead: _Ahead, statements: str) -> None:
        texts.append(statements)
        run(ahead, statements)

    monkeypatch.setattr(_Ahead, "_run", noted)
    return texts


def columns() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'passing_by'"
            " ORDER BY ordinal_position"
        )
        return [name for (name,) in cursor.fetchall()]


def test_each_follows_the_one_before_it(sent: list[str]) -> None:
    with sent_ahead(connection), connection.schema_editor() as editor:
        editor.execute("CREATE TABLE passing_by (c0 int)", None)
        for n in range(1, 60):
            editor.execute(f"ALTER TABLE passing_by RENAME c{n - 1} TO c{n}", None)
    assert columns() == ["c59"]
    assert sum(text.count("RENAME") for text in sent) == 59


def test_whoever_asks_meanwhile_finds_them_done() -> None:
    with sent_ahead(connection), connection.schema_editor() as editor:
        editor.execute("CREATE TABLE passing_by (first int)", None)
        editor.execute("ALTER TABLE passing_by ADD second int", None)
        assert columns() == ["first", "second"]
        editor.execute("ALTER TABLE passing_by ADD third int DEFAULT 3", None)
        editor.execute("INSERT INTO passing_by VALUES (%s)", [1])
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM passing_by")
            assert cursor.fetchall() == [(1, None, 3)]


def test_what_is_refused_is_told_and_all_of_it_taken_back() -> None:
    with sent_ahead(connection):
        refused = pytest.raises(ProgrammingError, match="already exists")
        with refused, connection.schema_editor() as editor:
            editor.execute("CREATE TABLE passing_by (first int)", None)
            editor.execute("CREATE TABLE passing_by (second int)", None)
        assert columns() == []
        with transaction.atomic(), connection.schema_editor() as editor:
            editor.execute("CREATE TABLE passing_by (third int)", None)
    assert columns() == ["third"]


def test_what_waits_when_another_error_ends_the_act_is_dropped() -> None:
    with sent_ahead(connection):
        with pytest.raises(ZeroDivisionError), connection.schema_editor() as editor:
            editor.execute("CREATE TABLE passing_by (first int)", None)
            editor.execute("CREATE TABLE passing_by (first int)", None)
            raise ZeroDivisionError
        assert columns() == []


def test_afterwards_each_is_executed_where_it_stands(sent: list[str]) -> None:
    with sent_ahead(connection):
        pass
    with connection.schema_editor() as editor:
        with pytest.raises(ProgrammingError), transaction.atomic():
            editor.execute("ALTER TABLE passing_by ADD first int", None)
        editor.execute("CREATE TABLE passing_by (first int)", None)
    assert columns() == ["first"] and sent == []
