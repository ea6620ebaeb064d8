"""Late shipments by the thousand: `python -m benchmarks.late_cases [--shipments 1000]`.

A whole region stands still. Measured is what it takes, for each shipment, until its late case is found
and its exception is open with its clocks, its chases and everybody told. Needs DATABASE_OWNER_URL; a
database of its own is made and dropped. The limit: at most 10 ms each.
"""

import time
from datetime import timedelta

from benchmarks.harness import Result, report
from benchmarks.scratch import run_in_scratch

PART = 500
MOST_MS = 10


def run(count: int) -> int:
    from django.utils import timezone

    from apps.accounts.queries import system_user
    from apps.events.models import Dispatch
    from apps.events.services import relay_batch
    from apps.quality.models import ExceptionReport
    from apps.tracking.models import ShipmentWatch, Waybill
    from apps.tracking.services.late import find_late
    from tests.factories.customers import CustomerFactory
    from tests.factories.tracking import waybills

    customer, sweeper = CustomerFactory(), system_user("sweeper")
    for first in range(0, count, PART):
        waybills(min(PART, count - first), customer=customer)
    while relay_batch():
        pass
    past = timezone.now() - timedelta(hours=3)
    Waybill.objects.update(promised_at=past)
    ShipmentWatch.objects.update(due_at=past)
    total = Waybill.objects.count()
    began = time.perf_counter()
    while find_late(limit=PART, by=sweeper):
        pass
    found = time.perf_counter()
    # Each subscriber in turn, as the relay gives them theirs, but one after the other.
    names = list(Dispatch.objects.order_by("subscriber").distinct().values_list("subscriber"))
    taken: dict[str, float] = {}
    for (name,) in names:
        others = list(Dispatch.objects.exclude(subscriber=name))
        Dispatch.objects.exclude(subscriber=name).delete()
        started = time.perf_counter()
        while Dispatch.objects.filter(subscriber=name).exists():
            relay_batch()
        taken[name] = time.perf_counter() - started
        Dispatch.objects.all().delete()
        Dispatch.objects.bulk_create(others)
        Dispatch.objects.filter(subscriber=name).delete()
    opened = ExceptionReport.objects.count()
    if opened != total:
        raise SystemExit(f"{opened} exceptions for {total} late shipments")
    each = {"found late": (found - began) / total * 1000}
    each |= {name: seconds / total * 1000 for name, seconds in taken.items()}
    opening = "quality.follow_late"
    results = [
        Result(name, value, "ms each", most=MOST_MS if name == opening else None)
        for name, value in each.items()
    ]
    return report(f"{total:,} shipments late at once", results)


if __name__ == "__main__":
    raise SystemExit(run_in_scratch("yipiao_bench_late_cases", run, shipments=1_000))
