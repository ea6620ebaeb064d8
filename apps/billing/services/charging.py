"""Shipments become charges: priced when the event comes that puts them into a month, priced again when
the scale says otherwise, and noted with the reason where there is no price (BIL-1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChargeKind
from apps.billing.inputs import NewCharge
from apps.billing.models import Charge, ShipmentRating
from apps.billing.queries.questions import questions_of
from apps.billing.rules.months import month_of
from apps.billing.rules.shipments import service_day, taken_on
from apps.billing.services import clocks
from apps.billing.services.charges import post_charges
from apps.billing.services.words import said
from apps.core import cached_tables
from apps.core.cached_tables import CachedTables
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.customers.enums import SettlementMethod
from apps.events.services import record
from apps.pricing.enums import BillingEvent
from apps.pricing.models import TaxClass
from apps.pricing.queries.pricing import Asked, Price, rate_shipments
from apps.pricing.rating import Unrated, inputs_of
from apps.pricing.rating.amounts import yuan
from apps.tracking.models import Waybill

AT_THE_DOOR = (SettlementMethod.CASH, SettlementMethod.FREIGHT_COLLECT)
# (kind, tax class) → yuan
Lines = dict[tuple[str, int], Decimal]


@transaction.atomic
def charge_shipments(*, waybill_ids: Collection[int], by: User, at: datetime) -> int:
    """Price and charge those whose event has come and that are not charged yet; safe to repeat.
    Returns how many were charged. A missing price refuses nobody: it is noted (BIL-3)."""
    rated = set(
        ShipmentRating.objects.filter(waybill_id__in=waybill_ids).values_list(
            "waybill_id", flat=True
        )
    )
    waybills = _waybills(set(waybill_ids) - rated)
    with cached_tables.checked_together(_tax_classes):
        return _charge(waybills, by=by, at=at)


@transaction.atomic
def rate_again(*, waybill_ids: Collection[int], reason: str, by: User, at: datetime) -> int:
    """Price shipments anew, by the rules of the day each was taken; what changes is charged as
    corrections with the reason, in the payer's open month. What a person set stays. Returns how many
    changed."""
    reason = said(reason)
    ratings = {
        row.waybill_id: row
        for row in ShipmentRating.objects.select_for_update()
        .filter(waybill_id__in=waybill_ids, is_set=False)
        .order_by("pk")
    }
    with cached_tables.checked_together(_tax_classes):
        return _rate_again(_waybills(ratings), ratings, reason=reason, by=by, at=at)


def _rate_again(
    waybills: list[Waybill],
    ratings: dict[int, ShipmentRating],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> int:
    changed = 0
    filled = []
    for waybill, asked, price in _priced(waybills):
        row = ratings[waybill.pk]
        first = row.gross is None
        before = row.gross
        _note(row, asked, price, at=at)
        if isinstance(price, Unrated):
            continue
        if first:
            filled.append(row)
            _post([(waybill, row, price)], by=by, at=at)
        elif before != row.gross:
            _correct(row, waybill, _lines_of(price, waybill), reason=reason, by=by, at=at)
        changed += first or before != row.gross
    clocks.rated(filled, by=by, at=at)
    return changed


@transaction.atomic
def set_price(
    *, rating_id: int, gross: Decimal, reason: str, by: User, at: datetime
) -> ShipmentRating:
    """A person says what it costs; rating it again does not touch that until it is lifted."""
    row = ShipmentRating.objects.select_for_update().get(pk=rating_id)
    gross = money(gross)
    if gross < 0:
        raise BadInput(_("An amount above 0."), code="bad_amount", field="gross")
    reason = said(reason)
    waybill = next(iter(_waybills([row.waybill_id])), None)
    if waybill is None:
        raise RuleBroken(_("The shipment is no longer there."), code="no_waybill")
    now = _charged(row.waybill)
    main = max(now, key=lambda key: abs(now[key]), default=None)
    rest = sum((amount for key, amount in now.items() if key != main), Decimal(0))
    if main is None:
        tax = _tax_class("delivery", taken_on(waybill))
        main = (ChargeKind.FREIGHT, tax)
    if row.gross is None:
        clocks.rated([row], by=by, at=at)
    row.is_set, row.set_by, row.set_reason = True, by, reason
    row.gross, row.refusal, row.refusal_code = gross, "", ""
    row.rated_at, row.revision = at, row.revision + 1
    row.save()
    _correct(row, waybill, {**now, main: gross - rest}, reason=reason, by=by, at=at)
    data = {"amount": str(gross), "reason": reason}
    record("shipment.price_set", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def lift_price(*, rating_id: int, reason: str, by: User, at: datetime) -> ShipmentRating:
    """What was set by hand is over: the tariff's price counts again."""
    row = ShipmentRating.objects.select_for_update().get(pk=rating_id)
    if not row.is_set:
        raise RuleBroken(_("Nobody set this price by hand."), code="not_set")
    row.is_set, row.set_by, row.set_reason = False, None, ""
    row.save(update_fields=["is_set", "set_by", "set_reason"])
    record("shipment.price_lifted", row, by=by, at=at, data={"reason": said(reason)})
    rate_again(waybill_ids=[row.waybill_id], reason=reason, by=by, at=at)
    row.refresh_from_db()
    return row


