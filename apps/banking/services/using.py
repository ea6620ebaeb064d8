"""What bank lines are posted as: a known payer's advance, unidentified, money that was in transit, a bank
charge; and undone.

The rows of ``LineUse`` say it, the ledger holds the money. The line is locked throughout.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.banking.enums import FileState, Use
from apps.banking.matching import Why
from apps.banking.models import BankAccount, BankFile, BankLine, LineUse
from apps.banking.queries.ended import lines_at_ended
from apps.banking.queries.payers import Known, known_payers
from apps.banking.services.aliases import confirm_alias
from apps.banking.services.sides import (
    FINANCE_COST,
    IN_TRANSIT,
    UNIDENTIFIED,
    advance_side,
    bank_side,
)
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.core.times import now
from apps.customers.models import Customer
from apps.events.services import new_event, record, record_many
from apps.ledger.inputs import NewEntry, NewPosting, Side
from apps.ledger.models import Entry
from apps.ledger.queries import net_of, open_since
from apps.ledger.services import post_entries, reverse_entry

if TYPE_CHECKING:
    from apps.accounts.models import User

BATCH = 500
SUBJECT = "banking.bankline"


def post_waiting() -> int:
    """Post what came in with files and is not posted yet; how many lines. Any number may run at once."""
    done = 0
    for file in BankFile.objects.filter(is_posted=False, state=FileState.TAKEN).order_by("pk"):
        done += post_file(file, by=system_user("importer"), at=now())
    return done


def post_file(file: BankFile, *, by: "User", at: datetime) -> int:
    """Post the incoming lines of a file, batch by batch, each a transaction of its own: a payer who is
    known for certain to their advance, the others to unidentified receipts. Killed and called again it
    goes on where it was. What went out waits for a person."""
    done, last = 0, 0
    of_file = BankLine.objects.filter(
        account=file.account_id, day__gte=file.from_day, day__lte=file.to_day
    )
    while True:
        with transaction.atomic():
            _lock(file.pk)
            rows = of_file.unposted().filter(file=file, amount__gt=0, pk__gt=last).order_by("pk")
            lines = list(rows[:BATCH])
            if lines:
                _post(file.account, lines, by=by, at=at)
                last = lines[-1].pk
            else:
                BankFile.objects.filter(pk=file.pk).update(is_posted=True)
                return done
        done += len(lines)


@transaction.atomic
def identify_line(
    line: BankLine, customer: Customer, *, by: "User", at: datetime, remember: bool = False
) -> LineUse:
    """A person says whose payment it is: from unidentified to the customer's advance. With
    ``remember`` the payer's number and name are known from then on."""
    use = _live(line)
    if line.amount <= 0:
        raise RuleBroken(_("Money went out by this line."), code="line_goes_out")
    if use is not None and use.use != Use.UNKNOWN:
        raise RuleBroken(
            _("%(who)s has already said what this line is (%(what)s). Undo it first.")
            % {"who": use.by, "what": use.customer or use.get_use_display()},
            code="line_used",
        )
    from_side = UNIDENTIFIED if use else bank_side(line.account)
    text = _("Payment of %(customer)s") % {"customer": customer.display_name}
    entry = _entry(line, text, from_side, advance_side(customer), by=by, at=at)
    _supersede(use, by=by, at=at)
    found = LineUse.objects.create(
        line=line,
        use=Use.CUSTOMER,
        customer=customer,
        why=Why.PAYER,
        is_confirmed=True,
        entry=entry,
        at=at,
        by=by,
    )
    record(
        "bankline.identified", line, by=by, at=at, data={"customer": customer.pk, "why": Why.PAYER}
    )
    if remember:
        confirm_alias(line, customer, by=by, at=at)
    return found


@transaction.atomic
def charge_line(line: BankLine, *, by: "User", at: datetime) -> LineUse:
    """A charge of the bank, or interest it paid: finance cost."""
    found = post_against(
        line, Use.CHARGE, FINANCE_COST, _("Bank charges and interest"), by=by, at=at
    )
    record("bankline.charged", line, by=by, at=at)
    return found


@transaction.atomic
def clear_transit(line: BankLine, *, by: "User", at: datetime, side: Side = IN_TRANSIT) -> LineUse:
    """The line is money that the books had in transit: a cheque that somebody had said was paid, or, where
    money goes out, one that bounced after the bank had credited it; with ``side`` what a floor above has
    in transit by itself. RuleBroken ``not_in_transit`` names what is."""
    waiting = net_of(side)
    if (waiting < line.amount) if line.amount > 0 else (waiting > line.amount):
        raise RuleBroken(
            _("%(amount)s is in transit, this line is %(line)s.")
            % {"amount": format_money(waiting), "line": format_money(line.amount)},
            code="not_in_transit",
        )
    found = post_against(line, Use.TRANSIT, side, _("Money in transit"), by=by, at=at)
    record("bankline.in_transit", line, by=by, at=at)
    return found


