"""Words and policy for whoever is given an exception to follow, for houses that exist."""

from typing import Any

from django.db import migrations

from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0011_escalated")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
