"""Giving shipments their numbers (TRK-1)."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index
from apps.core.errors import RuleBroken
from apps.core.name_index import name_parts
from apps.core.phones import kept_phone, phone_key
from apps.events.services import NewEvent, record_many
from apps.tracking.inputs import NewWaybill
from apps.tracking.models import NumberSeries, Waybill
from apps.tracking.numbers import CAPACITY, compose, new_key
from apps.tracking.services.partitions import ensure_partitions, month_of
from apps.tracking.services.promise import apply_promises
from apps.tracking.services.watch import enrol

if TYPE_CHECKING:
    from apps.accounts.models import User

PHONE_INDEX, NAME_INDEX = "phone", "waybills.name"
_COPIED = [f.name for f in fields(NewWaybill) if f.name not in ("sender_phone", "consignee_phone")]


@transaction.atomic
def issue_waybills(*, specs: Sequence[NewWaybill], by: "User", at: datetime) -> list[Waybill]:
    """Issue one waybill per spec, in order.

    Serials are gapless: the series is locked until the caller's transaction ends, and a
    transaction that fails gives its serials back. Raises BadInput for a phone that is none.
    """
    return issue_each([(spec, by, at) for spec in specs])


@transaction.atomic
def issue_each(rows: Sequence[tuple[NewWaybill, "User", datetime]]) -> list[Waybill]:
    """As ``issue_waybills``, each by its own hand at its own time."""
    if not rows:
        return []
    ensure_partitions({month_of(at) for _spec, _by, at in rows})
    numbers = take_numbers(len(rows))
    fresh = [
        _waybill(spec, number, at) for (spec, _by, at), number in zip(rows, numbers, strict=True)
    ]
    apply_promises(fresh)
    waybills = Waybill.objects.bulk_create(fresh)
    enrol([waybill.pk for waybill in waybills])
    record_many(
        NewEvent(
            "waybill.issued",
            Waybill._meta.label_lower,
            str(waybill.pk),
            by.pk,
            at,
            {"number": waybill.number, "customer": waybill.customer_id},
        )
        for waybill, (_spec, by, at) in zip(waybills, rows, strict=True)
    )
    return waybills


def take_numbers(count: int) -> list[str]:
    """The next ``count`` printed numbers of the house's prefix; call inside a transaction."""
    prefix = settings.WAYBILL_PREFIX
    NumberSeries.objects.bulk_create(
        [NumberSeries(prefix=prefix, key=new_key())], ignore_conflicts=True
    )
    series = NumberSeries.objects.select_for_update().get(prefix=prefix)
    first = series.last_serial + 1
    if first + count > CAPACITY:
        raise RuleBroken(
            _("The waybill numbers under %(prefix)s are used up; set another prefix.")
            % {"prefix": prefix},
            code="numbers_used_up",
            rule="TRK-1",
        )
    series.last_serial += count
    series.save(update_fields=["last_serial"])
    return [compose(prefix, serial, series.key) for serial in range(first, first + count)]


def _waybill(spec: NewWaybill, number: str, at: datetime) -> Waybill:
    waybill = Waybill(
        number=number,
        issued_at=at,
        issued_month=month_of(at),
        status_at=at,
        **{name: getattr(spec, name) for name in _COPIED},
    )
    for party in ("sender", "consignee"):
        typed = getattr(spec, f"{party}_phone")
        phone = kept_phone(typed) if typed else ""
        setattr(waybill, f"{party}_phone", phone)
        setattr(waybill, f"{party}_phone_index", blind_index(phone_key(phone), PHONE_INDEX))
    waybill.name_parts = name_parts((spec.sender_name, spec.consignee_name), NAME_INDEX)
    return waybill
