"""What stands between an order and its confirmation, all of it at once (ORD-1 to ORD-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.accounts.enums import UnitKind
from apps.accounts.models import Unit
from apps.core.cached_tables import CachedTables
from apps.customers.enums import JobType, SettlementMethod
from apps.customers.models import CustomerHold
from apps.customers.rules import acceptance_blockers
from apps.orders.enums import CentreKind, Channel, OrderStatus
from apps.orders.models import WorkOrder
from apps.orders.queries.goods import goods_book
from apps.orders.rules import (
    Finding,
    GoodsBook,
    check_goods,
    city_name,
    missing_fields,
)
from apps.orders.states import ORDER_MOVES


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why the order cannot be confirmed; ``message`` says what to do."""

    code: str
    message: str
    rule: str
    field: str | None = None


def confirmation_refusals(
    order: WorkOrder, at: datetime, book: GoodsBook | None = None
) -> list[Refusal]:
    """Every reason, the order's own first; empty is go. Reads papers and goods lists."""
    if not ORDER_MOVES.allows(order.status, OrderStatus.CONFIRMED):
        known = list(_of_state(order))
        if known:
            return known
    refusals = list(_of_content(order))
    refusals += _of_goods(order, book or goods_book(timezone.localdate(at)))
    blockers = acceptance_blockers(order.customer, at)
    refusals += [Refusal(b.code, b.message, b.rule) for b in blockers]
    return refusals + list(_of_holds(order))


def _of_holds(order: WorkOrder) -> Iterator[Refusal]:
    """What the floors above wrote down against new monthly orders of this customer."""
    if order.settlement_method != SettlementMethod.MONTHLY:
        return
    for hold in CustomerHold.objects.binding().filter(customer=order.customer_id):
        text = _(
            "New monthly orders of this customer are on hold (%(why)s). A leader can let them through,"
            " with a reason, on the customer's page."
        )
        yield Refusal("customer_on_hold", text % {"why": hold.reason}, "BIL-6")


def _of_state(order: WorkOrder) -> Iterator[Refusal]:
    if order.confirmed_at is not None:
        text = _("%(who)s confirmed this order already; open it to see its waybills.")
        yield Refusal("already_confirmed", text % {"who": order.confirmed_by}, "ORD-4")
    elif order.status == OrderStatus.CANCELLED:
        text = _("This order was cancelled (%(why)s). Enter a new one.")
        yield Refusal("cancelled", text % {"why": order.cancel_reason}, "ORD-4")
    elif order.status == OrderStatus.HELD:
        text = _("This order is on hold (%(why)s). Lift the hold first.")
        yield Refusal("on_hold", text % {"why": order.hold_reason}, "ORD-4")


def _of_content(order: WorkOrder) -> Iterator[Refusal]:
    missing = missing_fields(order)
    if missing:
        names = [typed_name(name) for name in missing]
        text = _("Still missing: %(fields)s.") % {"fields": "、".join(names)}
        yield Refusal("incomplete", text, "ORD-4", missing[0])
    if order.channel == Channel.PHONE and order.read_back_at is None:
        text = _("Read the order back to the customer and tick that they agreed.")
        yield Refusal("read_back_missing", text, "ORD-1", "read_back")
    apart = city_name(order.origin_city) != city_name(order.destination_city)
    if (
        order.job_type == JobType.INTRA_CITY
        and order.origin_city
        and order.destination_city
        and apart
    ):
        text = _("Intra-city work stays in one city; choose another job type or correct the city.")
        yield Refusal("not_intra_city", text, "ORD-4", "job_type")


# Kept in grams and cm³, typed and read in the units that people weigh and measure in.
TYPED_AS = {"weight_g": gettext_lazy("weight, kg"), "volume_cm3": gettext_lazy("volume, m³")}


def typed_name(field: str) -> str:
    """What a field of the order is called where it is typed."""
    return str(TYPED_AS.get(field) or WorkOrder._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # plain fields only


def _of_goods(order: WorkOrder, book: GoodsBook) -> list[Refusal]:
    findings = check_goods(book, order.goods_name, order.transport_mode)
    return [
        Refusal("prohibited_goods", finding_text(finding), "ORD-2", "goods_name")
        for finding in findings
        if finding.blocks
    ]


def finding_text(finding: Finding) -> str:
    """Which word, which list, why and by whose rule."""
    entry, chinese = finding.entry, (get_language() or "").startswith("zh")
    parts = {
        "word": entry.word,
        "list": entry.list_name if chinese else entry.english_name,
        "why": entry.why if chinese else entry.english_why,
        "source": entry.source,
    }
    if finding.blocks:
        return _("“%(word)s” is on the list “%(list)s”: %(why)s Source: %(source)s.") % parts
    return _("“%(word)s” may go by road only (list “%(list)s”): %(why)s") % parts


def _read_centres() -> list[Unit]:
    kinds = [UnitKind(kind.value) for kind in CentreKind]
    return list(Unit.objects.active().filter(kind__in=kinds).order_by("path"))


centre_units = CachedTables(_read_centres, Unit)


def find_centre(order: WorkOrder, kind: CentreKind) -> Unit | None:
    """The centre of that kind in the origin city, else the one nearest to the customer's unit.

    None when the company has no such centre: the work then waits in the queue of its kind.
    """
    centres = [unit for unit in centre_units() if unit.kind == kind.value]
    here = city_name(order.origin_city)
    local = [unit for unit in centres if unit.city and city_name(unit.city) == here]
    home = order.customer.unit.path
    return max(local or centres, key=lambda unit: _common(unit.path, home), default=None)


def _common(one: str, other: str) -> int:
    """How many steps from the root two units share."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
