"""What does declaring an incident over a million open shipments cost?

    python -m benchmarks.incidents [--shipments 1000000] [--affected 20000] [--small]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database, whose million shipments
are filled in two to three minutes. Measured are the count while its place is typed, the press, what the worker does
until all promises are moved and all parties known, and how many notices two workers queue in a second. Beside the
worker a bare UPDATE of the same waybills, in the same run.
"""

import argparse
import os
import statistics
import time
from datetime import timedelta
from typing import Any

from benchmarks.filling import in_sets, run, without_indexes
from benchmarks.harness import Result, report
from benchmarks.scratch import scratch_database

CUSTOMERS = 5_000
COUNT_MS, DECLARE_S, QUEUED = 300.0, 10.0, 5_000.0
LOOKS, WORKERS = 7, 2
SMALL = (20_000, 1_000)
# Every open shipment like the first, of one of the customers, to another place and consignee.
_WAYBILLS = """
INSERT INTO tracking_waybill ({columns})
SELECT {values} FROM tracking_waybill w CROSS JOIN generate_series(%s, %s) n WHERE w.id = {like}
"""
_WATCHES = """
INSERT INTO tracking_shipmentwatch (waybill_id, due_at)
SELECT id, now() + interval '1 day' FROM tracking_waybill ON CONFLICT DO NOTHING
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shipments", type=int, default=1_000_000)
    parser.add_argument("--affected", type=int, default=20_000)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    shipments, affected = SMALL if given.small else (given.shipments, given.affected)
    with scratch_database("bench_incidents"):
        return _measure(shipments, affected)


def _measure(shipments: int, affected: int) -> int:
    from apps.incidents import services
    from apps.incidents.models import NoticeRecipient
    from apps.incidents.queries.finding import count_concerned
    from apps.tracking.models import PromiseChange
    from tests.factories import incidents as f

    unit, boss = f.unit_with_manager()
    began = time.perf_counter()
    _fill(shipments, affected)
    filled = time.perf_counter() - began
    looks = []
    for _look in range(LOOKS):
        began = time.perf_counter()
        counted = count_concerned(f.where(), at=_now())
        looks.append((time.perf_counter() - began) * 1000)
    if counted.shipments != affected:
        raise SystemExit(f"{counted.shipments} counted instead of {affected}")
    bare = _bare_update(affected)
    began = time.perf_counter()
    incident = f.declared(unit, boss)
    pressed = time.perf_counter() - began
    began = time.perf_counter()
    services.work_incidents()
    worked = time.perf_counter() - began
    moved, recipients = (
        PromiseChange.objects.count(),
        NoticeRecipient.objects.filter(notice__incident=incident).count(),
    )
    if moved != affected:
        raise SystemExit(f"{moved} promises moved instead of {affected}")
    seconds, used = _queued()
    queued = _deliveries()
    if queued != recipients:
        raise SystemExit(f"{queued} notices queued instead of {recipients}")
    rate = recipients / seconds
    return report(
        f"An incident that concerns {affected:,} of {shipments:,} open shipments",
        [
            Result("count while one types, median", statistics.median(looks), "ms", most=COUNT_MS),
            Result("the press", pressed, "s"),
            Result("bare UPDATE of the same promises", bare, "s"),
            Result("held, promises moved, parties known", worked, "s"),
            Result("declared with promises moved", pressed + worked, "s", most=DECLARE_S),
            Result("customers and consignees to tell", recipients, ""),
            Result("notices queued by two workers", rate, "per s", ratio=rate / QUEUED, limit=1.0),
            Result("their processor time, of Python", used / recipients * 1_000_000, "µs each"),
        ],
        notes=[f"filled in {filled:.0f} s"],
    )


def _deliveries() -> int:
    from apps.notifications.models import Delivery

    return Delivery.objects.filter(topic__in=("incident.customer", "incident.consignee")).count()


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _fill(shipments: int, affected: int) -> None:
    from apps.customers.models import Contact, Customer
    from apps.tracking.models import Waybill
    from tests.factories import incidents as f

    first = f.customer()
    like = f.parcel(destination="北京市", customer=first)
    contact = first.contacts.get()
    copies = Customer.objects.bulk_create(
        _copy(first, code=f"BM{n:05d}") for n in range(CUSTOMERS - 1)
    )
    Contact.objects.bulk_create(
        _copy(contact, customer_id=row.pk, phone=f"+86137{n:08d}", phone_index=f"bench{n}")
        for n, row in enumerate(copies)
    )
    own = {
        "number": "'BM' || lpad(n::text, 12, '0')",
        "destination_city": f"CASE WHEN n <= {affected} THEN '杭州市' ELSE '城市' || n %% 300 END",
        "consignee_phone_index": "'bench' || n %% 250000",
        "customer_id": f"{copies[0].pk} + n %% {CUSTOMERS - 1}",
        "status": "CASE WHEN n %% 3 = 0 THEN 'in_transit' ELSE 'picked_up' END",
        # Where it was seen last, which is read of everything under way to find what only passes through.
        "last_place": "'城市' || n %% 300 || '转运中心'",
    }
    columns = [field.column for field in Waybill._meta.concrete_fields if not field.primary_key]
    values = ", ".join(own.get(name, f"w.{name}") for name in columns)
    with without_indexes("tracking_waybill"), without_indexes("tracking_shipmentwatch"):
        in_sets(
            _WAYBILLS.format(columns=", ".join(columns), values=values, like=like.pk), shipments - 1
        )
        run(_WATCHES)
    for table in ("customers_customer", "customers_contact"):
        run(f"VACUUM ANALYZE {table}")


def _copy(row: Any, **own: Any) -> Any:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | own)


def _bare_update(affected: int) -> float:
    """The same rows' promises, moved and moved back, by one statement each; the mean of both."""
    day = timedelta(days=1)
    began = time.perf_counter()
    for by in (day, -day):
        run(
            "UPDATE tracking_waybill SET promised_at = promised_at + %s WHERE destination_city = '杭州市'",
            by,
        )
    return (time.perf_counter() - began) / 2


def _queued() -> tuple[float, float]:
    """Seconds in which two processes queue what is to be told, and the processor time that both took; what other
    subscribers have to do is left out. A worker has loaded the addresses of the pages long before."""
    from django.db import connections

    from apps.core.public_links import public_link
    from apps.events.services import relay_batch

    run("DELETE FROM events_dispatch d WHERE NOT EXISTS (SELECT FROM events_event e WHERE e.id = d.event_id"
        " AND e.kind = 'incident.told')")  # fmt: skip
    public_link("portal:shipment", "BM")
    connections.close_all()
    began, used = time.perf_counter(), _of_children()
    children = []
    for _worker in range(WORKERS):
        child = os.fork()
        if child == 0:
            try:
                while relay_batch():
                    pass
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return time.perf_counter() - began, _of_children() - used


def _of_children() -> float:
    taken = os.times()
    return taken.children_user + taken.children_system


if __name__ == "__main__":
    raise SystemExit(main())
