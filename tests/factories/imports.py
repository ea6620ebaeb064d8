"""Files that are handed in and taken, as people and a worker do it."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.backoffice import services
from apps.backoffice.imports import all_imports
from apps.backoffice.models import ImportFile
from apps.core.files import NewFile


def hand_in(
    kind: str,
    content: bytes,
    *,
    by: Any,
    filename: str = "文件.xlsx",
    at: datetime | None = None,
    **parameters: Any,
) -> ImportFile:
    """The file as it waits to be looked at."""
    return services.upload_import(
        declared=all_imports()[kind],
        file=NewFile(content, filename),
        parameters=parameters,
        by=by,
        at=at or timezone.now(),
    )


def take_in(kind: str, content: bytes, *, by: Any, **more: Any) -> ImportFile:
    """The file after it was confirmed and a worker has taken it."""
    file = hand_in(kind, content, by=by, **more)
    services.take_import(file_id=file.pk, by=by, at=more.get("at") or timezone.now())
    work()
    file.refresh_from_db()
    return file


def work() -> None:
    """What workers do until nothing is due, however slow this machine is."""
    while services.run_jobs():
        pass
