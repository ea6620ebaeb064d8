"""A manager publishes a new version of a clock policy (CMP-2): pre-filled, looked at, published."""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.enums import Role
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import Metric
from apps.sla.models import Policy, PolicyVersion
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.sla import COMPLAINT, clock_of, machine, open_case, target

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
HOUR = timedelta(hours=1)


class Filled(HTMLParser):
    """What a browser would send for the form as it stands, without a button."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self._select = self._area = ""
        self._first: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        name = a.get("name", "")
        if tag == "select":
            self._select, self._first = name, None
        elif tag == "option" and self._select:
            if self._first is None:
                self._first = a.get("value", "")
            if "selected" in a:
                self.data[self._select] = [a.get("value", "")]
        elif tag == "input" and name and a.get("type") not in ("submit", "button"):
            if a.get("type") in ("checkbox", "radio"):
                if "checked" in a:
                    self.data.setdefault(name, []).append(a.get("value", "on"))
            else:
                self.data[name] = [a.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.data.setdefault(self._select, [self._first or ""])
            self._select = ""


def policy() -> Policy:
    return Policy.objects.get(code="case-ordinary")


def page(of: Policy) -> str:
    return reverse("admin:sla_policy_publish", args=[of.pk])


@pytest.fixture
def manager(client: Client) -> Client:
    sign_in(client, UserFactory(roles=[Role.DEPARTMENT_MANAGER]))
    return client


def filled(client: Client, of: Policy) -> dict[str, list[str]]:
    answer = client.get(page(of))
    assert answer.status_code == 200
    return Filled(answer.content.decode()).data


def row_of(data: dict[str, list[str]], metric: Metric) -> str:
    """The prefix of a target's inputs."""
    (name,) = [n for n, v in data.items() if n.endswith("-metric") and v == [metric.value]]
    return name.removesuffix("-metric")


def rules_of(version: PolicyVersion) -> list[Any]:
    """Everything that a version says, to compare."""
    names = ("metric", "seconds", "calendar_id", "pauses", "on_reopen", "counts_from")
    steps = ("name", "english_name", "offset_seconds", "percent", "whom", "role", "channels")
    return [
        (
            [getattr(t, name) for name in names],
            [
                [getattr(s, name) for name in (*steps, "off_hours")]
                for s in t.steps.order_by("position")
            ],
        )
        for t in version.targets.order_by("id")
    ]


