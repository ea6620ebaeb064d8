"""The rows that a new installation starts with, as an operation of its first migration."""

from collections.abc import Callable
from typing import Any

from django.db import router
from django.db.migrations import RunPython
from django.db.migrations.state import ProjectState


class FirstRows(RunPython):
    """Calls ``plant(apps, schema_editor)`` with the models as they are at that point.

    ``RunPython`` has all models rendered anew before, some hundreds of classes each time, because those of the
    state may be older than what refers to them. Under our ``migrate`` they never are.
    """

    def __init__(self, plant: Callable[[Any, Any], None]) -> None:
        super().__init__(plant, RunPython.noop)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label, **self.hints):
            self.code(from_state.apps, schema_editor)
