"""Policies are written once; the one a new installation starts with."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import migrations

from apps.core.sql import append_only


def plant(apps: Any, _schema: Any) -> None:
    """Hung up within 5 s is not counted, within 20 s is prompt, 98 % is the goal (CMP-10)."""
    apps.get_model("hotline", "AnswerPolicy").objects.get_or_create(
        since=date(2000, 1, 1), defaults={"at": datetime(2000, 1, 1, tzinfo=UTC)}
    )


OPERATIONS = [
    append_only("hotline_answerpolicy"),
    migrations.RunPython(plant, migrations.RunPython.noop),
]
