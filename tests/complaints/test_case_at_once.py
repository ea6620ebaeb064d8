"""Several people at one case: nothing of theirs is lost, nobody answers past another (CMP-1, collision)."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.models import Draft
from apps.complaints import services
from apps.complaints.models import Case
from tests.complaints.case_pages import address, do, done, page
from tests.factories.accounts import sign_in
from tests.factories.complaints import (
    Team,
    any_cause,
    case,
    message_in,
    solved,
)

pytestmark = pytest.mark.django_db


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
