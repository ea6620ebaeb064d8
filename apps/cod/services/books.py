"""What the COD floor writes into the ledger. The table of entries is in docs/architecture.md."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.banking.models import BankAccount
from apps.cod.enums import PROVIDER_NUMBERS, TakingKind
from apps.cod.models import (
    CashUp,
    ClawBack,
    CodItem,
    Deposit,
    QrSettlement,
    Taking,
)
from apps.cod.rules.counting import shared_out
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewEntry, NewPosting, Party, Side
from apps.ledger.models import Entry
from apps.ledger.queries import open_since
from apps.ledger.services import post_entries, post_entry, reverse_entry
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier

ITEM = "cod.coditem"
PENDING = AccountKind.PENDING_DIFFERENCES
# Key, kind, day, summary, postings and the item of an entry.
ItemEntry = tuple[str, str, date, str, list[NewPosting], CodItem]


def open_day(day: date) -> date:
    """The day, or the first one that the ledger still takes."""
    return max(day, open_since() or date.min)


def merchant_party(row: Customer) -> Party:
    return Party(PartyKind.CUSTOMER, row.pk, row.name)


def payable(row: Customer) -> Side:
    """What the company owes a merchant for COD 其他应付款—代收货款."""
    return Side(AccountKind.COD_PAYABLE, merchant_party(row))


def courier_party(row: Courier) -> Party:
    return Party(PartyKind.COURIER, row.pk, str(row))


def courier_cash(row: Courier) -> Side:
    return Side(AccountKind.COURIER_CASH, courier_party(row))


def courier_debt(row: Courier) -> Side:
    return Side(AccountKind.COURIER_RECEIVABLE, courier_party(row))


def station_party(row: Unit) -> Party:
    return Party(PartyKind.STATION, row.pk, row.name)


def station_cash(row: Unit) -> Side:
    return Side(AccountKind.STATION_CASH, station_party(row))


def provider_party(method: str) -> Party:
    provider = CodMethod(method)
    return Party(PartyKind.PROVIDER, PROVIDER_NUMBERS[provider], str(provider.label))


def clearing(method: str) -> Side:
    return Side(AccountKind.PROVIDER_CLEARING, provider_party(method))


def in_transit(account: BankAccount) -> Side:
    """COD money on its way to an account: apart from what billing has in transit, which names nobody.
    The money of a virtual sub-account is in its main account."""
    main = account.parent or account
    return Side(AccountKind.CASH_IN_TRANSIT, Party(PartyKind.BANK_ACCOUNT, main.pk, str(main)))


def both_ways(debit: Side, credit: Side, amount: Decimal, waybill: str = "") -> list[NewPosting]:
    """A posting with its sides exchanged below zero, none at zero."""
    if amount == 0:
        return []
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    return [NewPosting(debit, credit, amount, waybill)]


def post_items(rows: Sequence[ItemEntry], *, by: User, at: datetime) -> None:
    """Entries about items; those without postings are passed over."""
    first_open = open_since() or date.min
    entries = [
        NewEntry(key, kind, max(day, first_open), text, postings, ITEM, str(item.pk))
        for key, kind, day, text, postings, item in rows
        if postings
    ]
    if entries:
        post_entries(entries, by=by, at=at)


def memo(item: CodItem, amount: Decimal) -> list[NewPosting]:
    """More (or, below zero, less) is due at the door: a pair off the balance sheet."""
    party = merchant_party(item.merchant)
    due, expected = Side(AccountKind.COD_DUE, party), Side(AccountKind.COD_EXPECTED, party)
    return both_ways(due, expected, amount, item.waybill)


def post_met(items: Sequence[CodItem], *, by: User, at: datetime) -> None:
    """Nothing is due at the door any more for these: the pair off the balance sheet goes."""
    text, day = _("COD no longer due %(waybill)s"), timezone.localdate(at)
    post_items(
        [
            (
                f"cod-item:{item.pk}:met",
                "coditem.met",
                day,
                text % {"waybill": item.waybill},
                memo(item, -item.due),
                item,
            )
            for item in items
        ],
        by=by,
        at=at,
    )


def taken(taking: Taking) -> list[NewPosting]:
    """Money taken at the door: with the courier or the provider, and whose it is."""
    if taking.method == CodMethod.CASH:
        debit = courier_cash(_courier(taking))
    else:
        debit = clearing(taking.method)
    if taking.kind == TakingKind.COD:
        credit = payable(_item(taking).merchant)
    elif taking.kind == TakingKind.REPAID:
        credit = courier_debt(_courier(taking))
    elif taking.payer is not None:
        credit = Side(AccountKind.RECEIVABLE, merchant_party(taking.payer))
    else:
        # The statement of the station carries the freight of whoever pays at the door.
        credit = Side(AccountKind.RECEIVABLE, station_party(_station(taking)))
    return both_ways(debit, credit, taking.amount, taking.waybill)


def post_taking(taking: Taking, *, by: User, at: datetime) -> None:
    """For takings that are no COD; those are posted with their item."""
    text = _("%(kind)s %(waybill)s") % {
        "kind": taking.get_kind_display(),
        "waybill": taking.waybill,
    }
    post_entry(
        key=f"taking:{taking.pk}",
        kind="taking",
        day=open_day(taking.day),
        text=text.strip(),
        postings=taken(taking),
        subject=taking,
        by=by,
        at=at,
    )


def post_counted(cash_up: CashUp, takings: Sequence[Taking], *, by: User, at: datetime) -> None:
    """Counted and handed in: from the courier to the station, what is short to the courier's debt, what
    is over to the differences. Each taking by its shipment, so that the proof finds it."""
    if cash_up.counted is None or cash_up.expected is None:
        raise TypeError("a constraint says that a counted cash-up has both sums")
    held, cash = station_cash(cash_up.unit), courier_cash(cash_up.courier)
    debt = courier_debt(cash_up.courier)
    postings = []
    parts = shared_out([one.amount for one in takings], cash_up.counted)
    for taking, (handed_in, short) in zip(takings, parts, strict=True):
        postings += both_ways(held, cash, handed_in, taking.waybill)
        postings += both_ways(debt, cash, short, taking.waybill)
    over = max(cash_up.counted - cash_up.expected, Decimal(0))
    postings += both_ways(held, Side(PENDING, station_party(cash_up.unit)), over)
    if postings:
        post_entry(
            key=_count_key(cash_up),
            kind="cash_up.counted",
            day=open_day(timezone.localdate(at)),
            text=_("Cash-up %(what)s") % {"what": cash_up},
            postings=postings,
            subject=cash_up,
            by=by,
            at=at,
        )


def take_back_count(cash_up: CashUp, *, by: User, at: datetime) -> None:
    _take_back(_count_key(cash_up), by=by, at=at)


def _count_key(cash_up: CashUp) -> str:
    return f"cash-up:{cash_up.pk}:{cash_up.counts}"


def post_deposit(deposit: Deposit, *, by: User, at: datetime) -> None:
    """Paid in at the bank's counter: on its way until the bank's line comes."""
    post_entry(
        key=f"deposit:{deposit.pk}",
        kind="deposit",
        day=open_day(deposit.day),
        text=_("Cash deposit %(slip)s") % {"slip": deposit.slip},
        postings=[
            NewPosting(in_transit(deposit.account), station_cash(deposit.unit), deposit.amount)
        ],
        subject=deposit,
        by=by,
        at=at,
    )


def take_back_deposit(deposit: Deposit, *, by: User, at: datetime) -> None:
    _take_back(f"deposit:{deposit.pk}", by=by, at=at)


def post_settlement(
    settlement: QrSettlement, takings: Sequence[Taking], *, by: User, at: datetime
) -> None:
    """A provider settles a day: what was taken leaves its clearing account, less its fee it is on its way
    to the bank; where its gross is another sum, the difference is to be cleared up."""
    transit, owed = in_transit(settlement.account), clearing(settlement.provider)
    postings: list[NewPosting] = []
    for taking in takings:
        postings += both_ways(transit, owed, taking.amount, taking.waybill)
    postings += both_ways(Side(AccountKind.FINANCE_COST), transit, settlement.fee)
    pending = Side(PENDING, provider_party(settlement.provider))
    postings += both_ways(transit, pending, settlement.gross - settlement.expected)
    post_entry(
        key=f"settlement:{settlement.pk}",
        kind="settlement",
        day=open_day(settlement.day),
        text=_("Settlement %(what)s") % {"what": settlement},
        postings=postings,
        subject=settlement,
        by=by,
        at=at,
    )


def post_claw_back(row: ClawBack, *, by: User, at: datetime) -> None:
    """Given back after a return: the merchant is owed less, below zero where the money had been
    remitted; what goes to the consignee is on its way out."""
    out = Side(AccountKind.PAYOUTS_IN_TRANSIT)
    posting = NewPosting(payable(row.item.merchant), out, row.amount, row.item.waybill)
    text = _("Claw-back %(waybill)s") % {"waybill": row.item.waybill}
    day = timezone.localdate(at)
    post_items(
        [(f"claw-back:{row.pk}", "coditem.clawed_back", day, text, [posting], row.item)],
        by=by,
        at=at,
    )


def _take_back(key: str, *, by: User, at: datetime) -> None:
    """By one reversing entry; nothing where it was never posted."""
    entry = Entry.objects.filter(key=key).first()
    if entry is not None:
        reverse_entry(entry, by=by, at=at, day=open_day(timezone.localdate(at)))


def _courier(taking: Taking) -> Courier:
    if taking.courier is None:
        raise TypeError("a constraint says that cash has a courier")
    return taking.courier


def _item(taking: Taking) -> CodItem:
    if taking.item is None:
        raise TypeError("a constraint says that a taking of COD has an item")
    return taking.item


def _station(taking: Taking) -> Unit:
    if taking.station is None:
        raise TypeError("a constraint says that freight has a station")
    return taking.station
