"""Working calendars as data: what the house starts with, changes, the official list, the warning."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.sla import official, services
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.models import CalendarDay, CalendarYear, WorkingCalendar
from apps.sla.queries.calendars import all_hours, hours_by_code, missing_years, year_of
from apps.sla.rules.day_lists import RefusedRows
from apps.sla.worktime import due_after, explain
from tests.factories.accounts import UserFactory, superuser
from tests.factories.notifications import relay_all
from tests.factories.sla import NORMAL_DAY, make_calendar, office
from tests.sla.hours import at

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
NOON = ((9 * 3600, 12 * 3600),)


@pytest.fixture
def boss() -> User:
    return superuser()


def who(boss: User) -> dict[str, Any]:
    return {"by": boss, "at": timezone.now()}


def off(text: str, name: str = "元旦", line: int | None = None) -> DayEntry:
    return DayEntry(date.fromisoformat(text), DayKind.HOLIDAY, name, line=line)


def whole_year(*more: DayEntry) -> list[DayEntry]:
    fixed = [off("2027-01-01"), off("2027-05-01", "劳动节"), off("2027-10-01", "国庆节")]
    return [*fixed, *more]


def test_the_house_starts_with_two_calendars() -> None:
    always, hours = hours_by_code("always").calendar, hours_by_code("office").calendar
    assert always.is_always
    assert hours.open_on(date(2026, 11, 25)) == (
        (9 * 3600, 12 * 3600),
        (13 * 3600, 18 * 3600),
    )
    assert [year.year for year in office().years.all()] == [2025, 2026]
    assert len(office().days.filter(day__year=2026)) == 39
    assert {row.source for row in CalendarYear.objects.all()} == {official.source()}


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-02-13T17:00+08:00", "2026-02-14T10:00+08:00"),  # a Saturday that works
        ("2026-02-14T17:00+08:00", "2026-02-24T10:00+08:00"),  # Spring Festival
        ("2026-09-30T17:00+08:00", "2026-10-08T10:00+08:00"),  # National Day
        ("2025-12-31T17:00+08:00", "2026-01-04T10:00+08:00"),  # a Sunday that works
    ],
)
def test_official_holidays_and_make_up_days_count(start: str, due: str) -> None:
    assert due_after(hours_by_code("office").calendar, at(start), 2 * 3600) == at(due)


def test_an_explanation_names_the_holiday_in_the_reader_s_language() -> None:
    cal = hours_by_code("office").calendar
    lines = explain(cal, at("2026-09-24T17:00+08:00"), 2 * 3600)
    for language, name in (("zh-hans", "中秋"), ("en", "Mid-autumn Festival")):
        with translation.override(language):
            lines = explain(cal, at("2026-09-24T17:00+08:00"), 2 * 3600)
            assert name in {line.note for line in lines}


def test_calendars_are_read_once_until_one_changes(boss: User) -> None:
    own = make_calendar()
    all_hours()
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert all_hours()[own.pk].version == 1
    assert len(first) == 1
    services.add_days(calendar_id=own.pk, days=[off("2026-11-25", "盘点")], **who(boss))
    with CaptureQueriesContext(connection) as second:
        found = all_hours()[own.pk]
    assert len(second) == 3
    assert (found.version, found.calendar.open_on(date(2026, 11, 25))) == (2, ())


def test_a_change_that_was_undone_is_not_remembered(boss: User) -> None:
    own = make_calendar()
    with transaction.atomic():
        services.add_days(calendar_id=own.pk, days=[off("2026-11-25", "盘点")], **who(boss))
        assert all_hours()[own.pk].calendar.open_on(date(2026, 11, 25)) == ()
        transaction.set_rollback(True)
    services.add_days(calendar_id=own.pk, days=[off("2026-11-26", "盘点")], **who(boss))
    found = all_hours()[own.pk]
    assert found.version == 2  # the same number for another content
    assert found.calendar.open_on(date(2026, 11, 25)) != ()
    assert found.calendar.open_on(date(2026, 11, 26)) == ()


def test_other_hours_are_a_new_version_and_make_up_days_follow(boss: User) -> None:
    early = [[["08:00", "12:00"]]] * 5 + [[], []]
    changed = services.change_week(calendar_id=office().pk, week=early, **who(boss))
    assert changed.version == 2
    cal = hours_by_code("office").calendar
    assert cal.open_on(date(2026, 2, 14)) == ((8 * 3600, 12 * 3600),)
    (event,) = Event.objects.filter(kind="calendar.week_changed", subject_id=str(changed.pk))
    assert event.by == boss
    assert event.data["from"].startswith("mon 09:00–12:00, 13:00–18:00; tue")
    assert event.data["to"].endswith("fri 08:00–12:00 (Asia/Shanghai)")
    again = services.change_week(calendar_id=office().pk, week=early, **who(boss))
    assert again.version == 2
    moved = services.change_week(
        calendar_id=office().pk, week=early, zone="Asia/Urumqi", **who(boss)
    )
    assert (moved.version, moved.zone) == (3, "Asia/Urumqi")


@pytest.mark.parametrize(
    ("week", "zone", "code", "field"),
    [
        ([[]] * 7, "UTC", "never_open", "week"),
        ([NORMAL_DAY] * 6, "UTC", "week_not_seven", "week"),
        ([[["18:00", "09:00"]]] * 7, "UTC", "ends_before_start", "week.mon"),
        ([NORMAL_DAY] * 7, "Mars/Olympus", "no_such_zone", "zone"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    boss: User, week: Any, zone: str, code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        services.change_week(calendar_id=office().pk, week=week, zone=zone, **who(boss))
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert office().version == 1
    with pytest.raises(BadInput):
        services.add_calendar(
            code="x", name="x", english_name="", week=week, zone=zone, **who(boss)
        )


def test_a_new_calendar_knows_the_holidays_that_are_known(boss: User) -> None:
    made = make_calendar("holidays", is_official=True)
    assert [row.year for row in made.years.all()] == official.known_years()
    assert made.years.first().known_by == system_user("tests")
    with pytest.raises(BadInput) as refusal:
        make_calendar("holidays")
    assert refusal.value.field == "code"


def test_days_of_the_house_s_own(boss: User) -> None:
    own = make_calendar()
    entries = [
        off("2026-12-24", "盘点"),
        DayEntry(date(2026, 12, 26), DayKind.WORKDAY, "年底加班"),
        DayEntry(date(2026, 12, 31), DayKind.HALF_DAY, "跨年", "New Year's Eve", NOON),
    ]
    services.add_days(calendar_id=own.pk, days=entries, **who(boss))
    cal = hours_by_code("plain").calendar
    assert cal.open_on(date(2026, 12, 24)) == ()
    assert cal.open_on(date(2026, 12, 26)) == cal.open_on(date(2026, 12, 25))
    assert cal.open_on(date(2026, 12, 31)) == NOON
    services.remove_day(calendar_id=own.pk, day=date(2026, 12, 31), **who(boss))
    assert hours_by_code("plain").calendar.open_on(date(2026, 12, 31)) != NOON
    kinds = (
        Event.objects.filter(subject_id=str(own.pk)).order_by("id").values_list("kind", flat=True)
    )
    assert list(kinds) == ["calendar.added", "calendar.days_added", "calendar.day_removed"]
    with pytest.raises(RuleBroken) as refusal:
        services.remove_day(calendar_id=own.pk, day=date(2026, 12, 31), **who(boss))
    assert refusal.value.code == "no_such_day"


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (off("2026-10-01"), "taken"),
        (off("2026-11-25", " "), "no_name"),
        (off("2026-11-25", "名" * 61), "no_name"),
        (DayEntry(date(2026, 11, 25), DayKind.HOLIDAY, "x", hours=NOON), "hours_do_not_fit"),
        (DayEntry(date(2026, 11, 25), DayKind.HALF_DAY, "x"), "hours_do_not_fit"),
        (DayEntry(date(2026, 11, 25), DayKind.HALF_DAY, "x", hours=()), "hours_do_not_fit"),
        (DayEntry(date(2026, 11, 25), DayKind.WORKDAY, "x", hours=()), "hours_do_not_fit"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_changes(
    boss: User, entry: DayEntry, code: str
) -> None:
    count = CalendarDay.objects.count()
    good = off("2026-12-24", "盘点")
    with pytest.raises(RefusedRows) as refusal:
        services.add_days(calendar_id=office().pk, days=[good, entry], **who(boss))
    assert [row.code for row in refusal.value.rows] == [code]
    assert (CalendarDay.objects.count(), office().version) == (count, 1)
    with pytest.raises(RefusedRows):
        services.add_days(calendar_id=office().pk, days=[], **who(boss))
    with pytest.raises(RefusedRows):
        services.add_days(calendar_id=office().pk, days=[good, good], **who(boss))


def test_the_official_list_is_taken_in_whole_and_again(boss: User) -> None:
    eve = DayEntry(date(2027, 2, 5), DayKind.HALF_DAY, "除夕前", "", NOON)
    services.add_days(calendar_id=office().pk, days=[eve], **who(boss))
    saturday = DayEntry(date(2027, 1, 9), DayKind.WORKDAY, "元旦调休上班")
    taken = services.import_year(
        calendar_id=office().pk,
        year=2027,
        days=whole_year(off("2027-02-06", "春节"), saturday),
        source="国办发明电",
        **who(boss),
    )
    assert taken.version == 3
    cal = hours_by_code("office").calendar
    assert due_after(cal, at("2027-01-08T17:30+08:00"), 3600) == at("2027-01-09T09:30+08:00")
    year = office().years.get(year=2027)
    assert (year.source, year.known_by) == ("国办发明电", boss)
    services.import_year(
        calendar_id=office().pk, year=2027, days=whole_year(), source="更正", **who(boss)
    )
    days = office().days.filter(day__year=2027).values_list("day", flat=True)
    assert [str(day) for day in days] == ["2027-01-01", "2027-02-05", "2027-05-01", "2027-10-01"]
    assert office().years.get(year=2027).source == "更正"


def test_every_bad_row_is_named_by_its_line_and_nothing_is_taken_in(boss: User) -> None:
    services.add_days(calendar_id=office().pk, days=[off("2027-03-01", "搬家")], **who(boss))
    rows = [
        off("2027-01-01", line=2),
        off("2027-01-01", line=3),
        off("2026-12-31", line=4),
        off("2027-03-01", "植树", line=5),
        DayEntry(date(2027, 3, 2), DayKind.WORKDAY, "补班", line=6),
        off("2027-05-01", "", line=7),
    ]
    before = CalendarDay.objects.count()
    with translation.override("en"), pytest.raises(RefusedRows) as refusal:
        services.import_year(calendar_id=office().pk, year=2027, days=rows, source="", **who(boss))
    assert [(row.row, row.code) for row in refusal.value.rows] == [
        (None, "not_whole"),
        (None, "no_source"),
        (3, "twice"),
        (4, "other_year"),
        (5, "taken"),
        (6, "works_anyway"),
        (7, "no_name"),
    ]
    assert "line 3: 2027-01-01 stands in the list twice." in str(refusal.value)
    assert "10-01" in str(refusal.value)
    assert CalendarDay.objects.count() == before
    assert not office().years.filter(year=2027).exists()


def test_round_the_clock_stays_so(boss: User) -> None:
    always = WorkingCalendar.objects.get(code="always")
    for change in (
        lambda: services.change_week(calendar_id=always.pk, week=[NORMAL_DAY] * 7, **who(boss)),
        lambda: services.add_days(calendar_id=always.pk, days=[off("2026-12-24")], **who(boss)),
        lambda: services.remove_day(calendar_id=always.pk, day=date(2026, 1, 1), **who(boss)),
        lambda: services.import_year(
            calendar_id=always.pk, year=2027, days=whole_year(), source="x", **who(boss)
        ),
    ):
        with pytest.raises(RuleBroken) as refusal:
            change()
        assert refusal.value.code == "always_open"
    with pytest.raises(RuleBroken) as refusal:
        services.change_week(calendar_id=0, week=[NORMAL_DAY] * 7, **who(boss))
    assert refusal.value.code == "no_such_calendar"


@pytest.mark.parametrize(
    ("moment", "years"),
    [
        ("2026-10-31T23:59:59+08:00", []),
        ("2026-11-01T00:00:00+08:00", [2027]),
        ("2026-11-25T10:00:00+08:00", [2027]),
        ("2027-01-01T00:00:00+08:00", [2027]),
        ("2027-11-01T00:00:00+08:00", [2027, 2028]),
    ],
)
def test_a_missing_list_is_noticed_from_1_november(moment: str, years: list[int]) -> None:
    make_calendar()  # without public holidays it lacks nothing
    assert [(m.calendar.code, m.year) for m in missing_years(at(moment))] == [
        ("office", year) for year in years
    ]


def test_the_warning_comes_once_a_week_until_the_list_is_in(boss: User) -> None:
    bot = system_user("calendars")
    monday = at("2026-11-23T00:30+08:00")
    counts = [
        services.warn_of_missing_years(by=bot, at=monday + timedelta(days=n)) for n in range(15)
    ]
    assert counts == [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    event = Event.objects.filter(kind="calendar.year_missing").first()
    assert event is not None
    assert event.data["year"] == 2027
    services.import_year(
        calendar_id=office().pk, year=2027, days=whole_year(), source="国办", **who(boss)
    )
    assert services.warn_of_missing_years(by=bot, at=monday + timedelta(days=21)) == 0


@pytest.mark.requirement("CMP-3")
def test_the_department_manager_hears_of_it() -> None:
    manager = UserFactory(roles=[Role.DEPARTMENT_MANAGER], email="manager@yipiao.example")
    UserFactory(roles=[Role.DIRECTOR], email="director@yipiao.example")
    office().years.all().delete()
    now = timezone.localtime()  # older news would tell nobody
    services.warn_of_missing_years(by=system_user("calendars"), at=now)
    relay_all()
    deliveries = Delivery.objects.filter(topic="staff.calendar_missing")
    assert {one.recipient for one in deliveries} == {f"user:{manager.pk}"}
    answers = deliveries.earliest("pk")
    for language, name in (("zh-hans", "办公时间"), ("en", str(now.year))):
        words = render(answers, frozenset(), language)
        assert name in words.subject
        assert f"/sla.workingcalendar/{office().pk}" in words.text


def test_a_newer_library_brings_its_years_by_itself(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert services.take_known_years(**who(boss)) == 0
    assert office().version == 1
    new = dict.fromkeys((d.day for d in whole_year()), "Labour Day")
    monkeypatch.setattr(official, "holidays", {**official.holidays, **new})
    services.add_days(calendar_id=office().pk, days=[off("2027-05-01", "五一")], **who(boss))
    assert services.take_known_years(**who(boss)) == 1
    assert missing_years(datetime(2026, 11, 25, tzinfo=UTC)) == []
    assert office().days.get(day="2027-05-01").name == "五一"  # the house's own stays
    assert office().version == 3
    assert services.take_known_years(**who(boss)) == 0


def test_a_year_on_a_page() -> None:
    months = year_of(office(), 2026)
    assert [month.first.month for month in months] == list(range(1, 13))
    assert all(len(week) == 7 for month in months for week in month.weeks)
    shown = {one.day: one for month in months for week in month.weeks for one in week if one}
    assert len(shown) == 365
    assert (shown[date(2026, 2, 14)].kind, shown[date(2026, 2, 14)].name) == (
        "workday",
        "春节调休上班",
    )
    assert shown[date(2026, 10, 1)].kind == "holiday"
    assert (shown[date(2026, 11, 25)].kind, shown[date(2026, 11, 28)].kind) == ("open", "closed")
    assert months[1].working_days == 16


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "holiday", "hours": [["09:00", "12:00"]]},
        {"kind": "holiday", "hours": None},
        {"kind": "half_day", "hours": None},
        {"kind": "half_day", "hours": []},
        {"kind": "workday", "hours": []},
        {"kind": "holiday", "hours": [], "name": ""},
    ],
)
def test_the_database_refuses_days_that_cannot_be(fields: dict[str, Any]) -> None:
    values = {"day": date(2026, 12, 24), "name": "x", **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.create(calendar=office(), **values)


@pytest.mark.parametrize(
    "fields",
    [{"week": [[]]}, {"is_always_open": True, "is_official": True}, {"code": "office"}],
)
def test_the_database_refuses_calendars_that_cannot_be(fields: dict[str, Any]) -> None:
    values: dict[str, Any] = {"code": "z", "name": "z", "week": [[]] * 7, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingCalendar.objects.create(**values)
