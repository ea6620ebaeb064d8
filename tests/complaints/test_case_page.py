"""The page of one case: everything at hand, every act where the eye is (CMP-1, CMP-7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.admin.acts import ALL
from apps.complaints.enums import CaseState
from apps.complaints.models import Case, CaseLink
from apps.sla.models import Clock
from tests.complaints.case_pages import address, do, done, kinds, page
from tests.factories.accounts import sign_in
from tests.factories.complaints import (
    PHONE,
    Team,
    any_cause,
    case,
    case_in,
    closed,
    message_in,
    solved,
    who,
)

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("CMP-1")
def test_everything_is_on_one_page_masked(client: Client, mine: Case) -> None:
    exceptional = page(client, mine)
    assert mine.waybill is not None
    for word in (mine.number, mine.waybill.number, "云裳", "北京市", "data-due=", "投诉怎么接"):
        assert word in exceptional
    for secret in (PHONE, "5678", "王小明", "wang@example.com", "张三", "建国路", "13800000002"):
        assert secret not in exceptional, secret
    for act in ("reply", "call", "note", "promise", "report", "plan", "solve", "take"):
        assert f'id="act-{act}"' in exceptional
    for panel in ("close", "reopen", "confirm", "resume"):
        assert f'id="act-{panel}"' not in exceptional, "not possible now"


def test_every_key_is_shown_and_means_one_thing() -> None:
    keys = [act.key for act in ALL if act.is_panel] + ["m", "i", "j", "/", "?"]
    assert all(keys) and len(keys) == len(set(keys))


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize("state", list(CaseState))
def test_the_page_opens_in_every_state_and_both_languages(
    client: Client, agent: User, team: Team, state: CaseState
) -> None:
    sign_in(client, team.person(Role.DIRECTOR, scope="all"))
    made = case_in(state, unit=team.unit)
    for language in ("zh-hans", "en"):
        client.cookies["yipiao_language"] = language
        assert made.number in page(client, made)
        assert made.number in client.get(address("print", made)).content.decode()


@pytest.mark.requirement("CMP-7")
def test_from_the_first_word_to_closed_by_the_buttons(client: Client, mine: Case) -> None:
    done(client, mine, "report", channel="phone", note="已电话报告")
    done(client, mine, "call", direction="out", reached="yes", text="已致歉，正在找件")
    done(client, mine, "plan", channel="phone", text="今晚 20:00 前重新派送")
    done(client, mine, "wait", reason="等客户确认收件时间")
    assert mine.state == CaseState.WAITING
    done(client, mine, "resume")
    cause = any_cause().pk
    done(client, mine, "solve", outcome="resolved", cause=cause, solution="已送达", channel="phone")
    assert (mine.state, mine.cause_id) == (CaseState.SOLVED, cause)
    done(client, mine, "confirm", score="5", comment="很满意", channel="phone")
    done(client, mine, "close", note="")
    assert (mine.state, mine.satisfied_score) == (CaseState.CLOSED, 5)
    assert {"case.reported", "case.planned", "case.result_confirmed"} <= set(kinds(mine))
    done(client, mine, "reopen", reason="客户又来电，说少了一件")
    assert (mine.state, mine.reopened_count) == (CaseState.OPEN, 1)


@pytest.mark.requirement("CMP-1")
def test_a_reply_goes_out_with_the_name_filled_in_and_may_wait(client: Client, mine: Case) -> None:
    done(client, mine, "reply", channel="email", text="{contact}您好，请补照片。", then_wait="on")
    entry = mine.entries.get(kind="message_out")
    assert (entry.text, entry.channel) == ("王小明您好，请补照片。", "email")
    assert mine.state == CaseState.WAITING and mine.first_answered_at
    assert "王小明" not in page(client, mine)


def test_a_ready_made_answer_is_offered_in_the_customers_language(
    client: Client, team: Team, agent: User
) -> None:
    english = case(team=team, language="en", contact_email="wang@example.com")
    opened = client.get(address("act", english, "reply"), {"seen": "7"}).content.decode()
    assert "Received, being looked into" in opened and english.number in opened
    assert 'name="seen" value="7"' in opened and "<html" not in opened, "the form alone"


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize("name", [act.name for act in ALL])
def test_a_panel_brings_its_form_when_it_is_opened(
    client: Client, mine: Case, team: Team, name: str
) -> None:
    sign_in(client, team.director)
    closed_page = page(client, mine)
    act = next(act for act in ALL if act.name == name)
    form = client.get(address("act", mine, name), {"seen": "0"})
    if not (act.is_panel and act.may(mine)):
        assert form.status_code == 404 and f'id="act-{name}"' not in closed_page
        return
    action = f'action="{address("act", mine, name)}"'
    assert f'data-form="{address("act", mine, name)}"' in closed_page and action not in closed_page
    assert action in form.content.decode()
    without_script = client.get(address("act", mine, name)).content.decode()
    assert without_script.count(action) == 1


def test_the_record_is_a_page_that_says_who_did_what(
    client: Client, mine: Case, team: Team
) -> None:
    done(client, mine, "call", direction="out", reached="yes", text="已致歉")
    record = client.get(address("record", mine)).content.decode()
    assert str(team.agent) in record and record.count("<li") >= 2
    assert "staff-timeline" not in page(client, mine)


@pytest.mark.requirement("CMP-1")
def test_a_promise_is_a_clock_that_is_kept_or_dropped(client: Client, mine: Case) -> None:
    done(client, mine, "promise", due_at="+20", what="回电告知结果")
    clock = Clock.objects.get(metric="promise")
    assert abs(clock.due_at - timezone.now() - timedelta(minutes=20)) < timedelta(minutes=1)  # type: ignore[operator]  # it has one
    assert "回电告知结果" in page(client, mine)
    done(client, mine, "keep", clock=clock.pk)
    clock.refresh_from_db()
    assert clock.met_at is not None
    done(client, mine, "promise", due_at="+30", what="再回一次电话")
    second = Clock.objects.get(metric="promise", met_at__isnull=True)
    assert do(client, mine, "drop", clock=second.pk, reason="").status_code == 422
    done(client, mine, "drop", clock=second.pk, reason="客户说不用了")
    second.refresh_from_db()
    assert second.stopped_at is not None


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("act", "typed", "field"),
    [
        ("reply", {"channel": "email", "text": ""}, "text"),
        ("reply", {"channel": "fax", "text": "好"}, "channel"),
        ("promise", {"due_at": "昨天", "what": "回电"}, "due_at"),
        ("promise", {"due_at": "+20", "what": ""}, "what"),
        ("call", {"direction": "up", "reached": "yes", "text": "x"}, "direction"),
        ("solve", {"outcome": "resolved", "solution": " "}, "solution"),
        ("wait", {"reason": ""}, "reason"),
        ("link", {"other": "CS20200101-00001", "kind": "related"}, "other"),
    ],
)
def test_what_is_refused_comes_back_as_it_was_typed(
    client: Client, mine: Case, act: str, typed: dict[str, Any], field: str
) -> None:
    answer = do(client, mine, act, **typed)
    assert answer.status_code == 422
    assert answer.context["refused"].errors.get(field)
    shown = answer.content.decode()
    assert 'id="errors"' in shown
    for value in typed.values():
        assert value in shown


@pytest.mark.requirement("CMP-1")
def test_merge_searches_compares_and_confirms(client: Client, mine: Case, team: Team) -> None:
    other = case(team=team, waybill=mine.waybill, title="同一件事")
    url = address("merge", mine)
    offered = client.get(url).content.decode()
    assert other.number in offered, "the same shipment: offered without a search"
    assert other.number in client.get(url, {"q": "同一件事"}).content.decode()
    both = client.get(url, {"with": other.number}).content.decode()
    assert both.count('name="stays"') == 2
    answer = client.post(url, {"with": other.number, "stays": mine.number})
    assert answer["Location"] == address("page", mine)
    other.refresh_from_db()
    assert (other.state, other.merged_into) == (CaseState.MERGED, mine)
    assert other.number in page(client, mine)
    again = client.get(url, {"with": other.number})
    assert again.context["refusal"] and "stays" not in again.content.decode()


@pytest.mark.requirement("CMP-1")
def test_split_takes_what_was_chosen_along(client: Client, mine: Case) -> None:
    message_in(mine, "另外，上个月的运费也收错了")
    second = mine.entries.get(kind="message_in")
    url = address("split", mine)
    refused = client.post(url, {"title": "运费收错", "case_class": "inquiry"})
    assert refused.context["form"].errors["entries"] and "运费收错" in refused.content.decode()
    foreign = case(team=Team()).entries.get().pk
    bad = client.post(url, {"title": "x", "case_class": "inquiry", "entries": [foreign]})
    assert bad.context["form"].errors["entries"]
    answer = client.post(
        url, {"title": "运费收错", "case_class": "inquiry", "entries": [second.pk]}
    )
    made = Case.objects.get(title="运费收错")
    assert answer["Location"] == address("page", made)
    assert CaseLink.objects.get().kind == "split" and mine.number in page(client, made)


def test_link_and_unlink(client: Client, mine: Case, team: Team) -> None:
    other = case(team=team)
    done(client, mine, "link", other=other.number.lower(), kind="related")
    assert other.number in page(client, mine)
    done(client, mine, "unlink", other=other.number)
    assert not CaseLink.objects.exists()


def test_an_act_that_is_not_possible_any_more_is_said_in_words(
    client: Client, mine: Case, team: Team
) -> None:
    closed(mine)
    answer = client.post(address("act", mine, "solve"), {}, follow=True)
    assert "已结案" in answer.content.decode() or "solve" not in answer.content.decode()
    assert client.post(address("act", mine, "nothing")).status_code == 404


@pytest.mark.parametrize("entries", [1, 3])
def test_the_page_costs_the_same_whatever_there_is(
    client: Client, mine: Case, team: Team, entries: int
) -> None:
    for _n in range(entries):
        message_in(mine, "还没有人联系我")
        other = case(team=team, waybill=mine.waybill)
        services.link_cases(case_id=mine.pk, other_id=other.pk, kind="related", **who())  # type: ignore[arg-type]  # its value
        closed(case(team=team, customer=mine.customer))
        done(client, mine, "promise", due_at="+20", what="回电")
    page(client, mine)
    with CaptureQueriesContext(connection) as seen:
        shown = page(client, mine)
    assert len(shown.encode()) <= 40_000
    assert len(seen) <= 31, "\n".join(q["sql"][:120] for q in seen)


def test_a_solution_not_told_is_said_so(client: Client, mine: Case) -> None:
    solved(mine)
    shown = page(client, mine)
    assert "已重新派送并致歉" in shown
