"""Comparing the orders a customer says it sent with those received, every day (ORD-1)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.core.text import required_text
from apps.customers.models import Customer
from apps.events.services import record
from apps.orders.enums import CountStatus
from apps.orders.models import DeclaredCount
from apps.orders.queries import received_on

MOST_ORDERS = 1_000_000
# An order that was missing may still come in for this long and settle the difference by itself.
COMPARED_FOR = timedelta(days=7)


@transaction.atomic
def declare_count(
    *, customer: Customer, day: date, declared: int, by: User, at: datetime
) -> DeclaredCount:
    """The customer says it sent ``declared`` orders on ``day``; compared at once.

    Saying it again replaces the number; the earlier one stays in the record.
    """
    today = timezone.localdate(at)
    if not 0 <= declared <= MOST_ORDERS:
        raise BadInput(
            _("The number must lie between 0 and %(most)s.") % {"most": MOST_ORDERS},
            code="out_of_range",
            field="declared",
        )
    if day > today or day < today - timedelta(days=31):
        raise RuleBroken(
            _("Choose today or a day of the last month."), code="out_of_range", field="day"
        )
    received = received_on(day, [customer.pk])[customer.pk]
    status = CountStatus.MATCHED if declared == received else CountStatus.MISMATCH
    DeclaredCount.objects.bulk_create(
        [
            DeclaredCount(
                customer=customer,
                day=day,
                declared=received,
                received=received,
                status=CountStatus.MATCHED,
                compared_at=at,
                compared_by=by,
                created_by=by,
            )
        ],
        ignore_conflicts=True,
    )
    count = DeclaredCount.objects.select_for_update().get(customer=customer, day=day)
    before = (count.declared, count.received, count.status)
    if count.status == CountStatus.RESOLVED and before[:2] == (declared, received):
        return count
    count.declared, count.received, count.status = declared, received, status
    count.compared_at, count.compared_by = at, by
    count.resolved_at, count.resolved_by, count.explanation = None, None, ""
    count.save()
    data = {"day": day.isoformat(), "declared": declared, "received": received}
    record("orders.count_declared", count, by=by, at=at, data=data)
    if status == CountStatus.MISMATCH and before != (declared, received, status):
        _announce(count, by=by, at=at)
    return count


def compare_counts(now: datetime) -> int:
    """Count again the days still open; return how many changed. For the sweeper.

    Orders that come in late settle a difference; one order too many opens it anew.
    """
    day_from = timezone.localdate(now) - COMPARED_FOR
    waiting = DeclaredCount.objects.filter(day__gte=day_from).exclude(status=CountStatus.RESOLVED)
    by_day: dict[date, list[int]] = {}
    for day, customer_id in waiting.values_list("day", "customer_id"):
        by_day.setdefault(day, []).append(customer_id)
    by = system_user("sweeper")
    return sum(_compare_day(day, ids, by=by, at=now) for day, ids in by_day.items())


@transaction.atomic
def _compare_day(day: date, customer_ids: list[int], *, by: User, at: datetime) -> int:
    counts = (
        DeclaredCount.objects.select_for_update(skip_locked=True)
        .filter(day=day, customer_id__in=customer_ids)
        .exclude(status=CountStatus.RESOLVED)
    )
    changed = 0
    received = received_on(day, customer_ids)
    for count in counts:
        now_received = received[count.customer_id]
        if now_received == count.received:
            continue
        count.received = now_received
        matched = count.declared == now_received
        count.status = CountStatus.MATCHED if matched else CountStatus.MISMATCH
        count.compared_at, count.compared_by = at, by
        count.save()
        changed += 1
        if matched:
            record("orders.count_matched", count, by=by, at=at, data={"received": now_received})
        else:
            _announce(count, by=by, at=at)
    return changed


def _announce(count: DeclaredCount, *, by: User, at: datetime) -> None:
    data = {
        "customer": count.customer_id,
        "day": count.day.isoformat(),
        "declared": count.declared,
        "received": count.received,
    }
    record("orders.count_mismatch", count, by=by, at=at, data=data)


@transaction.atomic
def resolve_count(*, count_id: int, explanation: str, by: User, at: datetime) -> DeclaredCount:
    """Close a difference with what was found out."""
    count = DeclaredCount.objects.select_for_update().get(pk=count_id)
    if count.status != CountStatus.MISMATCH:
        raise RuleBroken(
            _("There is no open difference here any more."), code="no_mismatch", rule="ORD-1"
        )
    needed = _("Explain the difference in one line.")
    explanation = required_text(
        explanation, field="explanation", least=1, most=300, message=needed, code="required"
    )
    count.status = CountStatus.RESOLVED
    count.resolved_at, count.resolved_by, count.explanation = at, by, explanation
    count.save()
    record("orders.count_resolved", count, by=by, at=at, data={"explanation": explanation})
    return count
