"""What was said in a chat is written once; the settings have their one row."""

from typing import Any

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only


def make_settings(apps: Any, schema_editor: Any) -> None:
    apps.get_model("chat", "ChatSettings").objects.get_or_create(pk=1)


OPERATIONS = [
    append_only("chat_chatline"),
    append_only("chat_chatfile"),
    FirstRows(make_settings),
]
