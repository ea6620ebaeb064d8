"""What billing writes into the ledger. The table of entries is in docs/architecture.md."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Case, Sum, When
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.inputs import Frozen
from apps.billing.models import Allocation, Invoice, Receipt, RedForm, Statement, StatementTotal
from apps.billing.rules import tax
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.models import Entry
from apps.ledger.queries import open_since
from apps.ledger.services import post_entries, reverse_entry

if TYPE_CHECKING:
    from apps.customers.models import Customer

# What is set off is no service and no revenue: it pays what we owe for a claim.
UNTAXED = "compensation"
STATEMENT, INVOICE, RECEIPT = "billing.statement", "billing.invoice", "billing.receipt"


def open_day(day: date) -> date:
    """The day, or the first one that the ledger still takes."""
    return max(day, open_since() or date.min)


def receivable(statement: Statement) -> Side:
    """What a payer, or a station that collected at the door, owes."""
    if statement.bill_to is not None:
        return Side(AccountKind.RECEIVABLE, customer(statement.bill_to))
    if statement.station is None:
        raise TypeError("a constraint says that a statement has a payer or a station")
    station = Party(PartyKind.STATION, statement.station.pk, statement.station.name)
    return Side(AccountKind.RECEIVABLE, station)


def customer(row: "Customer") -> Party:
    return Party(PartyKind.CUSTOMER, row.pk, row.name)


def advance(row: "Customer") -> Side:
    return Side(AccountKind.ADVANCE, customer(row))


def both_ways(debit: Side, credit: Side, amount: Decimal) -> list[NewPosting]:
    """A posting with its sides exchanged below zero, none at zero."""
    if amount == 0:
        return []
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return [NewPosting(debit, credit, amount)]


def post_frozen(statements: Sequence[Frozen], *, day: date, by: User, at: datetime) -> None:
    """Frozen statements: receivable against revenue and deferred VAT, per tax class."""
    by_id = {statement.id: statement for statement in statements}
    sums = (
        StatementTotal.objects.filter(statement__in=list(by_id))
        .annotate(set_off=Case(When(tax_class__code=UNTAXED, then=True), default=False))
        .order_by("statement_id", "tax_class__rate_ppm", "set_off")
        .values_list("statement_id", "tax_class__rate_ppm", "set_off")
        .annotate(sum=Sum("gross"))
    )
    revenue, deferred = Side(AccountKind.REVENUE), Side(AccountKind.DEFERRED_VAT)
    postings: dict[int, list[NewPosting]] = {pk: [] for pk in by_id}
    for pk, rate, set_off, gross in sums:
        debit = _owed(by_id[pk])
        if set_off:
            postings[pk] += both_ways(debit, Side(AccountKind.CLAIMS_PAYABLE), gross)
            continue
        net, part = tax.split(gross, rate)
        postings[pk] += both_ways(debit, revenue, net) + both_ways(debit, deferred, part)
    text = _("Statement %(number)s")
    post_entries(
        [
            NewEntry(
                key=_freeze_key(statement.id, statement.revision),
                kind="statement.frozen",
                day=day,
                text=text % {"number": statement.number},
                postings=postings[statement.id],
                subject_type=STATEMENT,
                subject_id=str(statement.id),
            )
            for statement in statements
            if postings[statement.id]
        ],
        by=by,
        at=at,
    )


def _owed(frozen: Frozen) -> Side:
    """``receivable`` of a statement that was just frozen."""
    if frozen.payer_id is not None:
        party = Party(PartyKind.CUSTOMER, frozen.payer_id, str(frozen.payer_name))
    elif frozen.station_id is not None:
        party = Party(PartyKind.STATION, frozen.station_id, str(frozen.station_name))
    else:
        raise TypeError("a constraint says that a statement has a payer or a station")
    return Side(AccountKind.RECEIVABLE, party)


def _freeze_key(statement_id: int, revision: int) -> str:
    return f"freeze:{statement_id}:{revision}"


def take_back_frozen(statement: Statement, *, by: User, at: datetime) -> None:
    entry = Entry.objects.filter(key=_freeze_key(statement.pk, statement.revision)).first()
    if entry is not None:
        reverse_entry(entry, by=by, at=at, day=open_day(entry.day))


def post_invoice(invoice: Invoice, *, day: date, by: User, at: datetime) -> None:
    """An issued invoice: deferred VAT becomes output VAT."""
    part = invoice.lines.aggregate(sum=Sum("tax"))["sum"] or Decimal(0)
    if part:
        _post(
            f"invoice:{invoice.pk}",
            "invoice.issued",
            day,
            _("Invoice %(number)s") % {"number": invoice.number},
            [NewPosting(Side(AccountKind.DEFERRED_VAT), Side(AccountKind.OUTPUT_VAT), part)],
            (INVOICE, invoice.pk),
            by=by,
            at=at,
        )


def take_back_invoice(invoice: Invoice, *, day: date, by: User, at: datetime) -> None:
    _take_back(f"invoice:{invoice.pk}", day=day, by=by, at=at)


def post_red(form: RedForm, *, day: date, by: User, at: datetime) -> None:
    """A red invoice: its output VAT is deferred VAT again, to the fen that it takes back."""
    if form.tax:
        _post(
            f"red:{form.pk}",
            "red_form.issued",
            day,
            _("Red invoice %(number)s") % {"number": form.red_number},
            [NewPosting(Side(AccountKind.OUTPUT_VAT), Side(AccountKind.DEFERRED_VAT), form.tax)],
            (INVOICE, form.invoice_id),
            by=by,
            at=at,
        )


def post_receipt(receipt: Receipt, debit: Side, *, by: User, at: datetime) -> None:
    """Money of a payer becomes the payer's advance; of nobody known, it stays unidentified."""
    credit = advance(receipt.payer) if receipt.payer else Side(AccountKind.UNIDENTIFIED)
    _post(
        f"receipt:{receipt.pk}",
        "receipt.taken",
        receipt.day,
        _("Receipt %(what)s") % {"what": receipt.reference or receipt},
        [NewPosting(debit, credit, receipt.amount)],
        (RECEIPT, receipt.pk),
        by=by,
        at=at,
    )


