"""Whatever changes what is owed on a statement makes a write-off that waits void (BIL-5)."""

from datetime import datetime

from apps.accounts.models import User
from apps.backoffice.services import void_if_changed
from apps.billing.approvals import WRITE_OFF
from apps.billing.enums import WriteOffState
from apps.billing.models import Statement
from apps.billing.states import WRITE_OFF_MOVES
from apps.events.services import record


def void_changed(statement: Statement, *, by: User, at: datetime) -> None:
    """The statement is locked by the caller, who has just changed what settles it."""
    rows = statement.write_offs.select_for_update(of=["self"]).select_related("statement__bill_to")
    row = rows.filter(state=WriteOffState.ASKED).first()
    if row is None or not void_if_changed(kind=WRITE_OFF, subject=row, by=by, at=at):
        return
    WRITE_OFF_MOVES.check(WriteOffState(row.state), WriteOffState.VOID)
    row.state, row.closed_at, row.closed_by = WriteOffState.VOID, at, by
    row.save(update_fields=["state", "closed_at", "closed_by"])
    record("write_off.void", statement, by=by, at=at, data={"amount": str(row.amount)})
