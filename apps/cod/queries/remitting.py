"""What merchants would be remitted on a day: the same few statements for one merchant and for all (COD-7)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Exists, Q, Sum
from django.utils import timezone

from apps.banking.enums import AccountPurpose, AccountState, PayoutPurpose
from apps.banking.models import BankAccount, PayeeAccount
from apps.banking.queries.payees import payee_accounts_for
from apps.billing.enums import ChargeKind, StatementState
from apps.billing.models import Charge
from apps.billing.queries.dunning import overdue_payers
from apps.billing.queries.owing import owed_on
from apps.cod.enums import BEFORE_RELEASE, ItemState
from apps.cod.models import ClawBack, CodItem, RemittanceTerms
from apps.cod.queries.advances import lines_ahead
from apps.cod.queries.claw_backs import CARRIED, OWED_BACK
from apps.cod.rules.remitting import (
    ZERO,
    CarriedBack,
    Due,
    Fee,
    Overdue,
    Settlement,
    Terms,
    is_due,
    seen_until,
    settle,
)
from apps.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Plan:
    """What one merchant would be remitted. Without a ``payee`` it is held, if anything is paid out."""

    terms: RemittanceTerms
    day: date
    until: date
    settlement: Settlement
    payee: PayeeAccount | None
    account: BankAccount | None

    @property
    def merchant(self) -> Customer:
        return self.terms.customer

    @property
    def is_held(self) -> bool:
        return self.settlement.payout > 0 and self.payee is None


def terms_in_force(day: date, merchants: Collection[int] | None = None) -> list[RemittanceTerms]:
    """The newest row of each merchant that began by ``day``."""
    rows = RemittanceTerms.objects.filter(since__lte=day).select_related("customer", "account")
    if merchants is not None:
        rows = rows.filter(customer__in=merchants)
    return list(rows.order_by("customer_id", "-since", "-id").distinct("customer_id"))


def terms_of(row: RemittanceTerms) -> Terms:
    return Terms(
        cycle=row.cycle,
        days=tuple(row.days),
        since=row.since,
        delay_days=row.delay_days,
        minimum=row.minimum,
        fee_deducted=row.fee_deducted,
        offset_agreed=row.offset_agreed,
        is_held=row.is_held,
    )


def plans_of(
    day: date,
    at: datetime,
    *,
    merchants: Collection[int] | None = None,
    off_cycle: bool = False,
) -> list[Plan]:
    """What is due on ``day``, a day of the company's calendar, by what is known at ``at``; with
    ``off_cycle`` also for merchants whose day it is not."""
    rows = [
        row
        for row in terms_in_force(day, merchants)
        if (off_cycle and row.since <= day) or is_due(terms_of(row), day)
    ]
    ids = [row.customer_id for row in rows]
    if not ids:
        return []
    items, backs = _items(rows, day), _claw_backs(ids)
    late = overdue_payers(day, payers=[r.customer_id for r in rows if r.offset_agreed] or [0])
    payees, first = payee_accounts_for(ids, at, PayoutPurpose.COD), cod_account()
    plans = []
    for row in rows:
        terms, pk = terms_of(row), row.customer_id
        overdue = [
            Overdue(one.statement_id, one.number, one.asked)
            for one in (late[pk].items if pk in late else ())
        ]
        plans.append(
            Plan(
                terms=row,
                day=day,
                until=seen_until(terms, day),
                settlement=settle(terms, items[pk], backs[pk], overdue),
                payee=payees.get(pk),
                account=row.account if _is_open(row.account) else first,
            )
        )
    return plans


def _is_open(account: BankAccount | None) -> bool:
    return account is not None and account.state == AccountState.OPEN


def cod_account() -> BankAccount | None:
    """The account that COD is paid from where the terms name none that is open."""
    rows = BankAccount.objects.filter(
        purpose=AccountPurpose.COD, state=AccountState.OPEN, parent__isnull=True
    )
    return rows.order_by("pk").first()


def end_of(day: date) -> datetime:
    """The first instant after ``day`` in the company's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _items(rows: Iterable[RemittanceTerms], day: date) -> dict[int, list[Due]]:
    """Money on the bank that no remittance has, by merchant, the oldest first."""
    until = {row.customer_id: end_of(seen_until(terms_of(row), day)) for row in rows}
    found = [
        one
        for one in CodItem.objects.filter(
            # A remittance that waits may pay it ahead.
            ~Exists(lines_ahead()),
            state=ItemState.BANKED,
            merchant__in=list(until),
            banked_at__lt=max(until.values()),
        )
        .order_by("merchant_id", "banked_at", "pk")
        .values_list("merchant_id", "pk", "waybill", "collected", "banked_at")
        if one[4] and one[4] < until[one[0]]
    ]
    deducting = {row.customer_id for row in rows if row.fee_deducted}
    fees = _fees({waybill: pk for pk, _i, waybill, _a, _b in found if pk in deducting})
    by_merchant: dict[int, list[Due]] = defaultdict(list)
    for merchant, item_id, waybill, amount, _banked in found:
        by_merchant[merchant].append(Due(item_id, waybill, amount or ZERO, tuple(fees[waybill])))
    return by_merchant


