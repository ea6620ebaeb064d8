"""What the COD floor writes into the ledger. The table of entries is in docs/architecture.md."""

from datetime import date
from decimal import Decimal

from apps.accounts.models import Unit
from apps.banking.models import BankAccount
from apps.cod.enums import PROVIDER_NUMBERS
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import NewPosting, Party, Side
from apps.ledger.queries import open_since
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier

ITEM, CASH_UP, DEPOSIT, SETTLEMENT = (
    "cod.coditem",
    "cod.cashup",
    "cod.deposit",
    "cod.qrsettlement",
)
COD_DUE, COD_EXPECTED = AccountKind.COD_DUE, AccountKind.COD_EXPECTED
PENDING = AccountKind.PENDING_DIFFERENCES


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
