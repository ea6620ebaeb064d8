"""Do the reads behind case lists, searches and pages stay light with a million cases?

    python -m benchmarks.case_queries [--cases 1000000] [--explain]

Needs DATABASE_OWNER_URL (a role that may create databases); makes and drops its own database.
One case in twenty is live; units, customers, owners and words are as unevenly spread as in a house:
some words stand in every fifth case, some in a few dozen. The limit: the 95th percentile of each read
within 300 ms, in fewer than 12 queries. ``--explain`` prints the plans.
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.harness import Result, report
from benchmarks.scratch import scratch_database

LIMIT_MS, MOST_QUERIES, ROUNDS = 300, 11, 40
UNITS, CUSTOMERS, OWNERS, LIVE_SHARE = 60, 600, 200, 20
FREQUENT = ["包装破损", "没有人联系", "要求赔偿", "派送员态度", "迟迟未到", "电话打不通"]
COMMON = ["羽绒服", "手机壳", "化妆品", "家具", "图书", "水果", "电脑", "茶叶", "玩具", "药品"]
PLACES = ["上海浦东", "北京朝阳", "广州天河", "成都武侯", "杭州西湖", "武汉江汉", "西安雁塔"]
RARE, LATIN = "紫砂壶", "XK9-77815"


class World:
    """Who is there, and a million cases of theirs."""

    def __init__(self, cases: int) -> None:
        from django.utils import timezone

        from apps.accounts.enums import ObjectScope, Role
        from tests.factories.accounts import UnitFactory, UserFactory
        from tests.factories.customers import CustomerFactory

        self.cases, self.now, self.dice = cases, timezone.now(), random.Random(7)
        head = UnitFactory()
        self.units = [UnitFactory(parent=head) for _ in range(UNITS)]
        self.agents = [
            UserFactory(roles=[Role.AGENT], unit=self.dice.choice(self.units), scope="units")
            for _ in range(OWNERS)
        ]
        maker = UserFactory()
        self.customers = [
            CustomerFactory(unit=self.dice.choice(self.units), agent=maker, created_by=maker)
            for _ in range(CUSTOMERS)
        ]
        self.boss = UserFactory(roles=[Role.DIRECTOR], unit=head)
        self.merchant = UserFactory(scope=ObjectScope.CUSTOMERS)
        self.maker = maker
        self._scope()

    def _scope(self) -> None:
        from apps.customers.models import CustomerScope

        CustomerScope.objects.create(
            user=self.merchant, customer=self.customers[-1], created_by=self.maker
        )

    def fill(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT pg_get_indexdef('case_grams'::regclass)")
            (index,) = cursor.fetchone()
            cursor.execute("DROP INDEX case_grams")
            live = self.cases // LIVE_SHARE
            lines = "".join(self._line(n, live=n >= live) for n in range(2 * live))
            names = ", ".join(COLUMNS)
            cursor.execute(f"CREATE TEMP TABLE made AS SELECT {names} FROM complaints_case LIMIT 0")
            cursor.copy_expert(f"COPY made ({names}) FROM STDIN", io.StringIO(lines))
            # The closed ones over and over, each time older; those that are live come last.
            rest = ", ".join(name for name in COLUMNS if name not in ("number", "created_at"))
            for turn in range(LIVE_SHARE - 1, 0, -1):
                cursor.execute(
                    f"INSERT INTO complaints_case (number, created_at, {rest})"
                    f" SELECT number || '-{turn}', created_at - interval '{turn} weeks', {rest}"
                    " FROM made WHERE state = 'closed' ORDER BY created_at"
                )
            cursor.execute(
                f"INSERT INTO complaints_case ({names}) SELECT {names} FROM made"
                " WHERE state <> 'closed' ORDER BY created_at"
            )
            cursor.execute(index)
            cursor.execute("VACUUM (ANALYZE) complaints_case")

    def _text(self, n: int) -> str:
        dice = self.dice
        words = [dice.choice(FREQUENT), dice.choice(COMMON), dice.choice(PLACES)]
        words.append("".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(24)))
        if n % 20_000 == 5:
            words += [RARE, LATIN]
        return "".join(words[:3]) + " " + "".join(words[3:])

    def _line(self, n: int, *, live: bool) -> str:
        from apps.customers.grams import grams

        dice = self.dice
        # A few customers bring most cases.
        customer = self.customers[int(dice.random() ** 3 * (CUSTOMERS - 1))]
        owner = dice.choice(self.agents)
        opened = self.now - timedelta(minutes=(2 * self.cases // LIVE_SHARE - n) * 0.2)
        text = self._text(n).lower()
        state = dice.choice(["new", "open", "open", "waiting", "solved"]) if live else "closed"
        row: dict[str, Any] = {
            **DEFAULTS,
            "number": f"CS{opened:%Y%m%d}-{n:05d}",
            "case_class": dice.choice(["inquiry", "inquiry", "complaint", "loss", "damage"]),
            "severity": "major" if dice.random() < 0.05 else "ordinary",
            "channel": dice.choice(["phone", "email", "web", "wechat"]),
            "state": state,
            "customer_id": customer.pk,
            "unit_id": customer.unit_id,
            "owner_id": owner.pk,
            "created_by_id": self.maker.pk,
            "assigned_by_id": self.maker.pk,
            "contact_phone_index": f"{dice.randrange(400_000):032x}",
            "contact_name_index": f"{dice.randrange(200_000):032x}",
            "title": text[:40],
            "search_text": text,
            "search_grams": "{" + ",".join(f'"{g}"' for g in grams(text)) + "}",
            "created_at": opened,
            "updated_at": opened,
            "assigned_at": opened,
            "awaits_answer": live and dice.random() < 0.2,
        }
        if state in ("solved", "closed"):
            row |= {"outcome": "resolved", "solved_at": opened, "solved_by_id": owner.pk}
        if state == "waiting":
            row |= {"waiting_at": opened, "waiting_by_id": owner.pk}
        if state == "closed":
            row |= {"closed_at": opened, "closed_by_id": owner.pk, "closing_note": "x"}
            row |= {"cause_id": CAUSE[0]}
        return "\t".join(_cell(row[name]) for name in COLUMNS) + "\n"


COLUMNS: list[str] = []
DEFAULTS: dict[str, Any] = {}
CAUSE: list[int] = []


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\")


def _prepare() -> None:
    from apps.complaints.models import Case, CauseNode
    from apps.core.crypto import encrypt

    fields = [f for f in Case._meta.concrete_fields if not f.primary_key]
    COLUMNS[:] = [f.column for f in fields]
    DEFAULTS.update({f.column: None if f.null else "" for f in fields})
    DEFAULTS.update({"version": 1, "reopened_count": 0, "is_direct": False, "language": "zh-hans"})
    DEFAULTS["name_parts"] = "{}"
    DEFAULTS.update(dict.fromkeys(("description", "contact_phone"), encrypt("客户说包装破损" * 8)))
    CAUSE[:] = [CauseNode.objects.values_list("pk", flat=True)[0]]


def reads(world: World) -> dict[str, Callable[[], Any]]:
    """Name → one read, another one each time."""
    from apps.complaints.enums import CaseClass
    from apps.complaints.models import Case
    from apps.complaints.queries.cases import CaseFilter, case_list
    from apps.complaints.queries.history import possible_duplicates
    from apps.complaints.queries.page import case_page
    from apps.complaints.queries.team import load_of
    from apps.desk.queries.load import team_load

    dice, boss = world.dice, world.boss

    def page(user: Any, **filters: Any) -> Any:
        return list(case_list(user, CaseFilter(**filters))[:51])

    def agent() -> Any:
        from apps.accounts.models import User

        return User.objects.get(pk=dice.choice(world.agents).pk)

    def phone() -> str:
        return f"{dice.randrange(400_000):032x}"

    first = Case.objects.order_by("pk").values_list("pk", flat=True)[0]
    return {
        "everything, newest": lambda: page(boss),
        "everything, somewhere deep": lambda: list(
            case_list(boss).filter(pk__lt=first + dice.randrange(1000, world.cases))[:51]
        ),
        "live ones": lambda: page(boss, states=("live",)),
        "major and live": lambda: page(boss, states=("live",), severities=("major",)),
        "closed losses of a unit": lambda: page(
            boss,
            states=("closed",),
            classes=(CaseClass.LOSS,),
            unit_id=dice.choice(world.units).pk,
        ),
        "of a customer": lambda: page(boss, customer_id=dice.choice(world.customers).pk),
        "an agent's unit": lambda: page(agent()),
        "an agent's own, live": lambda: page((me := agent()), owner_id=me.pk, states=("live",)),
        "an agent's, to be answered": lambda: page((me := agent()), owner_id=me.pk, awaiting=True),
        "a merchant with few cases": lambda: page(world.merchant),
        "words in every fifth case": lambda: page(boss, text=dice.choice(FREQUENT)),
        "two characters, frequent": lambda: page(boss, text="破损"),
        "two characters, rare": lambda: page(boss, text="砂壶"),
        "three characters, rare": lambda: page(boss, text=RARE),
        "a Latin fragment": lambda: page(boss, text="k9-778"),
        "words that do not occur": lambda: page(boss, text="量子纠缠"),
        "frequent words together": lambda: page(boss, text="破损 家具 上海"),
        "words, of an agent": lambda: page(agent(), text="赔偿 茶叶"),
        "words, of a merchant": lambda: page(world.merchant, text="破损"),
        "a number": lambda: page(boss, text=f"CS{world.now:%Y%m}"),
        "a phone": lambda: page(boss, text=f"138{dice.randrange(10**8):08d}"),
        "a customer's name": lambda: page(boss, text=dice.choice(world.customers).name),
        "a case's page": lambda: case_page(
            Case.objects.values_list("number", flat=True).get(
                pk=first + dice.randrange(world.cases)
            ),
            boss,
        ),
        "possible duplicates": lambda: possible_duplicates(
            boss,
            at=world.now,
            customer_id=dice.choice(world.customers).pk,
            phone="13812345678",
            text="包装破损",
        ),
        "a phone's history": lambda: list(
            Case.objects.visible_to(boss).filter(contact_phone_index=phone()).order_by("-pk")[:20]
        ),
        "load of a unit's agents": lambda: load_of([a.pk for a in world.agents[:20]]),
        "load of the whole team": lambda: team_load(boss),
    }


def measure(work: Callable[[], Any]) -> tuple[float, float, int]:
    """Median and 95th percentile in ms, and the most queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), sorted(taken)[int(ROUNDS * 0.95) - 1], len(seen)


