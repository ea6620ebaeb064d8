"""The history of messages, their words and the merchants' log are written once."""

from django.db import migrations

from apps.core.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("events", "0002_append_only")]

    operations = [
        append_only("notifications_attempt"),
        append_only("notifications_messagetemplate"),
        append_only("notifications_webhookevent"),
    ]
