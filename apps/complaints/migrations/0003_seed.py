"""The causes, rules and ready-made words a new house starts with."""

from typing import Any

from django.db import migrations

from apps.complaints.seeding import plant_answers, plant_causes, plant_rules


def sow(apps: Any, schema_editor: Any) -> None:
    def rows(name: str) -> Any:
        return apps.get_model("complaints", name).objects

    plant_causes(rows("CauseNode"))
    plant_rules(rows("MajorRule"), rows("AssignmentRule"))
    plant_answers(rows("CannedAnswer"))


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_append_only")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
