"""Facts and published policies are written once; calendars and policies a new installation starts with."""

from typing import Any

from django.utils import timezone

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only
from apps.sla import official, seeding
from apps.sla.worktime import written

OFFICE_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]


def plant_calendars(apps: Any, schema_editor: Any) -> None:
    calendars = apps.get_model("sla", "WorkingCalendar").objects
    calendars.get_or_create(
        code="always",
        defaults={
            "name": "全天候（7×24）",
            "english_name": "Round the clock (7×24)",
            "week": [[["00:00", "24:00"]]] * 7,
            "is_always_open": True,
            "is_official": False,
        },
    )
    calendars.get_or_create(
        code="service",
        defaults={
            "name": "客服时间（每天 8:00–22:00）",
            "english_name": "Service hours (8:00–22:00 every day)",
            "week": [[["08:00", "22:00"]]] * 7,
            "is_official": False,
        },
    )
    office, is_new = calendars.get_or_create(
        code="office",
        defaults={
            "name": "办公时间",
            "english_name": "Office hours",
            "week": [OFFICE_DAY] * 5 + [[], []],
        },
    )
    if is_new:
        add_years(apps, office)


def add_years(apps: Any, calendar: Any) -> None:
    days, years = apps.get_model("sla", "CalendarDay"), apps.get_model("sla", "CalendarYear")
    for year in official.known_years():
        days.objects.bulk_create(
            days(
                calendar=calendar,
                day=entry.day,
                kind=entry.kind,
                hours=None if entry.hours is None else written(entry.hours),
                name=entry.name,
                english_name=entry.english_name,
                is_official=True,
            )
            for entry in official.official_days(year)
        )
        years.objects.create(
            calendar=calendar, year=year, source=official.source(), known_at=timezone.now()
        )


def plant_policies(apps: Any, schema_editor: Any) -> None:
    """(CMP-2, ORD-5)"""
    seeding.plant(apps)


OPERATIONS = [
    append_only("sla_policyversion"),
    append_only("sla_target"),
    append_only("sla_step"),
    append_only("sla_fact"),
    append_only("sla_firedstep"),
    FirstRows(plant_calendars),
    FirstRows(plant_policies),
]
