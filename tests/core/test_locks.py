"""What is written once is never locked: neither by a statement nor by a trigger."""

import re
from pathlib import Path

import pytest
from django.db import connection

from apps.banking.models import BankAccount, BankLine
from tests.locks import locked_tables, written_once

ROOT = Path(__file__).parents[2]


def test_which_tables_a_statement_locks() -> None:
    assert locked_tables('SELECT 1 FROM "a" INNER JOIN "b" ON (1) FOR UPDATE OF "b"') == {"b"}
    assert locked_tables("SELECT 1 FROM a x, b WHERE 1 FOR NO KEY UPDATE OF x SKIP LOCKED") == {"a"}
    assert locked_tables('SELECT 1 FROM "a" WHERE 1 FOR KEY SHARE') == {"a"}
    assert locked_tables(
        "SELECT (SELECT max(n) FROM c) FROM a WHERE x IN (SELECT 1 FROM b) FOR UPDATE"
    ) == {"a"}
    assert locked_tables("WITH w AS (SELECT id FROM a FOR UPDATE) UPDATE b SET x = 1 FROM w") == {
        "a"
    }
    assert locked_tables("SELECT 'FOR' FROM a") == set()


@pytest.mark.django_db
def test_locking_what_is_written_once_fails_in_tests_as_it_does_in_a_house() -> None:
    assert "banking_bankline" in written_once()
    with pytest.raises(AssertionError, match="banking_bankline"):
        list(BankLine.objects.select_for_update())
    assert list(BankAccount.objects.select_for_update()) == []
    with pytest.raises(AssertionError), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_entry FOR SHARE")


def test_no_trigger_locks_what_is_written_once() -> None:
    """Triggers run with the rights of whoever writes."""
    assert [
        f"{path.parent.parent.name}: {statement.strip()[:80]}"
        for path in ROOT.glob("apps/*/migrations/_by_hand*.py")
        for statement in re.split(r";\s*\n", path.read_text())
        if "SECURITY DEFINER" not in statement and locked_tables(statement) & written_once()
    ] == []
