"""COD items are born with their waybills, and end without money where the goods go back (COD-7)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cod.enums import ItemState
from apps.cod.models import CodItem
from apps.cod.services import books
from apps.cod.services.decisions import void_decisions
from apps.cod.services.moving import lock_items, move_items
from apps.customers.models import Customer
from apps.tracking.enums import Status
from apps.tracking.models import Waybill

S = ItemState
GONE_BACK = (Status.RETURNED, Status.CANCELLED)
BATCH = 500


@transaction.atomic
def open_items(*, waybill_ids: Collection[int], by: User, at: datetime) -> list[CodItem]:
    """One item for each of these waybills that is paid at the door, with the memo entry of what is due;
    those that have one are passed over. Returns the new ones."""
    known = CodItem.objects.filter(waybill_id__in=waybill_ids).values_list("waybill_id", flat=True)
    waybills = Waybill.objects.filter(pk__in=waybill_ids, cod_amount__isnull=False)
    rows = [
        CodItem(
            waybill_id=waybill.pk,
            waybill=waybill.number,
            merchant=waybill.customer,
            issued_at=waybill.issued_at,
            due=waybill.cod_amount,
            unit=waybill.responsible_unit,
        )
        for waybill in waybills.exclude(pk__in=list(known))
        .select_related("customer", "responsible_unit")
        .order_by("pk")
    ]
    if not rows:
        return []
    CodItem.objects.bulk_create(rows, ignore_conflicts=True)
    # Whoever was first made the row and its entry; the key of the entry is the same for both.
    made = CodItem.objects.filter(waybill_id__in=[row.waybill_id for row in rows], state=S.DUE)
    items = list(made.select_related("merchant").order_by("pk"))
    text = _("COD due %(waybill)s")
    books.post_items(
        [
            (
                f"cod-item:{item.pk}:due",
                "coditem.due",
                timezone.localdate(item.issued_at),
                text % {"waybill": item.waybill},
                books.memo(item, item.due),
                item,
            )
            for item in items
        ],
        by=by,
        at=at,
    )
    return items


@transaction.atomic
def end_unpaid(*, by: User, at: datetime) -> int:
    """Where the goods went back or never left, nothing is due any more. How many ended; money that was
    taken stays where it is, and giving it back is a claw-back. Any number may run at once."""
    gone = Waybill.objects.filter(pk=OuterRef("waybill_id"), status__in=GONE_BACK)
    waiting = CodItem.objects.filter(Exists(gone), state__in=[S.DUE, S.REFUSED])
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    items = [item for item in lock_items(ids) if item.state in (S.DUE, S.REFUSED)]
    merchants = Customer.objects.in_bulk({item.merchant_id for item in items})
    due = [item for item in items if item.state == S.DUE]
    for item in due:
        item.merchant = merchants[item.merchant_id]
    books.post_met(due, by=by, at=at)
    move_items(item_ids=[item.pk for item in items], to=S.RETURNED, by=by, at=at)
    void_decisions(due, by=by, at=at)
    return len(items)
