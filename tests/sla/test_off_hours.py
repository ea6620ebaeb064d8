"""CMP-2: outside working hours the report is a call now and the e-mail by 09:00 on the next working day."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.dateparse import parse_datetime

from apps.core.database import database_now
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import Metric, OffHours
from apps.sla.queries.calendars import OFFICE_CODE, hours_by_code
from apps.sla.rules import StepRule
from apps.sla.services.firing import Outside
from apps.sla.worktime import next_opening
from tests.factories.sla import NORMAL_DAY, machine, office, open_case, publish, step, target

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
CALLS = StepRule(
    1, "上报", "Report", channels=("email", "sms"), offset=0, off_hours=OffHours.CALL_THEN_MAIL
)
AS_ALWAYS = StepRule(2, "上报", "Report", channels=("email", "sms"), offset=0)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def outside(moment: str) -> Outside:
    return Outside(hours_by_code(OFFICE_CODE), here(moment))


@pytest.mark.parametrize(
    ("now", "mail_by"),
    [
        ("2026-11-25T18:00", "2026-11-26T08:30"),  # the office closes at 18:00
        ("2026-11-25T02:00", "2026-11-25T08:30"),  # the night before the same working day
        ("2026-11-25T12:30", "2026-11-25T12:30"),  # at lunch: it opens too soon to wait
        ("2026-11-27T21:00", "2026-11-30T08:30"),  # Friday night: Monday
        ("2026-10-09T20:00", "2026-10-10T08:30"),  # the eve of a make-up Saturday
        ("2026-10-10T20:00", "2026-10-12T08:30"),  # the evening of it: Monday
        ("2026-09-19T10:00", "2026-09-20T08:30"),  # a Saturday before a make-up Sunday
        ("2026-09-30T20:00", "2026-10-08T08:30"),  # the National Day week
    ],
)
def test_a_call_now_and_the_mail_before_the_office_opens_next(now: str, mail_by: str) -> None:
    found = outside(now)
    assert found.is_outside and found.calls(CALLS)
    assert found.channels(CALLS) == ["phone"]
    assert found.mail_by == here(mail_by)
    assert found.mail_by <= here(mail_by[:10] + "T12:30")
    assert found.channels(AS_ALWAYS) == ["email", "sms"], "a step without the rule is as always"


@pytest.mark.parametrize(
    "now", ["2026-11-25T09:00", "2026-11-25T17:59:59", "2026-10-10T10:00", "2026-09-20T14:00"]
)
def test_in_office_hours_its_own_channels(now: str) -> None:
    found = outside(now)
    assert not found.is_outside and found.mail_by is None
    assert found.channels(CALLS) == ["email", "sms"]


@pytest.mark.parametrize(
    ("opens", "mail_by"), [("09:00", "08:30"), ("09:30", "09:00"), ("10:00", "09:00")]
)
def test_the_mail_is_there_by_nine_however_late_the_office_opens(opens: str, mail_by: str) -> None:
    services.change_week(
        calendar_id=office().pk,
        week=[[[opens, "18:00"]]] * 5 + [[], []],
        by=machine(),
        at=database_now(),
    )
    assert outside("2026-11-25T20:00").mail_by == here(f"2026-11-26T{mail_by}")


def close_today() -> None:
    """The office rests on the days about the database's present."""
    today = database_now().astimezone(SHANGHAI).weekday()
    rests = {today, (today + 1) % 7, (today - 1) % 7}
    week: list[Any] = [[] if day in rests else NORMAL_DAY for day in range(7)]
    services.change_week(calendar_id=office().pk, week=week, by=machine(), at=database_now())


@pytest.mark.parametrize("rule", OffHours)
def test_the_sweeper_says_so_in_the_event(rule: OffHours) -> None:
    close_today()
    publish(
        target(
            Metric.REPORT,
            timedelta(minutes=5),
            step("chief", timedelta(minutes=1), channels=["email", "sms"], off_hours=rule),
        )
    )
    open_case(opened_at=database_now() - timedelta(minutes=10))
    services.sweep()
    overdue, escalated = Event.objects.filter(kind__startswith="clock.").order_by("pk")
    assert (overdue.data["channels"], overdue.data["mail_by"]) == (["in_app"], None)
    data = escalated.data
    if not outside_now():
        pytest.skip("the present lies in a make-up working day")
    if rule == OffHours.SAME:
        assert (data["channels"], data["off_hours"], data["mail_by"]) == (
            ["email", "sms"],
            False,
            None,
        )
        return
    assert (data["channels"], data["off_hours"]) == (["phone"], True)
    mail_by = parse_datetime(data["mail_by"])
    opening = next_opening(hours_by_code(OFFICE_CODE).calendar, escalated.at)
    assert mail_by == opening - timedelta(minutes=30)


def outside_now() -> bool:
    return not hours_by_code(OFFICE_CODE).calendar.is_open(database_now())
