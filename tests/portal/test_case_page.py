"""The page of a case, by its secret link alone (CMP-1, TRK-10)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.links import case_of_token, tag_of, token_of
from apps.core.files import NewFile
from apps.portal import limits
from apps.portal.views import case as door
from tests.factories.complaints import Team, any_cause, case, case_in, who
from tests.factories.shipments import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def mine(team: Team) -> Case:
    return case(team=team, channel=CaseChannel.WEB, description="杯子碎了")


def address(of: Case) -> str:
    return f"/case/{token_of(of)}"


def shown(client: Client, of: Case) -> str:
    return client.get(address(of)).content.decode()


def reply(of: Case, team: Team, text: str = "已联系派送员，今天送到。") -> Any:
    message = NewMessage(EntryKind.MESSAGE_OUT, text, CaseChannel.WEB)
    return services.add_message(case_id=of.pk, message=message, **who(team.agent))


@pytest.mark.requirement("TRK-10")
def test_only_the_right_link_opens_it(client: Client, mine: Case) -> None:
    token = token_of(mine)
    answer = client.get(f"/case/{token}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    other = case(unit=mine.unit)
    wrong = [
        *(mine.number, f"{mine.number}-", token[:-1], f"{token}x", token.swapcase(), str(mine.pk)),
        f"{other.number}{token[len(mine.number) :]}",
        f"CS20990101-00001{token[len(mine.number) :]}",
        tag_of(mine),
    ]
    pages = {client.get(f"/case/{text}").content for text in wrong}
    assert len(pages) == 1, "one answer for all of them"
    for text in wrong:
        assert client.get(f"/case/{text}").status_code == 404
        assert case_of_token(text) is None


@pytest.mark.requirement("TRK-10")
def test_whoever_tries_out_links_is_stopped(client: Client, mine: Case, settings: Any) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 3
    for n in range(3):
        assert client.get(f"/case/{mine.number}-{'A' * 21}{n}").status_code == 404
    assert client.get(address(mine)).status_code == 429
    limits._limiter.stopped_until.clear()
    assert client.get(address(mine)).status_code == 200


def test_what_stays_inside_is_not_on_it(client: Client, mine: Case, team: Team) -> None:
    services.add_note(case_id=mine.pk, text="客户脾气急，先安抚", **who(team.agent))
    services.log_call(
        case_id=mine.pk, incoming=False, reached=True, text="他说要曝光我们", **who(team.agent)
    )
    services.add_files(
        case_id=mine.pk, files=[NewFile(picture().getvalue(), "内部.jpg")], from_customer=False,
        **who(team.agent),
    )  # fmt: skip
    reply(mine, team)
    page = shown(client, mine)
    assert "已联系派送员" in page and "杯子碎了" in page and "电话沟通" in page
    for inside in ("先安抚", "曝光", "内部.jpg", "13812345678", "王小明", team.agent.display_name):
        assert inside not in page, inside
    inner = CaseFile.objects.get()
    assert client.get(f"{address(mine)}/files/{inner.key}").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CaseState.NEW, "已收到，马上有专人处理"),
        (CaseState.OPEN, "正在处理"),
        (CaseState.WAITING, "等待您的回复"),
        (CaseState.SOLVED, "已有处理结果"),
        (CaseState.CLOSED, "已结案"),
        (CaseState.CANCELLED, "已关闭，未再处理"),
    ],
)
def test_each_state_in_one_sentence(client: Client, state: CaseState, words: str) -> None:
    page = shown(client, case_in(state))
    assert words in page
    english = client.get(address(Case.objects.latest("pk")) + "?lang=en").content.decode()
    assert "<h1" in english and words not in english


def test_a_message_with_photos_goes_in_once_and_ends_the_wait(
    client: Client, mine: Case, team: Team
) -> None:
    services.wait_for_customer(case_id=mine.pk, reason="等照片", **who(team.agent))
    sent = {"text": "照片在这里", "key": str(uuid4())}
    for _n in range(2):
        file = SimpleUploadedFile("a.jpg", picture().getvalue(), "image/jpeg")
        answer = client.post(f"{address(mine)}/messages", {**sent, "photos": [file]})
        assert answer.status_code == 303 and answer["Location"] == f"{address(mine)}#conversation"
    mine.refresh_from_db()
    assert mine.state == CaseState.OPEN and mine.awaits_answer
    (entry,) = [one for one in mine.entries.all() if one.text == "照片在这里"]
    stored = entry.files.get()
    assert f"/files/{stored.key}" in shown(client, mine)
    picture_back = client.get(f"{address(mine)}/files/{stored.key}")
    assert picture_back["Content-Type"] == "image/jpeg"
    assert picture_back["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_photos_alone_are_enough_and_nothing_at_all_is_not(client: Client, mine: Case) -> None:
    empty = client.post(f"{address(mine)}/messages", {"text": "  "})
    assert empty.status_code == 422 and "请写点什么" in empty.content.decode()
    file = SimpleUploadedFile("a.jpg", picture().getvalue(), "image/jpeg")
    assert client.post(f"{address(mine)}/messages", {"photos": [file]}).status_code == 303
    bad = SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml")
    again = client.post(f"{address(mine)}/messages", {"text": "保留我", "photos": [bad]})
    assert again.status_code == 422 and "保留我" in again.content.decode()


def test_a_closed_case_still_takes_a_word(client: Client) -> None:
    over = case_in(CaseState.CLOSED)
    assert client.post(f"{address(over)}/messages", {"text": "又坏了"}).status_code == 303
    over.refresh_from_db()
    assert over.state == CaseState.CLOSED and over.awaits_answer


def test_too_many_messages_are_stopped(
    client: Client, mine: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MESSAGES", (timedelta(hours=1), 2))
    codes = [
        client.post(f"{address(mine)}/messages", {"text": f"第{n}条"}).status_code for n in range(3)
    ]
    assert codes == [303, 303, 429]


def test_a_document_is_only_ever_downloaded(client: Client, mine: Case) -> None:
    services.add_message(
        case_id=mine.pk,
        message=NewMessage(EntryKind.MESSAGE_IN, "说明", CaseChannel.EMAIL),
        files=[NewFile(b"<html><script>alert(1)</script></html>", "发票.html")],
        **who(),
    )
    stored = CaseFile.objects.get()
    assert stored.name == "发票.html.txt"
    answer = client.get(f"{address(mine)}/files/{stored.key}")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{address(mine)}/files/{uuid4()}").status_code == 404
    foreign = case(unit=mine.unit)
    assert client.get(f"{address(foreign)}/files/{stored.key}").status_code == 404


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize("state", [CaseState.NEW, CaseState.OPEN, CaseState.WAITING])
def test_it_can_be_taken_back(client: Client, state: CaseState) -> None:
    of = case_in(state)
    for _n in range(2):
        answer = client.post(f"{address(of)}/withdraw", {"reason": "自己找到了"})
    assert answer.status_code in (303, 409)
    of.refresh_from_db()
    assert of.state in (CaseState.CANCELLED, CaseState.SOLVED)
    if of.state == CaseState.SOLVED:
        assert of.outcome == Outcome.WITHDRAWN and of.confirmed_at is not None
    page = shown(client, of)
    assert "撤回" in page or "已关闭" in page
    assert f"{address(of)}/withdraw" not in page


def test_two_people_of_one_matter_do_not_read_each_other(client: Client, team: Team) -> None:
    sender = case(team=team, channel=CaseChannel.WEB, description="寄件人的话")
    consignee = case(
        team=team, channel=CaseChannel.WEB, description="收件人的话", contact_phone="13987654321"
    )
    services.merge_cases(source_id=consignee.pk, target_id=sender.pk, **who(team.director))
    answer = client.post(f"{address(consignee)}/messages", {"text": "收件人后来的话"})
    assert answer.status_code == 303
    reply(sender, team, "给寄件人的答复")
    theirs, ours = shown(client, sender), shown(client, consignee)
    assert "寄件人的话" in theirs and "给寄件人的答复" in theirs
    assert "收件人" not in theirs.replace("收件人签收", "")
    assert "收件人的话" in ours and "收件人后来的话" in ours
    assert "寄件人的话" not in ours and "给寄件人的答复" not in ours
    assert "合并处理" in ours and "合并处理" not in theirs


def test_one_person_reads_both_of_their_merged_cases(client: Client, team: Team) -> None:
    first = case(team=team, channel=CaseChannel.WEB, description="第一次")
    second = case(team=team, channel=CaseChannel.WEB, description="第二次")
    services.merge_cases(source_id=second.pk, target_id=first.pk, **who(team.director))
    reply(first, team)
    for page in (shown(client, first), shown(client, second)):
        assert "第一次" in page and "第二次" in page and "已联系派送员" in page


def test_the_number_of_queries_does_not_grow(
    client: Client, mine: Case, team: Team, django_assert_max_num_queries: Any
) -> None:
    reply(mine, team)
    client.get(address(mine))
    with django_assert_max_num_queries(7):
        client.get(address(mine))
    for n in range(5):
        reply(mine, team, f"答复{n}")
        client.post(f"{address(mine)}/messages", {"text": f"话{n}"})
    with django_assert_max_num_queries(7):
        client.get(address(mine))


def test_solved_asks_on_the_page_itself(client: Client, mine: Case, team: Team) -> None:
    services.solve_case(
        case_id=mine.pk, solution="赔付杯子", outcome=Outcome.COMPENSATED, cause=any_cause(),
        channel=CaseChannel.WEB, **who(team.agent),
    )  # fmt: skip
    assert "/rate/" not in shown(client, mine)
    services.ask_satisfaction(case_id=mine.pk, by=team.agent, at=timezone.now())
    page = shown(client, mine)
    assert "赔付杯子" in page and "/rate/" in page