@transaction.atomic
def undo_line(line: BankLine, *, by: "User", at: datetime) -> LineUse | None:
    """Take back what a line was posted as, by a reversing entry. What came in is unidentified again,
    what went out is not posted."""
    use = _live(line)
    if use is None or use.use == Use.UNKNOWN:
        raise RuleBroken(_("There is nothing to undo."), code="line_unused")
    if use.use == Use.PAYOUT:
        raise RuleBroken(
            _(
                "A payout was settled by this line, and that stays. What came back has a line of its own."
            ),
            code="line_of_payout",
        )
    back = reverse_entry(use.entry, by=by, at=at, day=_day(line))
    _supersede(use, by=by, at=at)
    record("bankline.undone", line, by=by, at=at)
    if line.amount <= 0:
        return None
    was_unidentified = use.entry.postings.filter(debit__kind="unidentified").exists()
    entry = back
    if not was_unidentified:
        # It had gone straight from the bank to where it was taken back from.
        text = _("Receipt, payer unknown")
        entry = _entry(line, text, bank_side(line.account), UNIDENTIFIED, by=by, at=at)
    return LineUse.objects.create(
        line=line, use=Use.UNKNOWN, why=Why.NONE, is_confirmed=True, entry=entry, at=at, by=by
    )


def _post(account: BankAccount, lines: Sequence[BankLine], *, by: Any, at: datetime) -> None:
    known = known_payers(account, lines)
    ids = {one.customer_id for one in known.values() if one.customer_id}
    customers = {row.pk: row for row in Customer.objects.filter(pk__in=ids)}
    bank, first_open = bank_side(account), open_since()
    whose = {line.pk: known.get(line.pk, Known(None, Why.NONE)) for line in lines}
    # Money at an account that is over is a person's to judge, whoever seems to have sent it (COD-4).
    seen = {line: whose[line.pk].customer_id for line in lines}
    over = lines_at_ended(account, seen)
    whose |= dict.fromkeys(over, Known(None, Why.NONE))
    entries = []
    for line in lines:
        customer = customers.get(whose[line.pk].customer_id or 0)
        if customer is None:
            credit, text = UNIDENTIFIED, _("Receipt, payer unknown")
        else:
            credit = advance_side(customer)
            text = _("Payment of %(customer)s") % {"customer": customer.display_name}
        entries.append(_new(line, 1, text, bank, credit, _open_day(line.day, first_open)))
    uses = []
    for line, entry in zip(lines, post_entries(entries, by=by, at=at), strict=True):
        who = whose[line.pk]
        use = Use.CUSTOMER if who.customer_id else Use.UNKNOWN
        uses.append(
            LineUse(
                line=line,
                use=use,
                customer_id=who.customer_id,
                why=who.why,
                entry_id=entry,
                at=at,
                by_id=by.pk,
            )
        )
    LineUse.objects.bulk_create(uses)
    record_many(
        new_event(
            "bankline.identified",
            use.line,
            by=by,
            at=at,
            data={"customer": use.customer_id, "why": use.why},
        )
        for use in uses
        if use.customer_id
    )
    record_many(
        new_event(
            "bankline.at_ended_account",
            line,
            by=by,
            at=at,
            data={"account": str(account), "customer": customer},
        )
        for line, customer in seen.items()
        if line.pk in over
    )


def post_against(
    line: BankLine, as_use: Use, side: Side, text: str, *, by: Any, at: datetime
) -> LineUse:
    """Post a line that nothing but a person or its number explains against ``side``: once."""
    use = _live(line)
    if use is not None and use.use != Use.UNKNOWN:
        raise RuleBroken(_("It is posted already. Undo it first."), code="line_used")
    other = UNIDENTIFIED if use else bank_side(line.account)
    sides = (side, other) if line.amount < 0 else (other, side)
    entry = _entry(line, text, *sides, by=by, at=at)
    _supersede(use, by=by, at=at)
    return LineUse.objects.create(
        line=line, use=as_use, why=Why.NONE, is_confirmed=True, entry=entry, at=at, by=by
    )


def _lock(file_id: int) -> None:
    """Lines are written once and cannot be locked: whoever says whose payment one is holds its file."""
    BankFile.objects.select_for_update(of=("self",), no_key=True).get(pk=file_id)


def _live(line: BankLine) -> LineUse | None:
    _lock(line.file_id)
    return (
        LineUse.objects.filter(line=line, undone_at=None)
        .select_related("customer", "entry", "by")
        .first()
    )


def _supersede(use: LineUse | None, *, by: Any, at: datetime) -> None:
    if use is not None:
        use.undone_at, use.undone_by = at, by
        use.save(update_fields=["undone_at", "undone_by"])


def _entry(line: BankLine, text: str, debit: Side, credit: Side, *, by: Any, at: datetime) -> Entry:
    turn = LineUse.objects.filter(line=line).count() + 1
    [pk] = post_entries([_new(line, turn, text, debit, credit, _day(line))], by=by, at=at)
    return Entry.objects.get(pk=pk)


def _new(line: BankLine, turn: int, text: str, debit: Side, credit: Side, day: date) -> NewEntry:
    posting = NewPosting(debit, credit, abs(line.amount))
    key = f"bank-line:{line.pk}:{turn}"
    return NewEntry(key, "bank-line", day, text, [posting], SUBJECT, str(line.pk))


def _day(line: BankLine) -> date:
    return _open_day(line.day, open_since())


def _open_day(day: date, first_open: date | None) -> date:
    """The day of the line, or where its month is closed the first one that is open."""
    return day if first_open is None or day >= first_open else first_open
