"""One button stands out on the page of a case: what is sensible to do next (CMP-1)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role
from apps.complaints.admin.act_groups import GROUPS
from apps.complaints.admin.acts import ALL
from apps.complaints.enums import CaseState
from apps.complaints.models import Case
from apps.complaints.rules.next_act import CaseFacts, next_act
from apps.sla.enums import Metric
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.complaints import Team, case, case_in, message_in, solved

pytestmark = pytest.mark.requirement("CMP-1")

EVERY = frozenset(act.name for act in ALL if act.is_panel)
NEW, OPEN, WAITING, SOLVED = CaseState.NEW, CaseState.OPEN, CaseState.WAITING, CaseState.SOLVED
CLOSED = CaseState.CLOSED


@pytest.mark.parametrize(
    ("state", "facts", "act"),
    [
        (NEW, {"has_owner": False, "is_reported": False}, "take"),
        (NEW, {"has_owner": False, "offered": EVERY - {"take"}}, "assign"),
        (NEW, {"is_reported": False, "awaits_answer": True}, "report"),
        (NEW, {"is_answered": False}, "reply"),
        (NEW, {"is_answered": False, "offered": EVERY - {"reply"}}, "call"),
        (OPEN, {"awaits_answer": True, "due": Metric.PLAN_REPLY}, "reply"),
        (OPEN, {"due": Metric.PLAN_REPLY}, "plan"),
        (OPEN, {"due": Metric.RESPONSE}, "reply"),
        (OPEN, {"due": Metric.PROMISE}, "call"),
        (OPEN, {"due": Metric.SOLUTION}, "solve"),
        (OPEN, {"due": Metric.LEGAL}, "solve"),
        (OPEN, {}, "solve"),
        # Somebody else's: an agent goes on with it, a leader gives what is late to another.
        (OPEN, {"is_mine": False, "due": Metric.PLAN_REPLY}, "plan"),
        (OPEN, {"is_mine": False, "due": Metric.PLAN_REPLY, "is_overdue": True}, "assign"),
        (
            OPEN,
            {"is_mine": False, "is_overdue": True, "offered": EVERY - {"assign"}},
            "solve",
        ),
        (WAITING, {}, "call"),
        (WAITING, {"is_overdue": True, "due": Metric.LEGAL}, "solve"),
        (WAITING, {"is_reported": False}, "report"),
        (SOLVED, {}, "confirm"),
        (SOLVED, {"is_confirmed": True}, "close"),
        (SOLVED, {"awaits_answer": True}, "reply"),
        (CLOSED, {}, "ask"),
        (CLOSED, {"awaits_answer": True}, "reply"),
        (CLOSED, {"is_asked": True}, ""),
        (CLOSED, {"is_confirmed": True}, ""),
        (CaseState.MERGED, {}, ""),
        (CaseState.CANCELLED, {"has_owner": False}, ""),
        # Who only reads is told nothing to do.
        (OPEN, {"awaits_answer": True, "offered": ()}, ""),
    ],
)
def test_the_next_act_of_a_case(state: CaseState, facts: dict[str, Any], act: str) -> None:
    assert next_act(CaseFacts(**{"state": state, "offered": EVERY, **facts})) == act


def test_each_act_stands_in_one_group() -> None:
    grouped = [name for _group, _label, names in GROUPS for name in names]
    assert sorted(grouped) == sorted(EVERY)


def leading(client: Client, of: Case) -> list[str]:
    page = client.get(reverse("admin:complaints_case_page", args=[of.number])).text
    return re.findall(r'class="cs-act is-next" id="act-([a-z]+)"', page)


@pytest.mark.django_db
def test_one_button_stands_out_and_moves_on_with_the_case(client: Client) -> None:
    team = Team()
    sign_in(client, team.agent)
    of = case(team=team, contact_email="wang@example.com")
    assert leading(client, of) == ["report"]
    Case.objects.filter(pk=of.pk).update(reported_at=of.created_at, reported_by=team.agent)
    message_in(of)
    assert leading(client, of) == ["reply"]
    of.refresh_from_db()
    solved(of)
    Case.objects.filter(pk=of.pk).update(awaits_answer=False)
    assert leading(client, of) == ["confirm"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(CaseState))
def test_every_act_is_offered_once(client: Client, state: CaseState) -> None:
    sign_in(client, superuser())
    of = case_in(state)
    page = client.get(reverse("admin:complaints_case_page", args=[of.number])).text
    shown = re.findall(r'id="act-([a-z]+)"', page)
    assert len(set(shown)) == len(shown)
    assert {"note", "files"} <= set(shown)
    assert len(leading(client, of)) <= 1


@pytest.mark.django_db
def test_who_only_reads_sees_no_button(client: Client) -> None:
    team = Team()
    of = case(team=team)
    reader = UserFactory(roles=[Role.GENERAL_MANAGER], unit=team.unit)
    sign_in(client, reader)
    may = {act.name for act in ALL if act.is_panel and act.allows(reader)}
    found = leading(client, of)
    assert set(found) <= may
