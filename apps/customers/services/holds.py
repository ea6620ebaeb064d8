"""Holds on customers: written and lifted by the floor that knows why, overridden by a leader (BIL-6)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.customers.enums import HoldKind
from apps.customers.models import Customer, CustomerHold
from apps.events.services import NewEvent, record, record_many

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def set_holds(*, kind: HoldKind, held: Mapping[int, str], by: "User", at: datetime) -> int:
    """From now on exactly these customers are held for ``kind``, each for its reason; returns how many
    holds began or ended. In sets, and safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"customers.hold:{kind}"])
    rows = CustomerHold.objects.in_force().filter(kind=kind).select_for_update()
    present = {row.customer_id: row for row in rows}
    fresh = [
        CustomerHold(customer_id=pk, kind=kind, reason=reason[:300], since=at, held_by=by)
        for pk, reason in sorted(held.items())
        if pk not in present
    ]
    gone = [row for pk, row in present.items() if pk not in held]
    changed = [row for pk, row in present.items() if pk in held and row.reason != held[pk][:300]]
    for row in changed:
        row.reason = held[row.customer_id][:300]
    CustomerHold.objects.bulk_update(changed, ["reason"])
    CustomerHold.objects.bulk_create(fresh)
    CustomerHold.objects.filter(pk__in=[row.pk for row in gone]).update(lifted_at=at, lifted_by=by)
    record_many(
        [*_news("customer.held", fresh, by, at), *_news("customer.hold_lifted", gone, by, at)]
    )
    return len(fresh) + len(gone)


def _news(
    event: str, holds: Iterable[CustomerHold], by: "User", at: datetime
) -> Iterable[NewEvent]:
    label = Customer._meta.label_lower
    for hold in holds:
        data = {"kind": str(hold.kind), "reason": hold.reason}
        yield NewEvent(event, label, str(hold.customer_id), by.pk, at, data)


@transaction.atomic
def override_hold(hold: CustomerHold, *, reason: str, by: "User", at: datetime) -> CustomerHold:
    """A leader lets orders through until this hold is lifted, for a reason that stays on record."""
    reason = required_text(reason, least=1, most=300, message=_("Say why."))
    rows = CustomerHold.objects.select_for_update(of=("self",)).select_related("customer")
    row = rows.get(pk=hold.pk)
    if row.lifted_at is not None or row.overridden_at is not None:
        raise RuleBroken(
            _("This hold does not keep orders back any more."), code="hold_over", rule="BIL-6"
        )
    row.overridden_at, row.overridden_by, row.overridden_reason = at, by, reason
    row.save(update_fields=["overridden_at", "overridden_by", "overridden_reason"])
    data = {"kind": row.kind, "reason": row.overridden_reason}
    record("customer.hold_overridden", row.customer, by=by, at=at, data=data)
    return row
