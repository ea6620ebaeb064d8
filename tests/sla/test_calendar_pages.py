"""The pages of working calendars: who may open and do what, what they cost, what they say."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.events.models import Event
from apps.sla.models import CalendarYear, WorkingCalendar
from apps.sla.queries import calendars as queries
from apps.sla.tasks import maintain_calendars
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.sla import make_calendar, office
from tests.pressing import forms_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
LIST = "admin:sla_workingcalendar_changelist"
WEEK = {"zone": "Asia/Shanghai", "mon": "08:30-12:00, 13:00-17:30", "tue": "00:00-24:00"}
FILE = (
    "日期,至,类型,名称\n"
    "2027-01-01,2027-01-03,放假,元旦\n"
    "2027-05-01,2027-05-05,放假,劳动节\n"
    "2027-10-01,2027-10-07,放假,国庆节\n"
    "2027-10-09,,上班,国庆节调休上班\n"
)


@pytest.fixture
def boss(client: Client) -> User:
    return sign_in(client, superuser())


def page(calendar: WorkingCalendar, query: str = "") -> str:
    return reverse("admin:sla_workingcalendar_change", args=[calendar.pk]) + query


def act(calendar: WorkingCalendar, name: str) -> str:
    return reverse("admin:sla_workingcalendar_act", args=[calendar.pk, name])


def list_file(text: str = FILE) -> SimpleUploadedFile:
    return SimpleUploadedFile("2027.csv", text.encode())


def know(year: int) -> None:
    CalendarYear.objects.create(
        calendar=office(), year=year, source="tests", known_at=timezone.now()
    )


def test_who_has_no_permission_opens_and_changes_nothing(client: Client) -> None:
    sign_in(client, UserFactory())
    calendar = office()
    add = reverse("admin:sla_workingcalendar_add")
    for address in (reverse(LIST), page(calendar), act(calendar, "week"), add):
        assert client.get(address).status_code == 403, address
    assert client.post(act(calendar, "week"), WEEK).status_code == 403
    assert office().version == 1


def test_who_may_look_sees_no_buttons_and_changes_nothing(client: Client) -> None:
    user = sign_in(client, UserFactory())
    user.user_permissions.add(Permission.objects.get(codename="view_workingcalendar"))
    calendar = office()
    shown = client.get(page(calendar))
    assert shown.status_code == 200
    assert "do/week/" not in shown.content.decode()
    assert client.get(act(calendar, "week")).status_code == 403
    assert client.post(act(calendar, "days"), {}).status_code == 403
    assert client.get(reverse("admin:sla_workingcalendar_add")).status_code == 403


def test_nobody_signed_in_is_led_to_the_door(client: Client) -> None:
    assert client.get(page(office())).status_code == 302


def test_the_list_costs_the_same_for_one_and_three(client: Client, boss: User) -> None:
    costs = []
    for wanted in (0, 2):
        for n in range(wanted):
            make_calendar(f"c{n}", is_official=True)
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(reverse(LIST))
        assert shown.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert all("count(" not in q["sql"].lower() for q in queries.captured_queries)


def test_the_year_stands_on_one_page(client: Client, boss: User) -> None:
    with CaptureQueriesContext(connection) as cost:
        shown = client.get(page(office(), "?year=2026")).content.decode()
    assert len(cost) < 20
    for text in ("国庆节", "春节调休上班", "is-holiday", "is-workday", "chinesecalendar"):
        assert text in shown, text
    assert client.get(page(office(), "?year=abc")).status_code == 200
    assert client.get(page(office(), "?year=9999")).status_code == 200
    always = WorkingCalendar.objects.get(code="always")
    assert "do/week/" not in client.get(page(always)).content.decode()
    gone = reverse("admin:sla_workingcalendar_change", args=[10**9])
    assert client.get(gone).status_code == 404
    assert client.get(gone.replace(str(10**9), "x")).status_code == 404


def test_hours_are_changed_by_a_post_only(client: Client, boss: User) -> None:
    assert client.get(act(office(), "week"), WEEK).status_code == 200
    assert office().version == 1
    answer = client.post(act(office(), "week"), WEEK)
    assert answer.status_code == 302
    assert office().week == [
        [["08:30", "12:00"], ["13:00", "17:30"]],
        [["00:00", "24:00"]],
        *[[]] * 5,
    ]
    assert Event.objects.get(kind="calendar.week_changed").by == boss


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"mon": "09:00-00:00"}, "mon"),
        ({"mon": "nine"}, "mon"),
        ({"mon": "09:00-12:00, 11:00-13:00"}, "mon"),
        ({"zone": "Asia/Atlantis"}, "zone"),
        ({"mon": "", "tue": ""}, None),
    ],
)
def test_hours_refused_come_back_as_typed(
    client: Client, boss: User, typed: dict[str, str], field: str | None
) -> None:
    answer = client.post(act(office(), "week"), {**WEEK, **typed})
    form = answer.context["form"]
    assert form.errors.get(field or "__all__")
    assert form.data.get("zone") == {**WEEK, **typed}["zone"]
    assert office().version == 1


def test_days_of_our_own_come_and_go(client: Client, boss: User) -> None:
    typed = {"first": "2026-12-30", "last": "2026-12-31", "kind": "holiday", "name": "盘点"}
    assert client.post(act(office(), "days"), typed).status_code == 302
    assert office().days.filter(is_official=False).count() == 2
    shown = client.get(page(office(), "?year=2026")).content.decode()
    assert "盘点" in shown
    remove = act(office(), "remove-day")
    assert "2026-12-31" in client.get(f"{remove}?day=2026-12-31").content.decode()
    assert client.post(remove, {"day": "2026-12-31"}).status_code == 302
    assert office().days.filter(is_official=False).count() == 1
    again = client.post(remove, {"day": "2026-12-31"})
    assert again.context["form"].errors["day"]
    for wrong in (
        {"last": "2026-12-01"},
        {"kind": "half_day"},
        {"first": "2026-10-01", "last": ""},
    ):
        answer = client.post(act(office(), "days"), {**typed, **wrong})
        assert answer.status_code == 422
        assert answer.context["form"].errors


def test_a_year_is_taken_in_from_a_file(client: Client, boss: User) -> None:
    form = client.get(act(office(), "year")).context["form"]
    assert form.initial["year"] in {2027, timezone.localdate().year + 1}
    posted = {"year": 2027, "source": "国办发明电〔2026〕8号", "file": list_file()}
    assert client.post(act(office(), "year"), posted).status_code == 302
    assert office().days.filter(day__year=2027).count() == 16
    assert "国办发明电〔2026〕8号" in client.get(page(office(), "?year=2027")).content.decode()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"file": list_file(FILE + "2027-01-02,,放假,元旦\n")}, "第 6 行"),
        ({"file": list_file(FILE + "下周,,放假,元旦\n")}, "第 6 行"),
        ({"source": ""}, "文号"),
        ({"year": 2028}, "2028"),
        ({"year": 1999}, "2000"),
        ({"file": SimpleUploadedFile("y.json", b'{"year": 2029, "days": []}')}, "2029"),
        ({"file": SimpleUploadedFile("y.csv", b"")}, ""),
    ],
)
def test_a_file_refused_says_why_and_takes_in_nothing(
    client: Client, boss: User, fields: dict[str, Any], error: str
) -> None:
    for one in fields.values():
        if isinstance(one, SimpleUploadedFile):
            one.seek(0)
    posted = {"year": 2027, "source": "国办", "file": list_file(), **fields}
    answer = client.post(act(office(), "year"), posted, headers={"accept-language": "zh-hans"})
    assert answer.status_code == 422
    assert error in str(answer.context["form"].errors)
    assert not office().days.filter(day__year__in=(2027, 2028)).exists()


def test_a_file_survives_a_refused_try(client: Client, boss: User) -> None:
    refused = client.post(
        act(office(), "year"), {"year": 2028, "source": "国办", "file": list_file()}
    )
    assert refused.status_code == 422
    (form,) = [one for one in forms_of(refused.content.decode()) if "file-kept" in one.data]
    again = {**form.data, "year": "2027"}
    assert client.post(act(office(), "year"), again).status_code == 302
    assert office().days.filter(day__year=2027).count() == 16


def test_a_new_calendar(client: Client, boss: User) -> None:
    add = reverse("admin:sla_workingcalendar_add")
    assert client.get(add).status_code == 200
    typed = {"code": "night", "name": "夜班", **WEEK, "mon": "22:00-24:00", "is_official": "on"}
    assert client.post(add, typed).status_code == 302
    made = WorkingCalendar.objects.get(code="night")
    assert made.week[0] == [["22:00", "24:00"]]
    assert made.years.exists()
    assert client.post(add, typed).context["form"].errors["code"]


def test_an_act_that_is_not_or_does_not_fit(client: Client, boss: User) -> None:
    always = WorkingCalendar.objects.get(code="always")
    assert client.get(act(always, "week")).status_code == 302
    assert client.get(act(office(), "nothing")).status_code == 404
    plain = make_calendar()
    assert client.get(act(plain, "year")).status_code == 302


def test_the_warning_stands_where_leaders_look(
    client: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = [queries.MissingYear(office(), 2031)]
    for place in ("apps.desk.queries", "apps.sla.admin.calendars", "apps.sla.checks"):
        monkeypatch.setattr(f"{place}.missing_years", lambda _at: missing)
    for address in (reverse("admin:index"), reverse(LIST), page(office())):
        shown = client.get(address).content.decode()
        assert "sla-alarm" in shown, address
        assert act(office(), "year") in shown, address
    (warning,) = [w for w in run_checks(databases=["default"]) if w.id == "sla.W001"]
    assert "2031" in warning.msg
    sign_in(client, UserFactory())
    assert "sla-alarm" not in client.get(reverse("admin:index")).content.decode()


def test_without_anything_missing_there_is_no_warning(client: Client, boss: User) -> None:
    now = timezone.localdate()
    for year in range(now.year, now.year + 2):
        if not office().years.filter(year=year).exists():
            know(year)
    for address in (reverse("admin:index"), reverse(LIST), page(office())):
        assert "sla-alarm" not in client.get(address).content.decode()
    assert [w for w in run_checks(databases=["default"]) if w.id == "sla.W001"] == []
    assert run_checks(databases=[]) is not None


def test_the_hourly_task_takes_in_and_warns() -> None:
    office().days.filter(day__year=2026).delete()
    office().years.filter(year=2026).delete()
    assert maintain_calendars() >= 1
    assert office().days.filter(day__year=2026).count() == 39
    assert maintain_calendars() == 0
