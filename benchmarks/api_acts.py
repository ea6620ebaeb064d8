"""What programs send us, beside a view that does nothing.

    python -m benchmarks.api_acts

An order, one tracking event, and 500 events that move 500 shipments, each sent again and again with
something new in it; behind the same server (gunicorn, sync, 2 workers) and the same middleware, asked
in turn. Beside the rates stands the processor time of server and database, which a busy machine leaves
as it is. Needs DATABASE_OWNER_URL. Exit 1 below a limit.
"""

import itertools
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.harness import (
    Request,
    Result,
    Server,
    database_seconds,
    in_turn,
    report,
    requests_per_second,
)
from benchmarks.lookups import BARE, declare_settings, served_installation

if TYPE_CHECKING:
    from apps.customers.models import Customer
    from apps.tracking.models import Waybill

SHIPMENTS = 500
SECONDS = 2.0
# None of them is final, and each differs from the one before: every event moves its shipment.
CODES = ("picked_up", "departed", "out_for_delivery", "attempt_failed")
ORDERS, EVENTS = "/api/v1/orders", "/api/v1/tracking/events"


def writing_key() -> str:
    """An API key that may send orders and events for everybody."""
    from apps.accounts.enums import ApiScope, UserKind
    from apps.accounts.queries import system_user
    from apps.accounts.services.api_keys import create_api_key
    from tests.factories.accounts import UserFactory

    service = UserFactory(kind=UserKind.SERVICE, scope="all")
    scopes = [ApiScope.ORDERS_WRITE, ApiScope.EVENTS_WRITE]
    _row, text = create_api_key(
        user=service, name="benchmark", scopes=scopes, by=system_user("benchmark")
    )
    return text


def orders_of(customer: "Customer") -> Iterator[dict[str, Any]]:
    from apps.orders.api.orders import ORDER

    for number in itertools.count():
        yield {**ORDER, "customer": customer.code, "customer_reference": f"B-{number}"}


def event(waybill: "Waybill", turn: int) -> dict[str, Any]:
    at = datetime.now(tz=UTC) - timedelta(days=10) + timedelta(seconds=turn)
    return {
        "waybill_number": waybill.number,
        "code": CODES[turn % len(CODES)],
        "occurred_at": at.isoformat(),
        "place": "北京转运中心",
        "city": "北京市",
        "source_id": f"{waybill.pk}-{turn}",
    }


def bodies(made: Iterator[dict[str, Any]]) -> Callable[[], bytes]:
    return lambda: json.dumps(next(made)).encode()


def measure(server: Server) -> list[Result]:
    from tests.factories.orders import seasoned_customer
    from tests.factories.tracking import waybills

    customer = seasoned_customer()
    many, [one] = waybills(SHIPMENTS, customer=customer), waybills(1, customer=customer)
    singles = (event(one, turn) for turn in itertools.count())
    batches = ({"events": [event(w, turn) for w in many]} for turn in itertools.count())
    headers = (
        ("Authorization", f"Bearer {writing_key()}"),
        ("Content-Type", "application/json"),
    )
    asked = [
        (Request("an order", ORDERS, headers, b'"number"', bodies(orders_of(customer))), 0.08),
        (Request("one event", EVENTS, headers, b'"accepted"', bodies(singles)), 0.25),
        (Request("500 events, 500 moves", EVENTS, headers, b'"accepted"', bodies(batches)), 0.03),
    ]

    spent: dict[str, list[float]] = defaultdict(list)

    def rate(request: Request) -> Callable[[], float]:
        def ask() -> float:
            before = server.cpu_seconds() + database_seconds()
            # One sender each: two of one merchant would wait for each other's locks.
            value = requests_per_second(server.port, request, seconds=SECONDS, clients=1)
            after = server.cpu_seconds() + database_seconds()
            spent[request.name].append((after - before) / (value * SECONDS))
            return value

        return ask

    bare, *found = in_turn([rate(BARE), *(rate(request) for request, _limit in asked)])
    results = [Result(BARE.name, bare, "req/s")]
    for (request, limit), value in zip(asked, found, strict=True):
        results.append(Result(request.name, value, "req/s", ratio=value / bare, limit=limit))
    # The first round warmed up.
    costs = {name: 1e6 * statistics.median(taken[1:]) for name, taken in spent.items()}
    for name, cost in costs.items():
        results.append(Result(f"{name}, processor", cost, "µs", ratio=costs[BARE.name] / cost))
    return results


def main() -> int:
    declare_settings()
    with served_installation("bench_api_acts") as (server, _number):
        return report("Sent by API", measure(server))


if __name__ == "__main__":
    raise SystemExit(main())
