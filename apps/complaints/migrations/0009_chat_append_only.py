"""What was said in a chat is written once; the settings have their one row."""

from typing import Any

from django.db import migrations

from apps.core.sql import append_only


def make_settings(apps: Any, schema_editor: Any) -> None:
    apps.get_model("complaints", "ChatSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0008_chat"), ("events", "0002_append_only")]

    operations = [
        append_only("complaints_chatline"),
        append_only("complaints_chatfile"),
        migrations.RunPython(make_settings, migrations.RunPython.noop),
    ]
