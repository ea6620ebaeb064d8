"""Words and policy about a customer who is dissatisfied again, for houses that exist."""

from typing import Any

from django.db import migrations

from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0010_reports")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
