"""A broker that hangs is no business of a page. What is written calls a worker; the readiness probe, the
count of unknown waybill numbers and that of a key's requests ask it something. All give up at once."""

import ast
import time
from pathlib import Path

import pytest
from django.conf import settings

from apps.core.valkey import PAUSE_SECONDS
from tests.faults.brokers import crowded_broker, silent_broker
from tests.faults.pages import (
    BY_API,
    ENVIRONMENT,
    LIMIT,
    RESTED,
    Answer,
    Installation,
    Visitor,
    ask_for_nothing,
    visit,
)
from tests.faults.processes import web
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"answers nothing": silent_broker, "takes no connection": crowded_broker}
ROUNDS = 4
# Who calls workers and who counts slow requests: each leaves the broker alone by itself.
ASKING = 2
MOST_ROUNDS = 20
ENQUEUES = {"delay", "apply_async", "send_task"}
BROKER = {"redis", "celery", "kombu", "valkey"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
def test_pages_greet_a_broker_that_hangs_once_in_a_while_at_most() -> None:
    """Those that write call a worker, and give up at once; then all of them leave it alone for a
    while. benchmarks/pages.py says how long pages take."""
    with silent_broker() as broker, web(broker.url, ENVIRONMENT) as hanging:
        installation = Installation()
        began = time.monotonic()
        for _n in range(ROUNDS):
            visit(installation, hanging, but=BY_API)
        pauses = (time.monotonic() - began) / PAUSE_SECONDS
        greeted = broker.visitors
        assert greeted <= ASKING * (1 + pauses)
        Visitor(hanging).get("/readyz")
        # They are counted in the order in which they came.
        assert eventually(lambda: broker.visitors > greeted), "it would be seen"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
@pytest.mark.parametrize("kind", KINDS)
def test_those_that_ask_the_broker_give_up_at_once(kind: str) -> None:
    with (
        KINDS[kind]() as broker,
        web(settings.REDIS_URL, ENVIRONMENT) as well,
        web(broker.url, ENVIRONMENT) as hanging,
    ):
        assert Visitor(well).get("/readyz").status == 200
        # The quickest of some; this machine may be busy with other tests.
        installation = Installation()
        asking = (
            (probe, 503),
            (ask_for_nothing, 404),
            (lambda p: installation.scan(Visitor(p)), 200),
        )
        for ask, status in asking:
            took = []
            for _turn in range(MOST_ROUNDS):
                usual, slow = ask(well), ask(hanging)
                assert slow.status == status
                took.append((usual.seconds, slow.seconds))
                if is_at_once(took):
                    break
                time.sleep(RESTED)  # or it would not even be asked
            assert is_at_once(took), took


def probe(port: int) -> Answer:
    return Visitor(port).get("/readyz")


def is_at_once(took: list[tuple[float, float]]) -> bool:
    """With a broker that is well and with one that hangs."""
    usual = min(a for a, _b in took)
    return min(b for _a, b in took) <= LIMIT + 2 * usual


def brokers_used(path: Path) -> list[str]:
    """Where a module enqueues something or speaks to the broker itself."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in ENQUEUES:
            found.append(f"line {node.lineno}: .{node.attr}")
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found += [f"line {node.lineno}: import {n}" for n in names if n.split(".")[0] in BROKER]
    return found


def test_hardly_anything_but_tasks_knows_the_broker() -> None:
    """One module calls workers, and gives up after a tenth of a second; whoever else did would hang
    with the broker. Those that may ask it something are named here and are as quick."""
    allowed = {
        *("config/celery.py", "config/health.py", "config/beat.py", "config/metrics.py"),
        *("apps/core/valkey.py", "apps/core/enqueueing.py", "apps/events/background.py"),
        # They know the tasks, and do them themselves.
        "apps/events/services/standing_by.py",
        "apps/events/management/commands/standby.py",
    }
    using = {}
    for path in [*ROOT.glob("apps/**/*.py"), *ROOT.glob("config/*.py")]:
        name = str(path.relative_to(ROOT))
        used = brokers_used(path)
        if "tasks" in path.relative_to(ROOT).with_suffix("").parts:
            used = [one for one in used if not one.endswith("import celery")]
        if used and name not in allowed:
            using[name] = used
    assert using == {}


def test_the_reader_of_modules_sees_who_enqueues(tmp_path: Path) -> None:
    door = tmp_path / "views.py"
    door.write_text(
        "from redis import Redis\nimport kombu.pools\ndef view(r):\n    relay.delay()\n"
        "    transaction.on_commit(relay.apply_async)\n    app.send_task('x')\n"
    )
    assert len(brokers_used(door)) == 5


def test_sessions_and_caches_are_not_in_the_broker() -> None:
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert not [c for c in settings.CACHES.values() if "redis" in c["BACKEND"].lower()]


def test_a_call_that_nobody_took_in_time_is_dropped() -> None:
    """Otherwise a worker that was away for an hour first runs through thousands of old ones."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["options"]["expires"] == entry["schedule"], name
