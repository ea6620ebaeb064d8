"""What does telling 5,000 customers of an account change cost, step by step?

    python -m benchmarks.campaign [--customers 5000]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database. Per step the time
and the statements: the press, the board, a batch of notices, the hand-over to agents, those who came later. Beside
press and hand-over a bare INSERT (or UPDATE) of the very same rows into tables with the same indexes, in the same
run; beside the board and the notices the same for a tenth of the customers, so that what grows with the rows is seen.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from benchmarks.harness import Result, report
from benchmarks.scratch import scratch_database

AGENTS = 20
# How fast each is at least, as a part of the bare statement's speed.
PRESS, HAND_OVER = 0.04, 0.05
# A notice may take so many times as long where the campaign is ten times as large.
GROWS = 3.0
RECIPIENTS = "account_changes_campaignrecipient"
EVENTS = "events_event"


class Steps:
    """Time and statements of what is done."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.statements = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        from django.db import connection

        asked = 0

        def count(execute: Any, *rest: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*rest)

        began = time.perf_counter()
        with connection.execute_wrapper(count):
            yield
        self.seconds, self.statements = time.perf_counter() - began, asked


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=5_000)
    customers = parser.parse_args().customers
    with scratch_database("bench_campaign"):
        return _measure(customers)


def _measure(customers: int) -> int:
    from apps.account_changes.services import campaigns
    from apps.accounts.queries import system_user
    from apps.banking.enums import AccountPurpose
    from apps.core.times import now

    few = max(customers // 10, 10)
    _customers(few)
    small = _press(AccountPurpose.FREIGHT)
    # Once for what the first time alone costs, as the addresses of all pages.
    _notices(small[0])
    small_board, small_notices = _board(small[0]), _notices(small[0])
    _customers(customers - few)
    campaign, press = _press(AccountPurpose.COD)
    bare_press = _bare_rows(campaign)
    board, notices = _board(campaign), _notices(campaign)
    _calls_begin(campaign)
    steps = _timed(campaigns.hand_over_to_agents)
    batches = [steps]
    while (steps := _timed(campaigns.hand_over_to_agents)).done:
        batches.append(steps)
    hand_over = sum(one.seconds for one in batches)
    bare_hand_over = _bare_update(campaign) + bare_press / 2
    _customers(100)
    late = _timed(lambda: campaigns.tell_late_customers(by=system_user("sweeper"), at=now()))
    return report(
        f"The notice of an account change to {customers:,} customers",
        [
            Result("bare INSERT of its recipients and events", bare_press * 1000, "ms"),
            Result("the press", press.seconds * 1000, "ms", bare_press / press.seconds, PRESS),
            Result(f"board with the hash, {few:,} customers", small_board.seconds * 1000, "ms"),
            Result("board with the hash, all", board.seconds * 1000, "ms"),
            Result(f"500 notices at most, of {few:,}", small_notices.seconds * 1000, "ms"),
            Result("500 notices, of all", notices.seconds * 1000, "ms",
                   _each(small_notices) / _each(notices), 1 / GROWS),
            Result("bare UPDATE and INSERT of a hand-over", bare_hand_over * 1000, "ms"),
            Result("hand-over to agents", hand_over * 1000, "ms", bare_hand_over / hand_over, HAND_OVER),
            Result("a hundred who came later", late.seconds * 1000, "ms"),
        ],
        notes=[
            f"statements: press {press.statements} ({small[1].statements} for {few:,}), board {board.statements},"
            f" 500 notices {notices.statements}, hand-over {max(one.statements for one in batches)} a batch of 500,"
            f" those who came later {late.statements}"
        ],
    )  # fmt: skip


class _Timed(Steps):
    done: Any = None


def _timed(work: Callable[[], Any]) -> _Timed:
    steps = _Timed()
    with steps.counted():
        steps.done = work()
    return steps


def _customers(n: int) -> None:
    """Active, each with a contact and one of twenty agents: copies of one but for what tells them apart."""
    from apps.customers.models import Contact, Customer
    from tests.factories.accounts import UserFactory
    from tests.factories.customers import ContactFactory, CustomerFactory

    first = CustomerFactory(status="active")
    contact = ContactFactory(customer=first)
    agents = [UserFactory().pk for _n in range(AGENTS)]
    overrides = [
        {"code": f"{first.code}N{i}", "name": f"{first.name}{i}", "agent_id": agents[i % AGENTS]}
        for i in range(n - 1)
    ]
    made = Customer.objects.bulk_create([_copy(first, **own) for own in overrides], 1_000)
    Contact.objects.bulk_create([_copy(contact, customer_id=one.pk) for one in made], 1_000)
    for table in ("customer", "contact"):
        _sql(f"VACUUM ANALYZE customers_{table}")


def _copy(row: Any, **own: Any) -> Any:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | own)


def _press(purpose: str) -> tuple[Any, _Timed]:
    from tests.factories.campaigns import scheduled_change, sent_campaign

    project = scheduled_change(purpose=purpose)
    steps = _timed(lambda: sent_campaign(project))
    _sql(f"VACUUM ANALYZE {RECIPIENTS}")
    return steps.done, steps


def _bare_rows(campaign: Any) -> float:
    """The same recipients, and as many events, into tables of the same columns and indexes."""
    for table in (RECIPIENTS, EVENTS):
        _sql(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
    began = time.perf_counter()
    _sql(f"INSERT INTO bare_{RECIPIENTS} OVERRIDING SYSTEM VALUE SELECT * FROM {RECIPIENTS} WHERE campaign_id = %s",
         campaign.pk)  # fmt: skip
    _sql(f"INSERT INTO bare_{EVENTS} OVERRIDING SYSTEM VALUE SELECT * FROM {EVENTS} WHERE kind = 'account_notice.told'"
         " ORDER BY id DESC LIMIT %s", campaign.customers)  # fmt: skip
    return time.perf_counter() - began


def _bare_update(campaign: Any) -> float:
    began = time.perf_counter()
    _sql(
        f"UPDATE bare_{RECIPIENTS} SET state = 'to_call', state_since = now() WHERE campaign_id = %s",
        campaign.pk,
    )
    return time.perf_counter() - began


def _board(campaign: Any) -> _Timed:
    from apps.account_changes.queries.campaigns import board_of, is_as_sent

    steps = _timed(lambda: (board_of(campaign), is_as_sent(campaign)))
    assert steps.done[1], "what was sent is what is there"
    return steps


def _notices(campaign: Any) -> _Timed:
    """What a batch of the relay makes of 500 events."""
    from apps.account_changes.notices import NOTICES, TOLD
    from apps.events.models import Event

    ids = [str(pk) for pk in campaign.recipients.order_by("pk").values_list("pk", flat=True)[:500]]
    events = list(Event.objects.filter(kind=TOLD, subject_id__in=ids))
    return _timed(lambda: NOTICES[TOLD](events))


def _each(notices: _Timed) -> float:
    """Seconds for one notice."""
    return notices.seconds / len(notices.done)


def _calls_begin(campaign: Any) -> None:
    _sql("SELECT set_config('yipiao.maintenance', 'on', false)")
    _sql("UPDATE account_changes_campaign SET sent_at = sent_at - %(n)s, call_from = call_from - %(n)s WHERE id = %(id)s",
         {"n": timedelta(days=3), "id": campaign.pk})  # fmt: skip


def _sql(statement: str, values: Any = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            statement, values if isinstance(values, dict) or values is None else [values]
        )


if __name__ == "__main__":
    raise SystemExit(main())
