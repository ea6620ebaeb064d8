"""Words and policy for the service desk, told of cases that are nobody's yet, for houses that exist."""

from typing import Any

from django.db import migrations

from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_senders")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
