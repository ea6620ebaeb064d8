"""The page of metrics: who may read it, what it costs, what it says and what never stands on it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import promql_parser as promql
import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.translation import override

from apps.backoffice.navigation import all_pages
from apps.core import request_counts
from apps.events.background import record_run
from apps.notifications.models import ProviderState
from config import metrics
from config.schedule import EVERY
from tests.factories.accounts import UserFactory
from tests.operators.alarms import ROOT, fires, rules, samples
from tests.operators.conftest import KEY

pytestmark = pytest.mark.django_db
MANUAL = (ROOT / "docs" / "operations.md").read_text()
BOARD = json.loads((ROOT / "deploy" / "grafana-board.json").read_text())


def test_who_may_not_read_it(client: Client, settings: Any) -> None:
    settings.METRICS_KEY = ""
    assert client.get("/metrics").status_code == 404
    settings.METRICS_KEY = KEY
    for headers in (
        {},
        {"Authorization": KEY},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": f"Basic {KEY}"},
    ):
        answer = client.get("/metrics", headers=headers)
        assert answer.status_code == 401 and b"yipiao_" not in answer.content
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert client.post("/metrics", headers={"Authorization": f"Bearer {KEY}"}).status_code == 405


def test_it_costs_one_statement_and_for_some_seconds_none(
    client: Client, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.METRICS_KEY = KEY
    metrics.clear()
    headers = {"Authorization": f"Bearer {KEY}"}
    with django_assert_max_num_queries(4) as asked:  # a savepoint, a timeout, the question
        first = client.get("/metrics", headers=headers)
    assert sum("UNION ALL" in one["sql"] for one in asked.captured_queries) == 1
    with django_assert_max_num_queries(0):
        assert client.get("/metrics", headers=headers).content == first.content
    metrics.clear()


def test_every_metric_of_every_app_is_there(page: Callable[[], str]) -> None:
    record_run("standby")
    text = page()
    for metric in metrics.all_metrics():
        assert f"# HELP yipiao_{metric.name} " in text
        assert re.fullmatch(r"[a-z][a-z_]+", metric.name)
    found = samples(text)
    assert found["yipiao_database_up"] == {frozenset(): 1.0}
    assert found["yipiao_broker_up"] == {frozenset(): 1.0}
    assert found["yipiao_metrics_seconds"][frozenset()] < 60
    assert found["yipiao_task_late_seconds"][frozenset({("task", "standby")})] == 0
    names = [metric.name for metric in metrics.all_metrics()]
    assert len(names) == len(set(names))


def test_nothing_of_a_person_stands_on_it(page: Callable[[], str]) -> None:
    """Labels are codes: letters, digits, dots and such; no Chinese, no address, no long number."""
    UserFactory(display_name="张三丰", email="zhang@example.com", username="zhangsanfeng")
    ProviderState.objects.create(channel="email", failures_in_row=2)
    request_counts.note(_request("/track/YP123456789012"), 200, 5.0)
    text = page()
    assert 'yipiao_requests_slow_total{page="unnamed"} 1.0' in text
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        for value in re.findall(r'="([^"]*)"', line):
            assert re.fullmatch(r"[A-Za-z0-9_.:-]{1,100}", value), line
            assert not re.search(r"\d{5,}", value), line


def _request(path: str) -> Any:
    request = RequestFactory().get(path)
    request.resolver_match = None  # type: ignore[attr-defined]
    return request


def test_slow_and_failed_pages_are_counted_by_name(page: Callable[[], str], client: Client) -> None:
    before = page()
    assert fires("PagesFail", before, before) == []
    request = RequestFactory().get("/admin/accounts/user/7/change/")
    from django.urls import resolve

    request.resolver_match = resolve(request.path)  # type: ignore[attr-defined]
    for _n in range(6):
        request_counts.note(request, 500, 0.1)
    request_counts.note(request, 200, 0.1)
    after = page()
    assert fires("PagesFail", after, before) == [{"page": "admin:accounts_user_change"}]
    assert fires("PagesSlow", after, before) == []


def test_a_database_that_does_not_answer_is_an_alarm(
    page: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", broken)
        text = page()
    assert fires("DatabaseDown", text) == [{}]
    assert fires("BrokerDown", text) == [] and "yipiao_clocks" not in text
    assert fires("DatabaseDown", page()) == []


def test_a_broker_that_does_not_answer_is_an_alarm(page: Callable[[], str], settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    text = page()
    assert fires("BrokerDown", text) == [{}] and fires("DatabaseDown", text) == []
    assert fires("NobodyTakesCalls", text) == []


def test_work_that_is_late_is_an_alarm(page: Callable[[], str]) -> None:
    record_run("apps.safety.tasks.seal")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_taskrun SET ran_at = %s", [timezone.now() - timedelta(hours=2)]
        )
    assert fires("RegularWorkLate", page()) == [{"task": "apps.safety.tasks.seal"}]


# --- rules, board and guide say the same --------------------------------------------------------


@pytest.mark.parametrize("alarm", sorted(rules()))
def test_each_alarm_is_understood_shown_and_explained(alarm: str) -> None:
    rule = rules()[alarm]
    promql.parse(rule["expr"])
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    panel = [one for one in BOARD["panels"] if one["title"] == alarm]
    assert len(panel) == 1 and panel[0]["description"] == rule["annotations"]["summary"]
    shown = panel[0]["targets"][0]["expr"]
    assert rule["expr"].startswith(shown) or shown.split("[")[0] in rule["expr"]
    assert f"\n### {alarm}\n" in MANUAL


def test_no_rule_asks_for_what_is_not_there(page: Callable[[], str]) -> None:
    known = {line.split()[2] for line in page().splitlines() if line.startswith("# HELP ")}
    for alarm, rule in rules().items():
        for name in re.findall(r"yipiao_\w+", rule["expr"]):
            assert name in known or name.removesuffix("_total") in known, alarm


def test_the_guide_names_pages_that_are_there() -> None:
    """What is in italics there is a page of the back office, an alarm, regular work or one section."""
    guide = MANUAL.split("\n## Metrics and alarms\n")[1].split("\n## ")[0]
    with override("en"):
        pages = {str(one.label) for one in all_pages()}
    tasks = set(EVERY) | {name.rpartition(".")[2] for name in EVERY}
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", guide))
    assert named - pages - set(rules()) - tasks == {"Scaling out"}
    assert "\n## Scaling out\n" in MANUAL


def test_the_board_has_nothing_besides() -> None:
    assert {one["title"] for one in BOARD["panels"]} == set(rules())
    assert len({one["id"] for one in BOARD["panels"]}) == len(BOARD["panels"])
