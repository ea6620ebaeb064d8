"""The pages of the hotline: who may open them, what they show, in how many statements (CMP-10)."""

import re
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
from apps.hotline import services
from apps.hotline.enums import CallBackState, FileState
from apps.hotline.models import AnswerPolicy, Call, CallBack, CallFile, Extension, PhoneSystem
from apps.hotline.queries.board import day_rates
from tests.factories import hotline as f
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.complaints import case
from tests.factories.imports import work
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]
LISTS = ("call", "callback", "callfile", "phonesystem", "answerpolicy")
BOARD = "/admin/hotline/call/board/"


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def boss(client: Client) -> Any:
    return sign_in(client, superuser())


def post(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, values, follow=True)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_much_for_three_rows_as_for_one(client: Client, name: str) -> None:
    boss(client)
    address = reverse(f"admin:hotline_{name}_changelist") + (
        "?view=all" if name in ("call", "callback") else ""
    )
    counts = []
    for n in range(3):
        f.taken(f.system(), f.missed_call(f"{n}.1", f.ago(20 + n), caller=f"1380013800{n}"))
        if name == "answerpolicy" and n:
            AnswerPolicy.objects.create(
                since=timezone.localdate() + timedelta(days=n), at=timezone.now()
            )
        page(client, address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, address)
        counts.append(len(asked))
    assert counts[0] == counts[2], counts


@pytest.mark.parametrize(
    "address",
    [
        BOARD,
        "/admin/hotline/call/popup/?number=13800138001",
        *(f"/admin/hotline/{name}/" for name in LISTS),
        "/admin/hotline/call/add/",
    ],
)
def test_who_may_not_open_them(client: Client, address: str) -> None:
    sign_in(client, UserFactory(roles=[Role.WAREHOUSE_MANAGER]))
    page(client, address, 403)


def test_what_an_agent_may(client: Client) -> None:
    f.taken(f.system(), f.missed_call("1.1", f.ago(9)))
    agent = UserFactory(roles=[Role.AGENT])
    sign_in(client, agent)
    for address in (
        BOARD,
        "/admin/hotline/call/",
        "/admin/hotline/callback/",
        "/admin/hotline/call/add/",
    ):
        page(client, address)
    for name in ("callfile", "phonesystem"):
        page(client, f"/admin/hotline/{name}/", 403)
    row = CallFile.objects.get()
    page(client, f"/admin/hotline/callfile/{row.pk}/original/", 403)


def test_calls_of_another_unit_are_not_there(client: Client) -> None:
    f.taken(f.system(), f.missed_call("1.1", f.ago(9)))
    sign_in(client, UserFactory(scope="units", roles=[Role.AGENT]))
    call = f.only_call()
    page(client, f"/admin/hotline/call/{call.pk}/change/", 404)
    page(client, f"/admin/hotline/callback/{CallBack.objects.get().pk}/change/", 404)
    assert call.masked not in page(client, "/admin/hotline/call/?view=all")


def test_the_board_shows_a_missed_goal_in_red_and_what_is_not_counted(client: Client) -> None:
    boss(client)
    t = f.ago(40)
    lines = [line for n in range(10) for line in f.answered_call(f"1.{n}", t + n)]
    lines += f.missed_call("2.1", t, caller="13900139000") + f.missed_call("2.2", t, waited=2)
    f.taken(f.system(), lines)
    day = timezone.localdate(Call.objects.earliest("offered_at").offered_at)
    shown = page(client, f"{BOARD}?day={day}")
    assert 'class="is-missed" id="rate"' in shown and "90.9 %" in shown and "10 / 11" in shown
    assert "刚呼入就挂断 1" in shown and "hot-short" in shown
    assert "来电 12 − 不计入 1 ＝ 计入 11；已接通 10 ÷ 计入 11 ＝ 90.9 %。" in shown
    table = shown.split("<tbody>")[1].split("</table>")[0]
    rows = re.findall(r"<tr.*?</tr>", table, re.S)
    made_of = [re.findall(r'class="num"[^>]*>(?:<a[^>]*>)?([^<]+)', row) for row in rows]
    assert made_of[-1] == ["12", "1", "11", "10", "90.9 %"], "the day"
    for column in range(4):
        assert sum(int(row[column]) for row in made_of[:-1]) == int(made_of[-1][column])
    for offered, excluded, counted, *_answered in made_of:
        assert int(offered) - int(excluded) == int(counted)
    assert page(client, f"{BOARD}?day=2020-02-30").count("hot-offered") == shown.count(
        "hot-offered"
    )
    assert "当天没有来电" in page(client, f"{BOARD}?day=2020-02-20")


def test_without_a_call_today_the_board_leads_to_the_last_day_with_some(client: Client) -> None:
    boss(client)
    assert "?day=" not in page(client, BOARD).split('class="staff-empty"')[1]
    f.taken(f.system(), f.answered_call("1.1", f.ago(60 * 24 * 3)))
    day = Call.objects.get().day
    assert f'<a href="?day={day}">' in page(client, BOARD)
    assert f'<a href="?day={day}">' not in page(client, f"{BOARD}?day={day}")


