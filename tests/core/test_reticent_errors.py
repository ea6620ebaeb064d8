"""What the database refuses is not repeated by its errors."""

import traceback

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

SECRET = "建国路88号3单元502室"


def refused(statement: str, *values: object) -> tuple[DatabaseError, str]:
    """The error, and all that a log would show of it."""
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
    ):
        cursor.execute(statement, values)
    return caught.value, "".join(traceback.format_exception(caught.value))


@pytest.fixture
def _table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE refusing (title varchar(40) UNIQUE CHECK (title <> ''), n int "
            "CHECK (n > 0)) ON COMMIT DROP"
        )
        cursor.execute("INSERT INTO refusing VALUES (%s, 1)", [SECRET])


@pytest.mark.usefixtures("_table")
@pytest.mark.parametrize(
    ("statement", "kind", "answers"),
    [
        ("INSERT INTO refusing VALUES (%s || '!', 0)", IntegrityError, "refusing_n_check"),
        ("INSERT INTO refusing VALUES (%s, 1)", IntegrityError, "refusing_title_key"),
        ("INSERT INTO refusing VALUES (repeat(%s, 9), 1)", DataError, "too long"),
        ("INSERT INTO refusing VALUES ('', %s::text::int)", DataError, "invalid input syntax"),
        ("SELECT %s FROM nowhere", DatabaseError, '"nowhere" does not exist'),
    ],
)
def test_an_error_names_the_rule_and_not_the_row(
    statement: str, kind: type[DatabaseError], answers: str
) -> None:
    error, logged = refused(statement, SECRET)
    assert isinstance(error, kind)
    assert answers in str(error)
    assert SECRET not in logged