def post_identified(
    receipt: Receipt, payer: "Customer", *, day: date, by: User, at: datetime
) -> None:
    _post(
        f"receipt:{receipt.pk}:identified",
        "receipt.identified",
        day,
        _("Payer found: %(payer)s") % {"payer": payer.name},
        [NewPosting(Side(AccountKind.UNIDENTIFIED), advance(payer), receipt.amount)],
        (RECEIPT, receipt.pk),
        by=by,
        at=at,
    )


def take_back_receipt(receipt: Receipt, *, day: date, by: User, at: datetime) -> None:
    _take_back(f"receipt:{receipt.pk}", day=day, by=by, at=at)


def post_bounced(receipt: Receipt, *, day: date, by: User, at: datetime) -> None:
    """The bank takes a cheque's money back that it had credited: it leaves the advance, and is in transit
    until the line that takes it comes."""
    if receipt.payer is None:
        raise TypeError("a cheque has a payer")
    _post(
        _bounced_key(receipt),
        "cheque.bounced",
        day,
        _("Cheque %(number)s bounced") % {"number": receipt.reference},
        [NewPosting(advance(receipt.payer), Side(AccountKind.CASH_IN_TRANSIT), receipt.amount)],
        (RECEIPT, receipt.pk),
        by=by,
        at=at,
    )


def take_back_bounced(receipt: Receipt, *, day: date, by: User, at: datetime) -> None:
    """The line was no money of the payer's at all: nothing is taken back from the payer."""
    _take_back(_bounced_key(receipt), day=day, by=by, at=at)


def _bounced_key(receipt: Receipt) -> str:
    return f"receipt:{receipt.pk}:bounced"


def post_allocation(allocation: Allocation, debit: Side, *, by: User, at: datetime) -> None:
    """What settles a statement takes it off the receivable."""
    statement = allocation.statement
    _post(
        f"allocation:{allocation.pk}",
        "allocation.made",
        allocation.day,
        _("Settles %(number)s") % {"number": statement.number},
        [NewPosting(debit, receivable(statement), allocation.amount)],
        (STATEMENT, statement.pk),
        by=by,
        at=at,
    )


def take_back_allocation(allocation: Allocation, *, day: date, by: User, at: datetime) -> None:
    entry = Entry.objects.get(key=f"allocation:{allocation.pk}")
    reverse_entry(entry, by=by, at=at, day=day)


def _take_back(key: str, *, day: date, by: User, at: datetime) -> None:
    """By one reversing entry; nothing where it was never posted."""
    entry = Entry.objects.filter(key=key).first()
    if entry is not None:
        reverse_entry(entry, by=by, at=at, day=day)


def _post(
    key: str,
    kind: str,
    day: date,
    text: str,
    postings: list[NewPosting],
    subject: tuple[str, int],
    *,
    by: User,
    at: datetime,
) -> None:
    subject_type, pk = subject
    post_entries([NewEntry(key, kind, day, text, postings, subject_type, str(pk))], by=by, at=at)
