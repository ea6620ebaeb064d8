"""Charging: each charge is born in the open statement of its payer and month (BIL-2)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChargeKind, Side, StatementState
from apps.billing.inputs import NewCharge, Payer
from apps.billing.models import BillingTerms, Charge, Statement
from apps.billing.rules.months import month_of, next_month
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.opaque import PER_DAY, dated_number
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.ledger.queries import open_since

PREFIX = "ST"
CLOSED = "charge_statement_open"
# A statement may be frozen between finding it open and writing into it; then another month takes it.
TRIES = 5


def post_charges(new: Sequence[NewCharge], *, by: User, at: datetime) -> list[Charge]:
    """Write charges; those that were written before (same ``source`` and ``nth``) are left as they are.
    Returns the fresh ones. A charge of a month that is closed goes into the payer's next open one.

    BadInput ``charge_of_nothing`` for an amount of 0: leave it out instead.
    """
    for one in new:
        if money(one.gross) == 0:
            raise BadInput(_("A charge of 0 is no charge."), code="charge_of_nothing")
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _post(new, by=by, at=at)
        except IntegrityError as error:
            refused_by = getattr(error.__cause__, "diag", None)
            if refused_by is None or refused_by.constraint_name != CLOSED:
                raise
    raise RuleBroken(_("The month is being closed. Try again."), code="month_closing")


def _post(new: Sequence[NewCharge], *, by: User, at: datetime) -> list[Charge]:
    keys = [(one.source, one.nth) for one in new]
    there = set(
        Charge.objects.filter(source__in={source for source, _n in keys}).values_list(
            "source", "nth"
        )
    )
    fresh = [one for one, key in zip(new, keys, strict=True) if key not in there]
    if not fresh:
        return []
    payers = payers_of({one.customer_id for one in fresh if one.customer_id is not None})
    wanted = [(_payer(one, payers), month_of(one.service_day)) for one in fresh]
    statements = open_statements(wanted, at=at)
    return Charge.objects.bulk_create(
        [
            Charge(
                statement_id=statements[key],
                customer_id=one.customer_id,
                kind=one.kind,
                gross=money(one.gross),
                tax_class_id=one.tax_class_id,
                service_day=one.service_day,
                waybill=one.waybill,
                facts=dict(one.facts),
                tariff_version_id=one.tariff_version_id,
                inputs=dict(one.inputs),
                source=one.source,
                nth=one.nth,
                corrects_id=one.corrects_id,
                reason=one.reason,
                at=at,
                by=by,
            )
            for one, key in zip(fresh, wanted, strict=True)
        ]
    )


def payers_of(customers: set[int]) -> dict[int, int]:
    """Who pays for each of them: the payer of their terms, or they themselves."""
    named = BillingTerms.objects.filter(customer_id__in=customers, payer__isnull=False)
    return {pk: pk for pk in customers} | dict(named.values_list("customer_id", "payer_id"))


def _payer(one: NewCharge, payers: dict[int, int]) -> Payer:
    if one.station_id is not None:
        return Payer(None, one.station_id)
    if one.customer_id is None:
        raise BadInput(_("Say who pays."), code="payer_missing")
    return Payer(payers[one.customer_id], None)


def open_statements(
    wanted: Sequence[tuple[Payer, date]], *, at: datetime
) -> dict[tuple[Payer, date], int]:
    """The statement that takes a charge of each payer and month: that month's, or the first one after
    it that is open. Those that do not exist yet are opened."""
    first_open = open_since() or date.min
    found: dict[tuple[Payer, date], int] = {}
    missing: dict[tuple[Payer, date], list[tuple[Payer, date]]] = {}
    known = _known(set(wanted))
    for payer, month in set(wanted):
        place = max(month, first_open)
        while (row := known.get((payer, place))) and row[1] != StatementState.OPEN:
            place = next_month(place)
        if row:
            found[payer, month] = row[0]
        else:
            missing.setdefault((payer, place), []).append((payer, month))
    if missing:
        opened = _open(list(missing), at=at)
        for key, asked in missing.items():
            found |= dict.fromkeys(asked, opened[key])
    return found


def _known(wanted: set[tuple[Payer, date]]) -> dict[tuple[Payer, date], tuple[int, str]]:
    customers = {payer.customer_id for payer, _month in wanted} - {None}
    stations = {payer.station_id for payer, _month in wanted} - {None}
    rows = Statement.objects.filter(
        Q(bill_to__in=customers) | Q(station__in=stations),
        period__gte=min(month for _payer, month in wanted),
    )
    return {
        (Payer(bill_to, station), period): (pk, state)
        for pk, bill_to, station, period, state in rows.values_list(
            "pk", "bill_to_id", "station_id", "period", "state"
        )
    }


def _open(places: list[tuple[Payer, date]], *, at: datetime) -> dict[tuple[Payer, date], int]:
    """Open statements, by whoever comes first: another transaction may be opening the same."""
    customers = [payer.customer_id for payer, _month in places if payer.customer_id is not None]
    key = dict(Customer.objects.filter(pk__in=customers).values_list("pk", "key_account"))
    sides = {True: Side.SERVICE, False: Side.FINANCE}
    Statement.objects.bulk_create(
        [
            Statement(
                pk=pk,
                number=dated_number(PREFIX, month, pk % PER_DAY or PER_DAY),
                bill_to_id=payer.customer_id,
                station_id=payer.station_id,
                period=month,
                issued_by_side=sides[key.get(payer.customer_id or 0, False)],
                created_at=at,
            )
            for pk, (payer, month) in zip(_serials(len(places)), places, strict=True)
        ],
        ignore_conflicts=True,
    )
    known = _known(set(places))
    return {place: known[place][0] for place in places}


def _serials(count: int) -> list[int]:
    """Fresh row numbers: the number on the paper is made of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('billing_statement', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic
def correct_charge(
    *, charge_id: int, gross: Decimal, reason: str, by: User, at: datetime, source: str = ""
) -> Charge | None:
    """Make a charge amount to ``gross``, by one more row in the payer's open month; None when it does
    already. What was corrected before counts in. The sign never turns (a trigger keeps it so)."""
    first = first_of(charge_id)
    now = amount_of(first)
    difference = money(gross) - now
    if difference == 0:
        return None
    if gross != 0 and (gross > 0) != (first.gross > 0):
        raise BadInput(
            _("A correction cannot turn a charge into a credit: charge it anew."),
            code="sign_turned",
            field="gross",
        )
    return _correct(first, difference, reason=reason, by=by, at=at, source=source)


def _correct(
    first: Charge, difference: Decimal, *, reason: str, by: User, at: datetime, source: str
) -> Charge:
    nth = first.corrections.count() + 1
    [made] = post_charges(
        [
            NewCharge(
                kind=ChargeKind.ADJUSTMENT,
                gross=difference,
                tax_class_id=first.tax_class_id,
                service_day=first.service_day,
                source=source or f"charge:{first.pk}",
                nth=0 if source else nth,
                customer_id=first.customer_id,
                station_id=first.statement.station_id,
                waybill=first.waybill,
                facts=first.facts,
                corrects_id=first.pk,
                reason=required_text(reason),
            )
        ],
        by=by,
        at=at,
    )
    data = {"amount": str(difference), "charge": str(first), "reason": made.reason}
    record("charge.corrected", first.statement, by=by, at=at, data=data)
    return made


def first_of(charge_id: int) -> Charge:
    """The charge, or the one that it corrects, with its corrections locked out."""
    charge = Charge.objects.select_related("statement", "corrects__statement").get(pk=charge_id)
    first: Charge = charge.corrects or charge
    with connection.cursor() as cursor:
        # Charges are append-only and cannot be locked as rows.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('billing_charge', %s))", [first.pk]
        )
    return first


def amount_of(first: Charge) -> Decimal:
    """What a charge amounts to with its corrections."""
    more: Decimal | None = first.corrections.aggregate(sum=Sum("gross"))["sum"]
    return Decimal(first.gross + (more or 0))
