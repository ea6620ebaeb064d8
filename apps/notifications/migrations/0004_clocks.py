"""Clocks tell the people they name: one more audience, three more topics."""

from typing import Any

from django.db import migrations, models

from apps.notifications.enums import Audience
from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_seed")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="audience",
            field=models.CharField(choices=Audience.choices, max_length=20, verbose_name="told as"),
        ),
        migrations.AlterField(
            model_name="notificationpolicy",
            name="audience",
            field=models.CharField(
                choices=Audience.choices, max_length=20, verbose_name="who is told"
            ),
        ),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
