"""What does not come is written off by two people who did not ask for it (BIL-5).

The statement is locked first, then the write-off: as for everything that settles a statement.
"""

from datetime import datetime
from decimal import Decimal
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse
from apps.billing.approvals import WRITE_OFF
from apps.billing.enums import StatementState, WriteOffState
from apps.billing.models import Allocation, WriteOff
from apps.billing.queries.owing import owed_on
from apps.billing.services.allocating import write_off
from apps.billing.services.moving import lock_statement
from apps.billing.states import WRITE_OFF_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.text import required_text
from apps.events.services import record


@transaction.atomic
def ask_write_off(
    *, statement_id: int, amount: Decimal, reason: str, by: User, at: datetime
) -> WriteOff:
    """BadInput ``bad_amount``, ``above_statement``; RuleBroken ``still_open``, ``asked_already``."""
    reason = required_text(reason)
    statement = lock_statement(statement_id, by)
    if statement.state == StatementState.OPEN:
        text = _("%(number)s is still open: freeze it first.") % {"number": statement.number}
        raise RuleBroken(text, code="still_open", rule="BIL-5")
    if statement.write_offs.filter(state=WriteOffState.ASKED).exists():
        text = _("A write-off of this statement waits for approval already.")
        raise RuleBroken(text, code="asked_already", rule="BIL-5")
    owed, amount = owed_on([statement.pk])[statement.pk].owed, money(amount)
    if amount <= 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="amount")
    if amount > owed:
        text = _("Only %(owed)s is owed on this statement.") % {"owed": max(owed, Decimal("0.00"))}
        raise BadInput(text, code="above_statement", field="amount")
    row: WriteOff = WriteOff.objects.create(
        statement=statement, amount=amount, owed=owed, reason=reason, asked_at=at, asked_by=by
    )
    title = f"{statement.number} {statement.payer_name} {amount}"
    ask_approval(kind=WRITE_OFF, subject=row, title=title, by=by, at=at)
    data = {"amount": str(amount), "reason": reason}
    record("write_off.asked", statement, by=by, at=at, data=data)
    return row


@transaction.atomic
def approve_write_off(
    row: WriteOff,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> Allocation | None:
    """The second approval does it, by that person. RuleBroken ``write_off_ended`` for whoever comes
    after that."""
    row = _waiting(row, by)
    request = approve(kind=WRITE_OFF, subject=row, by=by, at=at, **given)
    if request.state != ApprovalState.APPROVED:
        return None
    allocation = write_off(
        statement_id=row.statement_id, amount=row.amount, reason=row.reason, by=by, at=at
    )
    row.allocation = allocation
    _end(row, WriteOffState.DONE, by=by, at=at)
    return allocation


@transaction.atomic
def refuse_write_off(row: WriteOff, *, seen: str, reason: str, by: User, at: datetime) -> None:
    row = _waiting(row, by)
    request = refuse(kind=WRITE_OFF, subject=row, seen=seen, reason=reason, by=by, at=at)
    _end(row, WriteOffState.REFUSED, by=by, at=at)
    data = {"amount": str(row.amount), "reason": request.close_reason}
    record("write_off.refused", row.statement, by=by, at=at, data=data)


def _waiting(row: WriteOff, by: User) -> WriteOff:
    statement = lock_statement(row.statement_id, by)
    found: WriteOff = WriteOff.objects.select_for_update(of=["self"]).get(pk=row.pk)
    found.statement = statement
    if found.state != WriteOffState.ASKED:
        text = _("This write-off has ended: %(state)s.") % {
            "state": WriteOffState(found.state).label
        }
        raise RuleBroken(text, code="write_off_ended", rule="BIL-5")
    return found


def _end(row: WriteOff, to: WriteOffState, *, by: User, at: datetime) -> None:
    WRITE_OFF_MOVES.check(WriteOffState(row.state), to)
    row.state, row.closed_at, row.closed_by = to, at, by
    row.save(update_fields=["state", "closed_at", "closed_by", "allocation"])
