"""The history of messages, their words and the merchants' log are written once; the words and policies a new installation starts with."""

from typing import Any

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only
from apps.notifications.seeding import plant


def sow(apps: Any, schema_editor: Any) -> None:
    plant(
        apps.get_model("notifications", "NotificationPolicy").objects,
        apps.get_model("notifications", "MessageTemplate").objects,
    )


OPERATIONS = [
    append_only("notifications_attempt"),
    append_only("notifications_messagetemplate"),
    append_only("notifications_webhookevent"),
    append_only("notifications_buttonpress"),
    FirstRows(sow),
]
