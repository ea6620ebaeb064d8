"""The page of one case: everything at hand, every act where the eye is (CMP-1, CMP-7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import Draft
from apps.complaints import services
from apps.complaints.admin.acts import ALL
from apps.complaints.enums import CaseState
from apps.complaints.models import Case, CaseFile, CaseLink
from apps.events.models import Event
from apps.events.queries import timeline
from apps.sla.models import Clock
from apps.tracking.models import Waybill
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
from tests.factories.customers import png, ready_customer
from tests.factories.orders import confirmed_order

pytestmark = pytest.mark.django_db


DOORS = ["page", "reveal", "opened", "presence", "keep", "print", "record", "merge", "split"]


def address(name: str, of: Case, *more: str) -> str:
    return reverse(f"admin:complaints_case_{name}", args=[of.number, *more])


def page(client: Client, of: Case) -> str:
    answer = client.get(address("page", of))
    assert answer.status_code == 200, (answer.status_code, answer.get("Location"))
    shown: str = answer.content.decode()
    return shown


def do(client: Client, of: Case, name: str, **typed: Any) -> Any:
    """Post an act as its panel does; fields are prefixed with its name."""
    seen = typed.pop("seen", None)
    data = {f"{name}-{field}": value for field, value in typed.items()}
    return client.post(address("act", of, name), {**data, "seen": seen or "0"})


def done(client: Client, of: Case, name: str, **typed: Any) -> Case:
    typed.setdefault("seen", str(max(of.entries.values_list("pk", flat=True), default=0)))
    answer = do(client, of, name, **typed)
    assert answer.status_code == 302, answer.context
    of.refresh_from_db()
    return of


def kinds(of: Case) -> list[str]:
    return [event.kind for event in timeline(of, 50)]


@pytest.fixture
def mine(team: Team, agent: User) -> Case:
    """An ordinary complaint about a shipment, in the hands of who is signed in."""
    customer = ready_customer(unit=team.unit, agent=team.agent, name="上海云裳服饰有限公司")
    waybill = Waybill.objects.get(work_orders=confirmed_order(customer, by=team.agent))
    return case(team=team, waybill=waybill, contact_email="wang@example.com")


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


def test_a_promise_of_another_case_is_out_of_reach(client: Client, mine: Case) -> None:
    other = case(team=Team())
    services.make_promise(
        case_id=other.pk, label="回电", due_at=timezone.now() + timedelta(hours=1), **who()
    )
    clock = Clock.objects.get(metric="promise")
    assert do(client, mine, "keep", clock=clock.pk).status_code in (404, 422)
    clock.refresh_from_db()
    assert clock.met_at is None
    for no_promise in Clock.objects.filter(metric="feedback"):
        assert do(client, mine, "keep", clock=no_promise.pk).status_code in (404, 422)
        no_promise.refresh_from_db()
        assert no_promise.met_at is None


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
def test_two_people_saving_the_second_sees_what_changed_and_keeps_the_text(
    client: Client, mine: Case, team: Team
) -> None:
    typed = {
        "version": mine.version, "title": "羊毛衫少一件", "case_class": "loss", "severity": "ordinary",
        "is_direct": "yes", "waybill": mine.waybill.number, "language": "zh-hans",
    }  # fmt: skip
    sign_in(client, team.director)
    done(client, mine, "change", **{**typed, "title": "主任改的标题", "case_class": "complaint"})
    sign_in(client, team.agent)
    refused = do(client, mine, "change", **typed)
    shown = refused.content.decode()
    assert str(team.director) in shown and "羊毛衫少一件" in shown
    again = refused.context["refused"]["version"].value()
    assert str(again) == str(mine.version)
    done(client, mine, "change", **{**typed, "version": again})
    assert (mine.title, mine.case_class) == ("羊毛衫少一件", "loss")


@pytest.mark.requirement("CMP-1")
def test_two_people_answering_the_second_is_warned_once(
    client: Client, mine: Case, team: Team
) -> None:
    seen = str(mine.entries.get().pk)
    services.log_call(
        case_id=mine.pk, incoming=False, reached=True, text="我已经回过电话了", by=team.director, at=timezone.now()
    )  # fmt: skip
    refused = do(client, mine, "reply", channel="email", text="我来回复", seen=seen)
    shown = refused.content.decode()
    assert "我已经回过电话了" in shown and "我来回复" in shown and str(team.director) in shown
    assert not mine.entries.filter(kind="message_out").exists()
    done(
        client,
        mine,
        "reply",
        channel="email",
        text="我来回复",
        seen=str(refused.context["desk"].newest),
    )
    assert mine.entries.filter(kind="message_out").exists()


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("reply", {"channel": "email", "text": "我来回复"}),
        ("call", {"direction": "out", "reached": "yes", "text": "说过了"}),
        ("plan", {"channel": "phone", "text": "明早再派送"}),
        ("solve", {"outcome": "resolved", "solution": "已补发", "channel": "email"}),
        ("confirm", {"score": "5", "channel": "phone"}),
        ("ask", {"channel": "email"}),
        ("close", {"note": "联系不上"}),
    ],
)
def test_what_the_customer_wrote_meanwhile_is_read_before_they_hear_anything(
    client: Client, mine: Case, name: str, typed: dict[str, str]
) -> None:
    cause = str(any_cause().pk)
    if name == "solve":
        typed = {**typed, "cause": cause}
    if name in ("confirm", "ask", "close"):
        solve = {"outcome": "resolved", "solution": "已补发", "cause": cause}
        done(client, mine, "solve", **solve, channel="")
    seen = str(max(mine.entries.values_list("pk", flat=True)))
    before = (mine.state, mine.entries.count() + 1)
    message_in(mine, "先别处理，电话 13812345678")
    refused = do(client, mine, name, seen=seen, **typed)
    shown = refused.content.decode()
    assert refused.status_code == 422 and "先别处理" in shown and "12345678" not in shown
    mine.refresh_from_db()
    assert (mine.state, mine.entries.count()) == before, "nothing was done"
    again = do(client, mine, name, seen=str(refused.context["desk"].newest), **typed)
    assert again.status_code == 302, again.context["refused"].errors


@pytest.mark.requirement("CMP-1")
def test_many_are_closed_but_for_the_one_that_was_written_in_meanwhile(
    client: Client, team: Team, agent: User
) -> None:
    quiet, loud = (solved(case(team=team)) for _ in range(2))
    url = reverse("admin:complaints_case_bulk", args=["close"])
    sent = {"chosen": [quiet.number, loud.number], "note": "联系不上"}
    asked = client.post(url, sent)
    message_in(loud, "还没有解决")
    answer = client.post(url, {**sent, "go": "1", "seen": str(asked.context["shown"]["seen"])})
    refusals = {one.record.pk: one.refusal for one in answer.context["results"]}
    assert refusals[quiet.pk] == "" and "还没有解决" in refusals[loud.pk]
    loud.refresh_from_db()
    assert loud.state == "solved"


@pytest.mark.requirement("CMP-1")
def test_who_else_is_here_is_told_and_gone_when_the_page_closes(
    client: Client, mine: Case, team: Team
) -> None:
    other = Client()
    sign_in(other, team.director)
    here = address("presence", mine)
    other.post(here, {"seen": "0", "writing": "1"})
    answers = client.post(here, {"seen": str(mine.entries.get().pk)}).json()
    assert (
        answers["readers"] == [{"name": str(team.director), "writing": True}]
        and not answers["news"]
    )
    assert str(team.director) in page(client, mine)
    message_in(mine, "还没有人联系我，电话 13812345678")
    news = client.post(here, {"seen": str(mine.entries.first().pk)}).json()["news"]  # type: ignore[union-attr]  # there is one
    assert "还没有人联系我" in news[0]["text"] and "5678" not in news[0]["text"]
    other.post(here, {"gone": "1"})
    assert client.post(here, {"seen": "x"}).json()["readers"] == []
    assert client.get(here).status_code == 400


@pytest.mark.requirement("CMP-1")
def test_what_is_typed_and_not_sent_is_there_after_a_closed_window(
    client: Client, mine: Case, team: Team
) -> None:
    keep = address("keep", mine)
    assert client.post(keep, {"reply-text": "写到一半"}).json()["kept"]
    assert "写到一半" in client.get(address("page", mine)).context["typed"]["reply-text"]
    other = Client()
    sign_in(other, team.director)
    assert other.get(address("page", mine)).context["typed"] == {}
    done(client, mine, "reply", channel="email", text="写完了")
    assert not Draft.objects.exists()


@pytest.mark.requirement("CMP-1")
def test_revealing_needs_a_reason_and_leaves_a_trace(client: Client, mine: Case) -> None:
    message_in(mine, "打我电话 13812345678")
    url = address("reveal", mine)
    assert client.post(url, {"reason": ""}).status_code == 302
    assert not Event.objects.filter(kind="case.revealed").exists()
    shown = client.post(url, {"reason": "回电"})
    assert "+8613812345678" in shown.content.decode()
    assert "打我电话 13812345678" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Event.objects.get(kind="case.revealed").data == {"reason": "回电"}
    assert client.get(url).status_code == 302


@pytest.mark.requirement("CMP-1")
def test_files_come_in_show_and_are_only_for_who_sees_the_case(
    client: Client, mine: Case, team: Team
) -> None:
    sent = [
        SimpleUploadedFile("破损.png", png((20, 20))),
        SimpleUploadedFile("说明.txt", "外箱压坏".encode()),
    ]
    done(client, mine, "files", from_customer="yes", note="客户照片", files=sent)
    picture, words = CaseFile.objects.order_by("pk")
    shown = page(client, mine)
    assert str(picture.key) in shown and "说明.txt" in shown
    answer = client.get(reverse("admin:complaints_case_file", args=[picture.key]))
    assert answer["Content-Type"] == "image/jpeg" and "sandbox" in answer["Content-Security-Policy"]
    download = client.get(reverse("admin:complaints_case_file", args=[words.key]))
    assert "attachment" in download["Content-Disposition"]
    bad = do(
        client, mine, "files", from_customer="yes", files=[SimpleUploadedFile("a.exe", b"MZ\x00")]
    )
    assert bad.context["refused"].errors["files"]
    sign_in(client, Team().agent)
    assert client.get(reverse("admin:complaints_case_file", args=[picture.key])).status_code == 404
    assert client.get(reverse("admin:complaints_case_file", args=["x"])).status_code == 404


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


def test_merging_with_what_one_may_not_see_finds_nothing(client: Client, mine: Case) -> None:
    other = case(team=Team(), title="罕见词条甲乙")
    for answer in (
        client.get(address("merge", mine), {"with": other.number}),
        client.post(address("merge", mine), {"with": other.number, "stays": mine.number}),
        client.get(address("merge", mine), {"q": "罕见词条甲乙"}),
    ):
        assert answer.status_code == 200
        assert "罕见词条甲乙" not in answer.content.decode().replace('value="罕见词条甲乙"', "")
    other.refresh_from_db()
    assert other.state != CaseState.MERGED


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


@pytest.mark.requirement("STF-3")
def test_giving_it_away_is_for_leaders_and_to_the_team_only(
    client: Client, mine: Case, team: Team
) -> None:
    colleague = team.person(Role.AGENT)
    assert do(client, mine, "assign", owner=colleague.pk).status_code == 403
    sign_in(client, team.director)
    stranger = Team().agent
    refused = do(client, mine, "assign", owner=stranger.pk)
    assert refused.context["refused"].errors["owner"]
    done(client, mine, "assign", owner=colleague.pk, reason="他熟悉这个客户")
    assert mine.owner == colleague


def test_an_act_that_is_not_possible_any_more_is_said_in_words(
    client: Client, mine: Case, team: Team
) -> None:
    closed(mine)
    answer = client.post(address("act", mine, "solve"), {}, follow=True)
    assert "已结案" in answer.content.decode() or "solve" not in answer.content.decode()
    assert client.post(address("act", mine, "nothing")).status_code == 404


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize("name", [act.name for act in ALL])
def test_no_act_reaches_what_one_may_not_see(client: Client, agent: User, name: str) -> None:
    theirs = case(team=Team())
    assert do(client, theirs, name).status_code == 404
    assert client.get(address("act", theirs, name)).status_code == 404


@pytest.mark.requirement("STF-3")
def test_what_one_may_not_see_is_not_there_by_any_door(client: Client, agent: User) -> None:
    theirs = case(team=Team())
    before = Event.objects.count()
    for name in DOORS:
        for ask in (client.get, client.post):
            answer = ask(address(name, theirs), {"reason": "看看", "seen": "0"})
            assert answer.status_code in (404, 405), name
            assert theirs.title not in answer.content.decode()
    assert client.get(reverse("admin:complaints_case_change", args=[theirs.pk])).status_code == 404
    assert not theirs.readers.exists() and Event.objects.count() == before
    missing = client.get(reverse("admin:complaints_case_page", args=["CS20200101-00001"]))
    assert missing.status_code == 404


@pytest.mark.requirement("STF-3")
@pytest.mark.parametrize("role", [Role.FINANCE, Role.DISPATCHER, Role.FREIGHT_CLERK, Role.IT_ADMIN])
def test_a_role_without_cases_finds_none(client: Client, team: Team, role: Role) -> None:
    made = case(team=team)
    sign_in(client, team.person(role, scope="all"))
    for name in DOORS:
        assert client.post(address(name, made)).status_code in (404, 405), name
        assert client.get(address(name, made)).status_code == 404, name
    assert client.get(reverse("admin:complaints_case_change", args=[made.pk])).status_code == 404
    assert do(client, made, "note", text="x").status_code == 404


@pytest.mark.requirement("STF-3")
def test_quality_control_reads_cases_but_gives_none_away(
    client: Client, mine: Case, team: Team
) -> None:
    sign_in(client, team.qc)
    shown = page(client, mine)
    assert 'id="act-assign"' not in shown and 'id="act-cancel"' not in shown
    assert do(client, mine, "cancel", reason="x").status_code == 403


XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_markup_typed_anywhere_stays_text(client: Client, team: Team, agent: User) -> None:
    made = case(
        team=team, description=XSS, title=XSS, contact_name=XSS[:50], contact_email="a@example.com"
    )
    message_in(made, XSS, author_label=XSS[:60])
    done(client, made, "note", text=XSS)
    done(client, made, "call", direction="out", reached="no", text=XSS)
    done(client, made, "promise", due_at="+20", what=XSS)
    done(client, made, "plan", channel="phone", text=XSS)
    done(client, made, "wait", reason=XSS)
    done(client, made, "solve", outcome="resolved", solution=XSS, channel="", cause=any_cause().pk)
    client.post(address("keep", made), {"note-text": f"</script>{XSS}"})
    other = case(team=team, contact_phone=PHONE, title=XSS)
    sent = {"draft_key": "6f1d8f0e-3f2b-4b61-9d3d-0b6f4a1c7e55", "description": XSS, "waybill": XSS,
            "contact_name": XSS, "contact_phone": XSS, "customer_label": XSS}  # fmt: skip
    pages = [
        page(client, made),
        client.get(address("print", made)).content.decode(),
        client.get(address("opened", made)).content.decode(),
        client.get(address("merge", made), {"q": XSS, "with": other.number}).content.decode(),
        client.get(address("split", made)).content.decode(),
        client.get(reverse("admin:complaints_case_changelist"), {"view": "all", "q": XSS}).content.decode(),
        client.get(reverse("admin:complaints_case_changelist"), {"view": "all"}).content.decode(),
        client.post(reverse("admin:complaints_case_intake"), sent).content.decode(),
        client.post(reverse("admin:complaints_case_context"), {**sent, "contact_phone": PHONE}).content.decode(),
        client.post(address("reveal", made), {"reason": "核对"}).content.decode(),
        do(client, made, "close", note="").content.decode(),
        client.get(address("act", made, "change"), {"seen": "0"}).content.decode(),
        client.get(address("record", made)).content.decode(),
    ]  # fmt: skip
    for shown in pages:
        assert "<script>alert" not in shown and "<img src=x" not in shown


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