def test_the_rates_of_days_as_a_page_and_a_file(client: Client) -> None:
    boss(client)
    system, before = f.system(), f.ago(60 * 24 * 3)
    f.taken(
        system, f.answered_call("1.1", before) + f.missed_call("1.2", before, caller="13800138002")
    )
    f.taken(system, f.answered_call("1.3", f.ago(60 * 24 * 2)))
    first, second = Call.objects.order_by("day").values_list("day", flat=True).distinct()
    address = f"/admin/hotline/call/rates/?first_day={first}&last_day={second}"
    shown = page(client, address)
    assert f'href="{BOARD}?day={first}"' in shown and "50.0 %" in shown and "66.6 %" in shown
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(client, address)
    assert sum("count(*) FILTER" in one["sql"] for one in asked) == 1
    answer = client.post(address, {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and lines[1].startswith(f"{first},2,0,2,1,1,50.0 %")
    refused = client.get("/admin/hotline/call/rates/?first_day=2026-02-01&last_day=2026-01-01")
    assert refused.status_code == 422


def test_a_day_counts_by_the_policy_of_that_day() -> None:
    f.taken(f.system(), f.missed_call("1.1", f.ago(60 * 24 * 2), caller="13800138002"))
    day = Call.objects.get().day
    wait = Call.objects.get().wait_s or 0
    given = {"level_seconds": 20, "goal": 90, "by": superuser(), "at": timezone.now()}
    services.set_answer_policy(since=day, short_seconds=wait + 1, **given)
    services.set_answer_policy(since=day + timedelta(days=1), short_seconds=1, **given)
    (row,) = day_rates(day - timedelta(days=3), day + timedelta(days=3), superuser())
    assert (row.day, row.counts.short, row.goal) == (day, 1, 90)


def test_the_log_comes_as_a_file_with_masked_numbers(client: Client) -> None:
    boss(client)
    f.taken(f.system(), f.missed_call("1.1", f.ago(20), caller="13800138001"))
    answer = client.post("/admin/hotline/call/export/?view=all", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 2 and "138********" in text and "13800138001" not in text


def test_calls_stand_on_the_page_of_their_shipment(client: Client) -> None:
    boss(client)
    row = waybill()
    f.taken(f.system(), f.missed_call("1.1", f.ago(20), caller="13800138001"))
    Call.objects.update(waybill=row)
    address = f"/admin/hotline/call/beside/tracking.waybill/{row.pk}/"
    assert address in page(client, reverse("desk:shipment", args=[row.number]))
    assert "138********" in page(client, address)


def test_the_log_finds_a_whole_number_and_masks_it(client: Client) -> None:
    boss(client)
    f.taken(
        f.system(),
        f.answered_call("1.1", f.ago(40)) + f.answered_call("1.2", f.ago(30), caller="13900139000"),
    )
    shown = page(client, "/admin/hotline/call/?view=all&q=138 0013 8001")
    assert "138********" in shown and "139********" not in shown
    assert "13800138001" not in shown.replace("138 0013 8001", "")
    assert "138********" not in page(client, "/admin/hotline/call/?view=all&q=138")


def test_a_file_is_looked_at_and_taken_in(client: Client) -> None:
    boss(client)
    post(client, "/admin/hotline/phonesystem/add/", name="热线", profile="asterisk_queue_log",
         unit=f.system().unit_id, zone="Asia/Shanghai", queues="hotline, vip", internal="800-899", is_active="on")  # fmt: skip
    system = PhoneSystem.objects.get(name="热线")
    assert system.queues == ["hotline", "vip"]
    lines = [*f.answered_call("1.1", f.ago(40)), "x"]
    file = SimpleUploadedFile("queue_log", f.content(lines))
    answer = post(client, f"/admin/hotline/phonesystem/{system.pk}/do/take-file/", file=file)
    shown = answer.content.decode()
    assert "最前面的通话" in shown and "只有半行" in shown and not Call.objects.exists()
    row = CallFile.objects.get()
    post(client, f"/admin/hotline/callfile/{row.pk}/do/take/")
    work()
    assert Call.objects.count() == 1
    assert "已导入" in page(client, f"/admin/hotline/callfile/{row.pk}/change/")
    original = client.get(f"/admin/hotline/callfile/{row.pk}/original/")
    assert b"".join(original.streaming_content) == f.content(lines)  # type: ignore[attr-defined]  # streams


def test_a_sheet_of_any_kind_by_its_columns(client: Client) -> None:
    boss(client)
    system = f.system("sheet")
    post(
        client,
        f"/admin/hotline/phonesystem/{system.pk}/do/columns/",
        call="流水号",
        caller="主叫",
        offered="时间",
        talk="秒",
    )
    text = "流水号,主叫,时间,秒\nA1,13800138001,2026-11-30 09:00:00,60\n"
    row = f.taken(PhoneSystem.objects.get(pk=system.pk), text.encode("gb18030"))
    assert row.state == FileState.TAKEN and f.only_call().talk_s == 60


def test_an_extension_is_assigned_and_given_back(client: Client) -> None:
    boss(client)
    system, agent = f.system(), UserFactory()
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    post(
        client,
        f"/admin/hotline/phonesystem/{system.pk}/do/seat/",
        extension="801",
        user=agent.pk,
        since="2026-01-01T08:00",
    )
    row = Extension.objects.get()
    post(client, f"/admin/hotline/phonesystem/{system.pk}/do/leave/{row.pk}/", until=now)
    row.refresh_from_db()
    assert row.until is not None
    assert "801" in page(client, f"/admin/hotline/phonesystem/{system.pk}/change/")


@pytest.mark.parametrize("name", ["done", "unreachable", "needless"])
def test_a_call_back_is_ended_on_its_page(client: Client, name: str) -> None:
    boss(client)
    f.taken(f.system(), f.missed_call("1.1", f.ago(9)))
    row = CallBack.objects.get()
    address = f"/admin/hotline/callback/{row.pk}/do/{name}/"
    post(client, address, **{f"{name}-result": ""})
    row.refresh_from_db()
    assert row.state == CallBackState.OPEN
    post(client, address, **{f"{name}-result": "客户已自行签收"})
    row.refresh_from_db()
    assert (row.state, row.result) == (name, "客户已自行签收")
    shown = post(
        client, f"/admin/hotline/callback/{row.pk}/do/reveal/", reason="核对"
    ).content.decode()
    assert "+8613800138001" in shown


def test_a_call_is_noted_from_a_case_and_stands_beside_it(client: Client) -> None:
    boss(client)
    about = case()
    address = reverse("admin:complaints_case_page", args=[about.number])
    assert f"/admin/hotline/call/beside/complaints.case/{about.pk}/" in page(client, address)
    assert "c /admin/hotline/call/add/" in page(client, address), "a key from any page"
    form = page(client, f"/admin/hotline/call/add/?from={address}")
    assert about.number in form
    when = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    post(client, "/admin/hotline/call/add/", number=f.CALLER, direction="in", is_answered="on", offered_at=when,
         minutes="3", case=about.number, note="催件")  # fmt: skip
    call = f.only_call()
    assert (call.case, call.customer) == (about, about.customer)
    assert "138********" in page(client, f"/admin/hotline/call/beside/complaints.case/{about.pk}/")
    page(client, f"/admin/hotline/call/beside/hotline.call/{call.pk}/", 404)
    refused = client.post(
        "/admin/hotline/call/add/",
        {"number": "1", "direction": "in", "offered_at": when, "minutes": 1, "case": "CS-1"},
    )
    assert refused.status_code == 422 and Call.objects.count() == 1
    post(client, f"/admin/hotline/call/{call.pk}/do/link/", **{"link-note": "已处理"})
    call.refresh_from_db()
    assert (call.case, call.note) == (None, "已处理")


def test_a_ringing_number_opens_what_it_is_about(client: Client) -> None:
    boss(client)
    popup = "/admin/hotline/call/popup/?number="
    answer = client.get(f"{popup}13800138001")
    assert answer.headers["location"].endswith(
        "/complaints/case/intake/?contact_phone=13800138001&channel=phone"
    )
    parcel = waybill(consignee_phone="13800138001")
    assert (
        client.get(f"{popup}13800138001")
        .headers["location"]
        .endswith(f"tracking.waybill/{parcel.pk}")
    )
    about = case(contact_phone="13800138001")
    assert about.number in client.get(f"{popup}13800138001").headers["location"]
    f.taken(f.system(), f.missed_call("1.1", f.ago(9)))
    shown = page(client, f"{popup}13800138001")
    assert "正在等待回电" in shown and about.number in shown
    assert "/intake/" in client.get(f"{popup}anonymous").headers["location"]


def test_a_policy_counts_from_its_day(client: Client) -> None:
    boss(client)
    values = {"since": "2030-01-01", "short_seconds": 8, "level_seconds": 15, "goal": "99.0"}
    post(client, "/admin/hotline/answerpolicy/add/", **values)
    assert AnswerPolicy.objects.get(since="2030-01-01").short_seconds == 8
    again = client.post("/admin/hotline/answerpolicy/add/", values)
    assert "该日已有规则生效" in again.content.decode()


def test_the_list_of_files_leads_to_taking_one_in(client: Client) -> None:
    boss(client)
    files = reverse("admin:hotline_callfile_changelist")
    only = f.system()
    to_it = f"/admin/hotline/phonesystem/{only.pk}/do/take-file/"
    assert to_it in page(client, files)
    f.system()
    assert to_it not in page(client, files)
    sign_in(client, UserFactory(roles=[Role.QC_MANAGER]))
    assert "导入话单" not in page(client, files), "who may only look is not led to it"
