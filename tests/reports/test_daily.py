"""REP-2: the daily report: prepared, live, closed with remarks, fixed; what came in later; the morning's card."""

from datetime import datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role, UnitKind
from apps.accounts.models import Unit, User
from apps.complaints.models import Case
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import day_start
from apps.events.models import Event
from apps.hotline.queries.board import rates_by_hour
from apps.quality.models import ExceptionReport
from apps.reports import services
from apps.reports.enums import DailyState
from apps.reports.models import DailyReport
from apps.reports.notices import NOTICES
from apps.reports.queries.daily import content_of, lines_of
from apps.reports.rules.daily import LineKey, came_in_later, card, known_of, line, words
from apps.reports.services.daily import fingerprint
from apps.reports.states import DAILY_MOVES
from apps.sla.models import Clock
from tests.factories import complaints
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.complaints import exception

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-2")]


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    """Local. Of tomorrow, so that whoever holds a role holds it by then, at whatever hour this runs."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time(hour, minute)))


YESTERDAY = timedelta(days=1)


@pytest.fixture
def unit() -> Unit:
    found: Unit = UnitFactory(kind=UnitKind.BRANCH)
    return found


@pytest.fixture
def director(unit: Unit) -> User:
    user: User = UserFactory(roles=[Role.DIRECTOR], unit=unit)
    return user


def report_of(unit: Unit, days: int = 1) -> DailyReport:
    day = timezone.localdate() - days * YESTERDAY
    row: DailyReport = DailyReport.objects.create(unit=unit, day=day, created_by=UserFactory())
    return row


def case_of(unit: Unit, created_at: datetime) -> None:
    row = complaints.case(unit=unit)
    Case.objects.filter(pk=row.pk).update(created_at=created_at)


def serious(unit: Unit, happened_at: datetime) -> ExceptionReport:
    row = exception(unit=unit)
    ExceptionReport.objects.filter(pk=row.pk).update(
        happened_at=happened_at, known_at=happened_at, is_serious=True, serious_reason="货物损失大"
    )
    return row


def close(report: DailyReport, by: User, remarks: str = "正常。") -> DailyReport:
    return services.close_report(report_id=report.pk, remarks=remarks, by=by, at=timezone.now())


def found(lines: list[dict], key: LineKey) -> dict:  # type: ignore[type-arg]  # JSON
    return next(one for one in lines if one["key"] == key)


def test_prepared_after_ten_past_midnight_once_with_a_clock_until_half_past_nine(
    unit: Unit,
) -> None:
    station = UnitFactory(kind=UnitKind.STATION)
    assert services.prepare_reports(at=tomorrow_at(0, 9)) == 0
    assert services.prepare_reports(at=tomorrow_at(0, 10)) >= 1
    assert services.prepare_reports(at=tomorrow_at(0, 15)) == 0, "once"
    report = DailyReport.objects.get(unit=unit)
    assert report.day == timezone.localdate() and report.state == DailyState.OPEN
    assert not DailyReport.objects.filter(unit=station).exists()
    clock = Clock.objects.get(
        matter__subject_type="reports.dailyreport", matter__subject_id=str(report.pk)
    )
    assert clock.due_at == tomorrow_at(9, 30)


def test_live_until_it_is_closed_and_fixed_then(unit: Unit, director: User) -> None:
    report = report_of(unit)
    assert found(content_of(report)["lines"], LineKey.CASES)["n"] == 0
    case_of(unit, day_start(report.day) + timedelta(hours=9))
    assert found(content_of(report)["lines"], LineKey.CASES)["n"] == 1, "live"
    report = close(report, director, "  投诉一件，已回复。 ")
    assert report.remarks == "投诉一件，已回复。" and report.sha256 == fingerprint(report)
    case_of(unit, day_start(report.day) + timedelta(hours=10))
    report.refresh_from_db()
    assert found(report.content["lines"], LineKey.CASES)["n"] == 1, "fixed"
    assert fingerprint(report) == report.sha256


def test_what_was_learned_later_stands_in_the_next_one_once(unit: Unit, director: User) -> None:
    first = close(report_of(unit, 3), director)
    hidden = serious(unit, day_start(first.day) + timedelta(hours=20))
    second = report_of(unit, 2)
    [later] = content_of(second)["later"]
    assert (later["day"], later["key"]) == (f"{first.day:%Y-%m-%d}", "serious")
    assert later["rows"][0][2] == hidden.pk, "the hidden report itself"
    second = close(second, director)
    assert second.content["later"] == [later]
    assert content_of(report_of(unit, 1))["later"] == [], "said once"


def test_every_move_of_a_daily_report(unit: Unit, director: User) -> None:
    assert list(DAILY_MOVES.moves()) == [(DailyState.OPEN, DailyState.CLOSED)]
    report = close(report_of(unit), director)
    with pytest.raises(RuleBroken) as caught:
        close(report, director)
    assert caught.value.code == "illegal_move"
    for column, value in (("remarks", "x"), ("content", "{}"), ("state", "open")):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            sql = f"UPDATE reports_dailyreport SET {column} = %s WHERE id = %s"  # names of ours
            cursor.execute(sql, [value, report.pk])


@pytest.mark.parametrize(
    ("remarks", "code"),
    [("", "remarks_missing"), (" \n ", "remarks_missing"), ("长" * 2001, "too_long")],
)
def test_without_remarks_it_is_not_closed(
    unit: Unit, director: User, remarks: str, code: str
) -> None:
    report = report_of(unit)
    with pytest.raises(BadInput) as caught:
        close(report, director, remarks)
    assert (caught.value.code, caught.value.field) == (code, "remarks")
    report.refresh_from_db()
    assert report.state == DailyState.OPEN and report.content == {}


def test_the_card_of_the_morning_goes_to_leaders_once(unit: Unit, director: User) -> None:
    agent = UserFactory(roles=[Role.AGENT], unit=unit)
    report = report_of(unit, 0)
    serious(unit, day_start(report.day))
    assert services.send_cards(at=tomorrow_at(8, 29)) == 0
    assert services.send_cards(at=tomorrow_at(8, 30)) == 1
    assert services.send_cards(at=tomorrow_at(8, 31)) == 0, "once"
    event = Event.objects.get(kind="dailyreport.card_sent")
    assert director.pk in event.data["people"] and agent.pk not in event.data["people"]
    lines = event.data["card"].splitlines()
    assert len(lines) == 10 and lines[0].startswith("● ") and "1" in lines[0], "red first"
    [notice] = NOTICES["dailyreport.card_sent"]([event])
    assert notice.data["card"] == event.data["card"] and notice.stands_in


def test_lines_are_of_the_unit_and_those_below_it(unit: Unit) -> None:
    below, other = UnitFactory(parent=unit, kind=UnitKind.STATION), UnitFactory()
    day = timezone.localdate() - YESTERDAY
    for one in (unit, below, other):
        case_of(one, day_start(day) + timedelta(hours=1))
    case_of(unit, day_start(day, 1))
    assert found(lines_of(unit, day), LineKey.CASES)["n"] == 2, "half-open local days"
    assert rates_by_hour(day, [unit.pk]) == {}


def test_the_words_and_colours_of_lines() -> None:
    good, bad = (
        line(LineKey.ON_TIME, 95, of=100, goal=9500),
        line(LineKey.ON_TIME, 94, of=100, goal=9500),
    )
    assert (good["red"], bad["red"]) == (False, True)
    assert "94.0%" in words(bad) and words(line(LineKey.ON_TIME, 0, of=0)).endswith("—")
    assert line(LineKey.CLOCKS, 1)["red"] and not line(LineKey.PUT_RIGHT, 1)["red"]
    shown = card([line(LineKey.VOLUME, 3), line(LineKey.SERIOUS, 1)])
    assert shown[0].startswith("● ") and not shown[1].startswith("● ")


def test_only_what_is_otherwise_came_in_later() -> None:
    was = line(LineKey.SERIOUS, 1, rows=[("EX1", "quality.exceptionreport", 1)])
    now = line(
        LineKey.SERIOUS,
        2,
        rows=[("EX1", "quality.exceptionreport", 1), ("EX2", "quality.exceptionreport", 2)],
    )
    content = {"lines": [was], "later": []}
    [later] = came_in_later(known_of([("d1", content)]), {"d1": [now]})
    assert later["rows"] == [["EX2", "quality.exceptionreport", 2]]
    again = known_of([("d1", content), ("d2", {"lines": [], "later": [later]})])
    assert came_in_later(again, {"d1": [now]}) == []
