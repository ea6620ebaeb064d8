"""A statement, locked, and the one way its state changes."""

from typing import Any

from apps.accounts.models import User
from apps.billing.enums import StatementState
from apps.billing.models import Statement
from apps.billing.states import STATEMENT_MOVES


def lock_statement(statement_id: int, by: User) -> Statement:
    """Locked against charges too; Statement.DoesNotExist for whoever may not see it."""
    return (
        Statement.objects.visible_to(by)
        .select_for_update(of=["self"])
        .select_related("bill_to", "station")
        .get(pk=statement_id)
    )


def move(statement: Statement, to: StatementState, **values: Any) -> None:
    """Change a locked statement's state by the table, with what belongs to the new one."""
    STATEMENT_MOVES.check(StatementState(statement.state), to)
    values["state"] = to
    for name, value in values.items():
        setattr(statement, name, value)
    statement.save(update_fields=list(values))
