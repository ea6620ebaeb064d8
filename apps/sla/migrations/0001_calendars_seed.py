"""The calendars a new house starts with: round the clock, and an office with China's public holidays."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from apps.sla import official
from apps.sla.worktime import written

OFFICE_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]


def plant(apps: Any, schema_editor: Any) -> None:
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


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_calendars")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