def explain(work: Callable[[], Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    longest = max(seen.captured_queries, key=lambda q: float(q["time"]))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + longest["sql"])
        for (line,) in cursor.fetchall():
            print("    ", line[:160])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--explain", action="store_true")
    asked = parser.parse_args()
    with scratch_database("bench_cases"):
        from django.db import connection

        _prepare()
        began = time.perf_counter()
        world = World(asked.cases)
        world.fill()
        print(f"{asked.cases:,} cases made in {time.perf_counter() - began:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, pg_size_pretty(pg_relation_size(oid)) FROM pg_class WHERE relname"
                " LIKE 'case\\_%%' OR relname LIKE 'complaints\\_case%%' ORDER BY pg_relation_size(oid) DESC LIMIT 14"
            )
            print(*(f"    {name}: {size}" for name, size in cursor.fetchall()), sep="\n")
        results, missed = [], []
        for name, work in reads(world).items():
            median, slow, queries = measure(work)
            results.append(Result(f"{name} ({queries} queries)", slow, f"ms (median {median:.1f})"))
            if slow > LIMIT_MS or queries > MOST_QUERIES + (name == "a case's page") * 3:
                missed.append(name)
            if asked.explain:
                print(f"{name}: median {median:.1f} ms, 95th percentile {slow:.1f} ms")
                explain(work)
    verdict = f"MISSED: {', '.join(missed)}" if missed else f"kept: each within {LIMIT_MS} ms"
    report(f"Reads of cases with {asked.cases:,} of them", results, notes=[verdict])
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
