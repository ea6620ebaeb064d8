"""Rules and causes as data that staff edit (CMP-1, CMP-4)."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints.models import AssignmentRule, CauseNode, MajorRule
from apps.events.models import Event
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case

pytestmark = pytest.mark.django_db
MODELS = ("assignmentrule", "majorrule", "causenode")


@pytest.fixture
def director(client: Client, team: Team) -> User:
    user: User = sign_in(client, team.director)
    return user


def url(model: str, what: str, *args: int) -> str:
    return reverse(f"admin:complaints_{model}_{what}", args=args)


@pytest.mark.requirement("CMP-1")
def test_a_rule_decides_the_next_case(client: Client, team: Team, director: User) -> None:
    words = {"name": "提到电视台", "english_name": "Mentions television", "words": "电视台\n", "is_active": "on",
             "case_class": "", "min_declared_value": "", "repeat_count": "", "repeat_days": ""}  # fmt: skip
    assert client.post(url("majorrule", "add"), words).status_code == 302
    assert MajorRule.objects.get(name="提到电视台").words == "电视台"
    assert case(team=team, description="我要联系电视台").severity == "major"
    empty = client.post(url("majorrule", "add"), {**words, "name": "空", "words": ""})
    assert empty.status_code == 200, "a rule without a condition is refused, not stored"
    rule = AssignmentRule.objects.get(position=10)
    typed = {"position": "10", "name": rule.name, "english_name": rule.english_name, "severity": "major",
             "case_class": "", "customer": "", "unit": "", "prefer": "least_loaded",
             "role": "department_manager", "team": "", "is_active": "on"}  # fmt: skip
    assert client.post(url("assignmentrule", "change", rule.pk), typed).status_code == 302
    assert case(team=team, description="我要联系电视台").owner == team.manager
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"major_rule.changed", "assignment_rule.changed"} <= kinds


@pytest.mark.requirement("CMP-4")
def test_a_cause_hangs_below_its_parent(client: Client, director: User) -> None:
    parent = CauseNode.objects.get(code="delivery")
    typed = {"parent": str(parent.pk), "code": "delivery.rain", "name": "雨天淋湿", "english_name": "Rain",
             "liable": "station", "position": "90", "is_active": "on"}  # fmt: skip
    wrong = client.post(url("causenode", "add"), {**typed, "code": "rain"})
    assert wrong.context["adminform"].form.errors["code"]
    assert client.post(url("causenode", "add"), typed).status_code == 302
    made = CauseNode.objects.get(code="delivery.rain")
    renamed = {**typed, "name": "雨水打湿", "code": "delivery.other"}
    assert client.post(url("causenode", "change", made.pk), renamed).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.code) == ("雨水打湿", "delivery.rain")


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize("model", MODELS)
def test_only_leaders_change_rules(client: Client, team: Team, model: str) -> None:
    for role, may in ((Role.DIRECTOR, True), (Role.AGENT, False), (Role.FINANCE, False)):
        sign_in(client, team.person(role))
        assert (client.get(url(model, "add")).status_code == 200) is may, (role, model)
        if may:
            assert client.get(url(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_each_list_costs_the_same_whatever_it_holds(
    client: Client, director: User, model: str, django_assert_max_num_queries: object
) -> None:
    client.get(url(model, "changelist"))
    with django_assert_max_num_queries(22):  # type: ignore[operator]  # a context manager
        client.get(url(model, "changelist"))
