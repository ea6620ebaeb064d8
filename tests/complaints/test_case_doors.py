"""Who sees a case and what of it, and what a stranger finds (STF-3)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.admin.acts import ALL
from apps.complaints.enums import CaseState
from apps.complaints.models import Case, CaseFile
from apps.events.models import Event
from apps.sla.models import Clock
from tests.complaints.case_pages import address, do, done, page
from tests.factories.accounts import sign_in
from tests.factories.complaints import (
    PHONE,
    Team,
    any_cause,
    case,
    message_in,
    who,
)
from tests.factories.customers import png

pytestmark = pytest.mark.django_db

DOORS = ["page", "reveal", "opened", "presence", "keep", "print", "record", "merge", "split"]

XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>"


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
