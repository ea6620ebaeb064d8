"""Giving shipments their numbers (TRK-1)."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.core.crypto import blind_index, decrypt, encrypt
from apps.core.errors import RuleBroken
from apps.core.name_index import name_parts
from apps.core.phones import ensure_e164, phone_key
from apps.events.services import NewEvent, record_many
from apps.tracking.inputs import NewWaybill
from apps.tracking.models import Waybill
from apps.tracking.numbers import CAPACITY, compose, new_key
from apps.tracking.services.partitions import ensure_partitions, month_of
from apps.tracking.services.promise import apply_promises
from apps.tracking.services.watch import enrol

if TYPE_CHECKING:
    from apps.accounts.models import User

# Nothing comes back when there are not as many left.
_TAKE = """
INSERT INTO tracking_numberseries AS series (prefix, last_serial, key)
VALUES (%(prefix)s, %(count)s - 1, %(key)s)
ON CONFLICT (prefix) DO UPDATE SET last_serial = series.last_serial + %(count)s
    WHERE series.last_serial + %(count)s < %(capacity)s
RETURNING last_serial, key, tracking_make_partition(%(month)s)
"""
PHONE_INDEX, NAME_INDEX = "phone", "waybills.name"
_COPIED = [f.name for f in fields(NewWaybill) if f.name not in ("sender_phone", "consignee_phone")]


@transaction.atomic
def issue_waybills(*, specs: Sequence[NewWaybill], by: "User", at: datetime) -> list[Waybill]:
    """Issue one waybill per spec, in order.

    Serials are gapless: the series is locked until the caller's transaction ends, and a
    transaction that fails gives its serials back. Raises BadInput for a phone that is none.
    """
    waybills = issue_within(specs=specs, at=at)
    record_many(issue_events(waybills, by=by, at=at))
    return waybills


def issue_within(*, specs: Sequence[NewWaybill], at: datetime) -> list[Waybill]:
    """``issue_waybills`` as a part of another act, which records ``issue_events`` with its own."""
    return _issue([(spec, at) for spec in specs])


@transaction.atomic
def issue_each(rows: Sequence[tuple[NewWaybill, "User", datetime]]) -> list[Waybill]:
    """As ``issue_waybills``, each by its own hand at its own time."""
    waybills = _issue([(spec, at) for spec, _by, at in rows])
    record_many(
        event
        for waybill, (_spec, by, at) in zip(waybills, rows, strict=True)
        for event in issue_events([waybill], by=by, at=at)
    )
    return waybills


def _issue(rows: Sequence[tuple[NewWaybill, datetime]]) -> list[Waybill]:
    if not rows:
        return []
    months = sorted({month_of(at) for _spec, at in rows})
    ensure_partitions(months[1:])
    numbers = take_numbers(len(rows), months[0])
    fresh = [_waybill(spec, number, at) for (spec, at), number in zip(rows, numbers, strict=True)]
    apply_promises(fresh)
    waybills = Waybill.objects.bulk_create(fresh)
    enrol([waybill.pk for waybill in waybills])
    return waybills


def issue_events(waybills: Sequence[Waybill], *, by: "User", at: datetime) -> list[NewEvent]:
    return [
        NewEvent(
            "waybill.issued",
            Waybill._meta.label_lower,
            str(waybill.pk),
            by.pk,
            at,
            {
                "number": waybill.number,
                "customer": waybill.customer_id,
                **({"cod": str(waybill.cod_amount)} if waybill.cod_amount else {}),
            },
        )
        for waybill in waybills
    ]


def take_numbers(count: int, month: date) -> list[str]:
    """The next ``count`` printed numbers of the company's prefix; call inside a transaction. The month's
    partition of events is made if it is missing."""
    prefix = settings.WAYBILL_PREFIX
    with connection.cursor() as cursor:
        fresh = encrypt(new_key())
        given = {"prefix": prefix, "count": count, "key": fresh, "month": month}
        cursor.execute(_TAKE, {**given, "capacity": CAPACITY})
        taken = cursor.fetchone()
    if taken is None:
        raise RuleBroken(
            _("The waybill numbers under %(prefix)s are used up; set another prefix.")
            % {"prefix": prefix},
            code="numbers_used_up",
            rule="TRK-1",
        )
    last, key = taken[0], decrypt(taken[1])
    return [compose(prefix, serial, key) for serial in range(last - count + 1, last + 1)]


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
        phone = ensure_e164(typed) if typed else ""
        setattr(waybill, f"{party}_phone", phone)
        setattr(waybill, f"{party}_phone_index", blind_index(phone_key(phone), PHONE_INDEX))
    waybill.name_parts = name_parts((spec.sender_name, spec.consignee_name), NAME_INDEX)
    return waybill
