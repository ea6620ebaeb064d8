"""Deposits and settlements are on the bank when a line of the bank's file says so (COD-7).

The deposit or settlement is locked, then its line. One line that fits one of them for certain is seen by
itself; where several fit, a person says which.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.enums import Use
from apps.banking.models import BankLine
from apps.banking.services import clear_transit
from apps.cod.enums import REFUSED, ItemState, TransitState
from apps.cod.models import CodItem, Deposit, QrSettlement
from apps.cod.queries.seeing import candidates, waiting_transits
from apps.cod.services import books, clocks
from apps.cod.services.advances import clear_advances
from apps.cod.services.deposits import items_of_deposit, lock_deposit
from apps.cod.services.moving import move_items
from apps.cod.services.noticing import report_difference
from apps.cod.services.settlements import items_of_settlement
from apps.cod.states import TRANSIT_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import record, recorded_refusals

T = TransitState
Transit = Deposit | QrSettlement


def see_on_bank(transit: Transit, line: BankLine, *, by: User, at: datetime) -> Transit:
    """This line is the money; its items are payable from now on. RuleBroken ``line_differs``,
    ``line_used``, ``illegal_move``."""
    with recorded_refusals(REFUSED, transit, "see", by=by, at=at):
        row = _lock(transit)
        TRANSIT_MOVES.check(T(row.state), T.SEEN)
        if line.account_id != row.account_id or line.amount != amount_of(row):
            raise RuleBroken(
                _("That line is of another account or another amount."),
                code="line_differs",
                rule="COD-7",
            )
        clear_transit(line, side=books.in_transit(row.account), by=by, at=at)
        row.state, row.line, row.seen_at = T.SEEN, line, at
        row.save(update_fields=["state", "line", "seen_at"])
        here = CodItem.objects.filter(pk__in=_items(row), state=ItemState.DEPOSITED)
        ids = list(here.values_list("pk", flat=True))
        move_items(item_ids=ids, to=ItemState.BANKED, by=by, at=at)
        clear_advances(item_ids=ids, by=by, at=at)
        clocks.seen_on_bank(row, by=by, at=at)
        record(f"{_noun(row)}.seen", row, by=by, at=at, data={"amount": str(line.amount)})
    return row


def see_waiting(*, by: User, at: datetime) -> int:
    """Look for the lines of everything that is on its way; how many were seen. What is certain: one line
    of that account and amount, and one deposit or settlement that it fits. Any number may run at once."""
    waiting = waiting_transits()
    lines = candidates(waiting)
    wanted: dict[tuple[int, Decimal], int] = defaultdict(int)
    for row in waiting:
        wanted[row.account_id, amount_of(row)] += 1
    done = 0
    for row in waiting:
        fitting = lines.get((row.account_id, amount_of(row)), [])
        named = [line for line in fitting if _says(line, row)]
        if len(named) == 1:
            done += _try(row, named[0], by=by, at=at)
        elif len(fitting) == 1 and wanted[row.account_id, amount_of(row)] == 1:
            done += _try(row, fitting[0], by=by, at=at)
    return done


@transaction.atomic
def unsee(*, line_ids: Collection[int], by: User, at: datetime) -> int:
    """Somebody undid what these lines were posted as: the money is on its way again. What was remitted
    already stays so and is an exception."""
    rows: list[Transit] = [
        *Deposit.objects.filter(line__in=line_ids, state=T.SEEN),
        *QrSettlement.objects.filter(line__in=line_ids, state=T.SEEN),
    ]
    for one in rows:
        row = _lock(one)
        if row.state != T.SEEN or (row.line and row.line.use and row.line.use.use == Use.TRANSIT):
            continue
        row.state, row.line, row.seen_at = T.SENT, None, None
        row.save(update_fields=["state", "line", "seen_at"])
        items = CodItem.objects.filter(pk__in=_items(row))
        back = list(items.filter(state=ItemState.BANKED).values_list("pk", flat=True))
        move_items(item_ids=back, to=ItemState.DEPOSITED, by=by, at=at)
        clocks.not_on_bank_after_all(row, by=by, at=at)
        record(f"{_noun(row)}.unseen", row, by=by, at=at)
        gone = (ItemState.IN_REMITTANCE, ItemState.REMITTED)
        if items.filter(state__in=gone).exists():
            _tell(row, by=by, at=at)
    return len(rows)


def amount_of(row: Transit) -> Decimal:
    """What the bank's line says when it comes."""
    return Decimal(row.amount if isinstance(row, Deposit) else row.net)


def _says(line: BankLine, row: Transit) -> bool:
    """The slip's number stands in the line, whole."""
    if not isinstance(row, Deposit) or len(row.slip) < 4:
        return False
    return row.slip in f"{line.text} {line.ref}".upper().replace("-", "").split()


def _try(row: Transit, line: BankLine, *, by: User, at: datetime) -> bool:
    try:
        see_on_bank(row, line, by=by, at=at)
    except RuleBroken:
        # Somebody was quicker.
        return False
    return True


def _lock(row: Transit) -> Transit:
    if isinstance(row, Deposit):
        return lock_deposit(row.pk)
    rows = QrSettlement.objects.select_for_update(of=("self",), no_key=True)
    found: QrSettlement = rows.select_related("account__parent").get(pk=row.pk)
    return found


def _items(row: Transit) -> list[int]:
    return items_of_deposit(row) if isinstance(row, Deposit) else items_of_settlement(row)


def _noun(row: Transit) -> str:
    return "deposit" if isinstance(row, Deposit) else "qrsettlement"


def _tell(row: Transit, *, by: User, at: datetime) -> None:
    what = _("The bank line of %(what)s was undone, and its money has been remitted.") % {
        "what": row
    }
    report_difference(title=what, what=what, happened_at=at, by=by, at=at)
