"""Shipments become charges: priced when the event comes that puts them into a month, priced again when
the scale says otherwise, and noted with the reason where there is no price (BIL-1)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChargeKind
from apps.billing.models import ShipmentRating
from apps.billing.queries.questions import questions_of
from apps.billing.rules.months import month_of
from apps.billing.rules.shipments import service_day, taken_on
from apps.billing.services import clocks
from apps.billing.services.charges import post_charges
from apps.billing.services.shipment_charges import (
    charged_lines,
    correct_charges,
    lines_of,
    new_charges,
    tax_class,
    tax_classes,
)
from apps.core import cached_tables
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import money
from apps.core.text import required_text
from apps.events.services import record
from apps.pricing.enums import BillingEvent
from apps.pricing.queries.pricing import Asked, Price, rate_shipments
from apps.pricing.rating import Unrated, inputs_of
from apps.pricing.rating.amounts import yuan
from apps.tracking.models import Waybill


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
    with cached_tables.checked_together(tax_classes):
        return _charge(waybills, by=by, at=at)


@transaction.atomic
def rate_again(*, waybill_ids: Collection[int], reason: str, by: User, at: datetime) -> int:
    """Price shipments anew, by the rules of the day each was taken; what changes is charged as
    corrections with the reason, in the payer's open month. What a person set stays. Returns how many
    changed."""
    reason = required_text(reason)
    ratings = {
        row.waybill_id: row
        for row in ShipmentRating.objects.select_for_update()
        .filter(waybill_id__in=waybill_ids, is_set=False)
        .order_by("pk")
    }
    with cached_tables.checked_together(tax_classes):
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
            correct_charges(row, waybill, lines_of(price, waybill), reason=reason, by=by, at=at)
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
    reason = required_text(reason)
    waybill = next(iter(_waybills([row.waybill_id])), None)
    if waybill is None:
        raise RuleBroken(_("The shipment is no longer there."), code="no_waybill")
    now = charged_lines(row.waybill)
    main = max(now, key=lambda key: abs(now[key]), default=None)
    rest = sum((amount for key, amount in now.items() if key != main), Decimal(0))
    if main is None:
        tax = tax_class("delivery", taken_on(waybill))
        main = (ChargeKind.FREIGHT, tax)
    if row.gross is None:
        clocks.rated([row], by=by, at=at)
    row.is_set, row.set_by, row.set_reason = True, by, reason
    row.gross, row.refusal, row.refusal_code = gross, "", ""
    row.rated_at, row.revision = at, row.revision + 1
    row.save()
    correct_charges(row, waybill, {**now, main: gross - rest}, reason=reason, by=by, at=at)
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
    record("shipment.price_lifted", row, by=by, at=at, data={"reason": required_text(reason)})
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
        for one in new_charges(waybill, row, lines_of(price, waybill))
    ]
    if new:
        post_charges(new, by=by, at=at)