def _waybills(ids: Iterable[int]) -> list[Waybill]:
    return list(
        Waybill.objects.filter(pk__in=list(ids)).select_related("customer__unit").order_by("pk")
    )


def _priced(waybills: list[Waybill]) -> Iterable[tuple[Waybill, Asked, Price | Unrated]]:
    for asked, price in rate_shipments(questions_of(waybills)):
        yield asked.key, asked, price


def _charge(waybills: list[Waybill], *, by: User, at: datetime) -> int:
    found: list[tuple[Waybill, ShipmentRating, Price | Unrated]] = []
    for waybill, asked, price in _priced(waybills):
        if _day(waybill, price) is None:
            continue
        row = ShipmentRating(waybill_id=waybill.pk, waybill=waybill.number)
        _fill(row, asked, price, at=at)
        found.append((waybill, row, price))
    ShipmentRating.objects.bulk_create([row for _w, row, _p in found])
    clocks.unrated([row for _w, row, _p in found if row.gross is None], by=by, at=at)
    priced = [(w, row, price) for w, row, price in found if not isinstance(price, Unrated)]
    _post(priced, by=by, at=at)
    return len(priced)


def _day(waybill: Waybill, price: Price | Unrated) -> date | None:
    """Where there is no price nobody says which event counts: being picked up does."""
    version = None if isinstance(price, Unrated) else price.version
    event = version.billing_event if version else BillingEvent.PICKED_UP
    return service_day(waybill, event)


def _fill(row: ShipmentRating, asked: Asked, price: Price | Unrated, *, at: datetime) -> None:
    waybill: Waybill = asked.key
    day = _day(waybill, price) or taken_on(waybill)
    row.customer, row.month, row.service = waybill.customer, month_of(day), asked.service
    row.inputs = inputs_of(asked.shipment)
    row.rated_at, row.revision = at, row.revision + 1
    if isinstance(price, Unrated):
        row.gross, row.refusal, row.refusal_code = None, str(price)[:300], price.code
        return
    row.version, row.engine = price.version, price.engine
    row.gross, row.refusal, row.refusal_code = yuan(price.rated.gross_fen), "", ""


def _note(row: ShipmentRating, asked: Asked, price: Price | Unrated, *, at: datetime) -> None:
    """A price that is there is not lost for one that is missing now."""
    if isinstance(price, Unrated) and row.gross is not None:
        return
    _fill(row, asked, price, at=at)
    row.save()


def _post(priced: list[tuple[Waybill, ShipmentRating, Price]], *, by: User, at: datetime) -> None:
    new = [
        one
        for waybill, row, price in priced
        for one in _new_charges(waybill, row, _lines_of(price, waybill))
    ]
    if new:
        post_charges(new, by=by, at=at)


def _lines_of(price: Price, waybill: Waybill) -> Lines:
    day = taken_on(waybill)
    lines: Lines = defaultdict(Decimal)
    for line in price.rated.lines:
        lines[str(line.kind), _tax_class(line.tax_class or "delivery", day)] += yuan(line.fen)
    return {key: amount for key, amount in lines.items() if amount}


# A handful of rows; read once for many shipments, and anew when one is added.
_tax_classes = CachedTables(
    lambda: list(TaxClass.objects.order_by("-since").values_list("code", "since", "pk")), TaxClass
)