def _fees(merchants: dict[str, int]) -> dict[str, list[Fee]]:
    """COD fees by waybill, with their corrections, on statements of the same merchant that are still
    owed on: what was paid already is not deducted as well."""
    rows = list(
        Charge.objects.filter(waybill__in=list(merchants), kind=ChargeKind.COD)
        .order_by("waybill", "statement_id")
        .values_list("waybill", "statement_id", "statement__bill_to_id", "statement__state")
        .annotate(fee=Sum("gross"))
    )
    closed = {statement for _w, statement, _b, state, _f in rows if state != StatementState.OPEN}
    owed = owed_on(closed) if closed else {}
    found: dict[str, list[Fee]] = defaultdict(list)
    for waybill, statement, payer, _state, amount in rows:
        is_owed = statement not in owed or owed[statement].owed > 0
        if payer == merchants[waybill] and is_owed:
            found[waybill].append(Fee(statement, Decimal(amount)))
    return found


def _claw_backs(merchants: Collection[int]) -> dict[int, list[CarriedBack]]:
    """What is left of them to take, or to give back, without what remittances that wait for their release do
    of it already."""
    found: dict[int, list[CarriedBack]] = defaultdict(list)
    waits = Q(rows__stands=True, rows__remittance__state__in=BEFORE_RELEASE)
    rows = ClawBack.objects.filter(CARRIED | OWED_BACK, merchant__in=merchants).annotate(
        taken_soon=Sum("rows__amount", filter=waits & Q(rows__amount__lt=0)),
        given_soon=Sum("rows__amount", filter=waits & Q(rows__amount__gt=0)),
    )
    for row in rows.select_related("item").order_by("pk"):
        soon: Decimal | None = getattr(row, "taken_soon" if row.rest > 0 else "given_soon")
        rest = row.rest + (soon or ZERO)
        if rest:
            found[row.merchant_id].append(CarriedBack(row.pk, row.item.waybill, rest))
    return found


def plan_ahead(merchant_id: int, items: Sequence[CodItem], at: datetime) -> Plan | None:
    """These items paid ahead of the bank today, with what is taken off as at any other time; without
    minimum and T+n, which are of the cycle. None for a merchant without terms."""
    day = timezone.localdate(at)
    found = terms_in_force(day, [merchant_id])
    if not found:
        return None
    row = found[0]
    terms = replace(terms_of(row), minimum=ZERO)
    fees = _fees({one.waybill: merchant_id for one in items} if terms.fee_deducted else {})
    dues = [
        Due(one.pk, one.waybill, one.collected or ZERO, tuple(fees[one.waybill]), is_ahead=True)
        for one in items
    ]
    payees = payee_accounts_for([merchant_id], at, PayoutPurpose.COD)
    return Plan(
        terms=row,
        day=day,
        until=day,
        settlement=settle(terms, dues, _claw_backs([merchant_id])[merchant_id]),
        payee=payees.get(merchant_id),
        account=row.account if _is_open(row.account) else cod_account(),
    )
