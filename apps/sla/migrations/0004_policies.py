"""The policies a new house starts with (CMP-2, ORD-5)."""

from typing import Any

from django.db import migrations

from apps.sla import seeding


def plant(apps: Any, schema_editor: Any) -> None:
    seeding.plant(apps)


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_append_only")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