def _tax_class(code: str, day: date) -> int:
    for known, since, pk in _tax_classes():
        if known == code and since <= day:
            return int(pk)
    raise RuleBroken(
        _("No tax class “%(code)s” is valid on %(day)s.") % {"code": code, "day": day.isoformat()},
        code="no_tax_class",
    )


def _new_charges(waybill: Waybill, row: ShipmentRating, lines: Lines) -> list[NewCharge]:
    version_event = row.version.billing_event if row.version else BillingEvent.PICKED_UP
    day = service_day(waybill, version_event) or taken_on(waybill)
    # Cash and freight-collect have no contract payer: the station that collects it owes it.
    unit = waybill.responsible_unit_id if waybill.settlement_method in AT_THE_DOOR else None
    return [
        NewCharge(
            kind=ChargeKind(kind),
            gross=amount,
            tax_class_id=tax,
            service_day=day,
            source=f"waybill:{waybill.pk}:{row.revision}",
            nth=nth,
            customer_id=waybill.customer_id,
            station_id=unit,
            waybill=waybill.number,
            facts=_facts(waybill),
            tariff_version_id=row.version_id,
            inputs=row.inputs,
        )
        for nth, ((kind, tax), amount) in enumerate(sorted(lines.items()))
    ]


def _facts(waybill: Waybill) -> dict[str, object]:
    return {
        "from": waybill.origin_city,
        "to": waybill.destination_city,
        "pieces": waybill.pieces,
        "weight_g": waybill.weight_g or 0,
    }


def _charged(number: str) -> Lines:
    """What is charged for a shipment now, corrections counted to what they correct."""
    sums: Lines = defaultdict(Decimal)
    for first, net in _nets(number):
        sums[first.kind, first.tax_class_id] += net
    return dict(sums)


def _correct(
    row: ShipmentRating, waybill: Waybill, wanted: Lines, *, reason: str, by: User, at: datetime
) -> None:
    """One row for each kind that changes: a correction of a charge of that kind, or a charge of its own
    where there is none that it would not turn into a credit (a rounding, say)."""
    nets = _nets(row.waybill)
    now: Lines = defaultdict(Decimal)
    for first, net in nets:
        now[first.kind, first.tax_class_id] += net
    fresh: Lines = {}
    new: list[NewCharge] = []
    for key in sorted({*now, *wanted}):
        difference = wanted.get(key, Decimal(0)) - now.get(key, Decimal(0))
        if not difference:
            continue
        found = [
            first
            for first, net in nets
            if (first.kind, first.tax_class_id) == key and (net + difference) * first.gross >= 0
        ]
        if found:
            new.append(_correction(found[0], row, difference, len(new), reason))
        else:
            fresh[key] = difference
    added = [replace(one, reason=reason) for one in _new_charges(waybill, row, fresh)]
    post_charges([*new, *added], by=by, at=at)


def _nets(number: str) -> list[tuple[Charge, Decimal]]:
    """The first charges of a shipment, and what each amounts to with its corrections."""
    charges = list(Charge.objects.filter(waybill=number).select_related("statement").order_by("pk"))
    nets: dict[int, Decimal] = defaultdict(Decimal)
    for charge in charges:
        nets[charge.corrects_id or charge.pk] += charge.gross
    return [(charge, nets[charge.pk]) for charge in charges if charge.corrects_id is None]


def _correction(
    first: Charge, row: ShipmentRating, difference: Decimal, nth: int, reason: str
) -> NewCharge:
    return NewCharge(
        kind=ChargeKind.ADJUSTMENT,
        gross=difference,
        tax_class_id=first.tax_class_id,
        service_day=first.service_day,
        source=f"rerate:{row.waybill_id}:{row.revision}",
        nth=nth,
        customer_id=first.customer_id,
        station_id=first.statement.station_id,
        waybill=first.waybill,
        facts=first.facts,
        tariff_version_id=row.version_id,
        inputs=row.inputs,
        corrects_id=first.pk,
        reason=reason,
    )


def charged_in_all(number: str) -> Decimal:
    """What is charged for a shipment, all its lines together."""
    total: Decimal | None = Charge.objects.filter(waybill=number).aggregate(sum=Sum("gross"))["sum"]
    return total or Decimal("0.00")