@pytest.mark.parametrize("code", ["case-ordinary", "case-major", "handover-paperwork", "chase"])
def test_published_as_it_is_filled_in_it_says_the_same(manager: Client, code: str) -> None:
    of = Policy.objects.get(code=code)
    data = filled(manager, of)
    answer = manager.post(page(of), {**data, "v-note": "原样发布", "publish": "1"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    old, new = of.versions.order_by("number")
    assert (new.number, new.note) == (2, "原样发布")
    assert rules_of(new) == rules_of(old)
    assert (new.classes, new.severities) == (old.classes, old.severities)
    assert new.published_by is not None


def test_another_time_is_looked_at_and_then_published(manager: Client) -> None:
    of = policy()
    _what, matter = open_case(attributes=COMPLAINT)
    data = filled(manager, of)
    at = row_of(data, Metric.PLAN_REPLY)
    data |= {f"{at}-number": ["8"], "v-apply_to_open": ["on"], "v-note": ["客户要求更快"]}
    looked = manager.post(page(of), {**data, "look": "1"})
    effects = looked.context["effects"]
    (moved,) = [row for row in effects.rows if row.is_change]
    assert (moved.metric, moved.kind, moved.before, moved.after, moved.clocks) == (
        Metric.PLAN_REPLY,
        "moved",
        12 * 3600,
        8 * 3600,
        1,
    )
    assert (effects.matters, effects.clocks, effects.conditions_change) == (1, 1, False)
    assert of.versions.count() == 1, "looking publishes nothing"
    again = Filled(looked.content.decode()).data
    assert again[f"{at}-number"] == ["8"] and again["v-note"] == ["客户要求更快"]
    assert manager.post(page(of), {**again, "publish": "1"}).status_code == 302
    services.recompute_stale()
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert clock.due_at == matter.opened_at + 8 * HOUR
    assert Event.objects.filter(kind="policy.published").latest("pk").data["note"] == "客户要求更快"


def test_what_is_open_keeps_its_times_unless_it_is_to_follow(manager: Client) -> None:
    of = policy()
    _what, matter = open_case(attributes=COMPLAINT)
    data = filled(manager, of)
    data |= {f"{row_of(data, Metric.PLAN_REPLY)}-number": ["8"], "v-note": ["更快"]}
    assert manager.post(page(of), {**data, "publish": "1"}).status_code == 302
    services.recompute_stale()
    assert clock_of(matter, Metric.PLAN_REPLY).seconds == 12 * 3600
    _what, later = open_case(attributes=COMPLAINT)
    assert clock_of(later, Metric.PLAN_REPLY).seconds == 8 * 3600


def test_steps_are_added_changed_and_taken_out(manager: Client) -> None:
    of = policy()
    data = filled(manager, of)
    at = row_of(data, Metric.FEEDBACK)
    begun = int(data[f"{at}-s-INITIAL_FORMS"][0])
    new = f"{at}-s-{begun}"
    data |= {
        f"{at}-s-0-DELETE": ["on"],
        f"{at}-s-1-when": ["share"],
        f"{at}-s-1-number": ["75"],
        f"{new}-name": ["超时一天，上报副总"],
        f"{new}-when": ["after"],
        f"{new}-number": ["1"],
        f"{new}-unit": ["d"],
        f"{new}-whom": ["role:deputy_general_manager"],
        f"{new}-channels": ["email", "phone"],
        f"{new}-off_hours": ["call_then_mail"],
        "v-note": ["加一级上报"],
    }
    answer = manager.post(page(of), {**data, "publish": "1"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    steps = list(
        of.versions.get(number=2).targets.get(metric=Metric.FEEDBACK).steps.order_by("position")
    )
    assert len(steps) == begun, "one went, one came"
    assert (steps[0].percent, steps[0].offset_seconds) == (75, None)
    last = steps[-1]
    assert (last.offset_seconds, last.whom, last.role) == (86_400, "role", "deputy_general_manager")
    assert (last.channels, last.off_hours) == (["email", "phone"], "call_then_mail")


def test_a_target_goes_and_another_comes_with_empty_rows_on_demand(manager: Client) -> None:
    of = policy()
    data = filled(manager, of)
    total = int(data["t-TOTAL_FORMS"][0])
    gone = row_of(data, Metric.HAND_OVER)
    more = manager.post(page(of), {**data, "more": "t"})
    data = Filled(more.content.decode()).data
    assert int(data["t-TOTAL_FORMS"][0]) == total + 1
    assert data[f"t-{total}-s-TOTAL_FORMS"] == ["2"]
    data |= {
        f"{gone}-DELETE": ["on"],
        f"t-{total}-metric": ["solution"],
        f"t-{total}-number": ["3"],
        f"t-{total}-unit": ["d"],
        f"t-{total}-pauses": ["waiting_customer", "waiting_partner"],
        "v-note": ["改计解决时间"],
    }
    answer = manager.post(page(of), {**data, "publish": "1"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    targets = {t.metric: t for t in of.versions.get(number=2).targets.all()}
    assert Metric.HAND_OVER not in targets
    solution = targets[Metric.SOLUTION]
    assert (solution.seconds, solution.pauses) == (
        3 * 86_400,
        ["waiting_customer", "waiting_partner"],
    )
    assert solution.calendar.code == "always"


def test_empty_rows_that_were_asked_for_and_left_alone_are_no_rows(manager: Client) -> None:
    of = policy()
    data = {**filled(manager, of), "v-note": ["原样"]}
    for prefix in ("t", "t-0-s", "t"):
        answer = manager.post(page(of), {**data, "more": prefix})
        assert answer.status_code == 200
        data = Filled(answer.content.decode()).data
    assert manager.post(page(of), {**data, "publish": "1"}).status_code == 302
    old, new = of.versions.order_by("number")
    assert rules_of(new) == rules_of(old)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"v-note": ""}, "id_v-note"),
        ({"v-customer_ids": "12, abc"}, "id_v-customer_ids"),
        ({"v-channels": "<b>"}, "id_v-channels"),
        ({"{at}-number": "-1"}, "id_{at}-number"),
        ({"{at}-number": "9000", "{at}-unit": "d"}, "id_{at}-number"),
        ({"{at}-calendar": "0"}, "id_{at}-calendar"),
        ({"{at}-pauses": "closed"}, "id_{at}-pauses"),
        ({"{at}-s-0-number": ""}, "id_{at}-s-0-number"),
        ({"{at}-s-0-when": "share", "{at}-s-0-number": "1001"}, "id_{at}-s-0-number"),
        ({"{at}-s-0-name": ""}, "id_{at}-s-0-name"),
        ({"{at}-s-0-whom": "role:emperor"}, "id_{at}-s-0-whom"),
        ({"{at}-s-0-channels": "pigeon"}, "id_{at}-s-0-channels"),
        ({"{at}-metric": "feedback"}, ""),
        ({"v-valid_from": "2199-01-01T00:00", "v-apply_to_open": "on"}, "id_v-valid_from"),
        ({"t-TOTAL_FORMS": "x"}, ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_lost(
    manager: Client, change: dict[str, str], where: str
) -> None:
    of = policy()
    data = filled(manager, of)
    at = row_of(data, Metric.PLAN_REPLY)
    data["v-note"] = ["改一改"]
    data["v-channels"] = ["phone"]
    data |= {name.format(at=at): [value] for name, value in change.items()}
    answer = manager.post(page(of), {**data, "publish": "1"})
    assert answer.status_code == 422
    assert of.versions.count() == 1
    places = {id for id, _label, _error in answer.context["mistakes"]}
    assert where.format(at=at) in places
    if "v-channels" not in change:
        assert Filled(answer.content.decode()).data["v-channels"] == ["phone"]


def test_another_version_published_meanwhile_is_not_overwritten_unseen(manager: Client) -> None:
    of = policy()
    data = filled(manager, of)
    services.publish_version(
        policy=of, targets=[target(Metric.FEEDBACK, HOUR)], by=machine(), note="别人先改了"
    )
    answer = manager.post(page(of), {**data, "v-note": "我的", "publish": "1"})
    assert answer.status_code == 422
    assert of.versions.count() == 2
    assert "2" in answer.context["mistakes"][0][2]


def test_a_policy_without_a_version_gets_its_first(manager: Client) -> None:
    of = services.create_policy(code="new", name="新规则", kind="case", priority=50, by=machine())
    data = filled(manager, of)
    data |= {
        "t-0-metric": ["feedback"],
        "t-0-number": ["2"],
        "v-classes": ["complaint"],
        "v-note": ["首次发布"],
    }
    looked = manager.post(page(of), {**data, "look": "1"})
    assert looked.context["effects"].conditions_change
    answer = manager.post(page(of), {**data, "publish": "1"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    version = of.versions.get()
    assert (version.number, version.classes) == (1, ["complaint"])
    assert version.targets.get().seconds == 7200


def test_only_who_may_publish_sees_the_page(client: Client) -> None:
    of = policy()
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    assert (
        page(of)
        not in client.get(reverse("admin:sla_policy_change", args=[of.pk])).content.decode()
    )
    assert client.get(page(of)).status_code == 403
    assert client.post(page(of), {"publish": "1"}).status_code == 403
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    assert client.get(page(of)).status_code in (403, 404)
    client.logout()
    assert client.get(page(of)).status_code == 302


def test_a_retired_policy_has_no_next_version(manager: Client) -> None:
    of = policy()
    services.retire_policy(policy=of, reason="不再使用", by=machine())
    assert manager.get(page(of)).status_code == 302
    assert manager.post(page(of), {"publish": "1"}).status_code == 302
    assert of.versions.count() == 1


def test_looking_costs_the_same_however_much_is_open(manager: Client) -> None:
    of = policy()
    data = {**filled(manager, of), "v-note": "看看", "look": "1"}
    counts = []
    for _ in range(2):
        open_case(attributes=COMPLAINT)
        manager.post(page(of), data)
        with CaptureQueriesContext(connection) as caught:
            assert manager.post(page(of), data).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
