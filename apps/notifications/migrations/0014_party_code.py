"""Words and policy of the code that opens the details of a shipment, for houses that exist."""

from typing import Any

from django.db import migrations

from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0013_one_time_codes")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
