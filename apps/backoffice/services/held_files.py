"""Keeping the files of a form between two tries to send it."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from apps.backoffice.enums import FileKind
from apps.backoffice.models import HeldFile
from apps.backoffice.services.retention import retention_period
from apps.core.files import HoldableFile, NewFile
from apps.core.storage import all_or_nothing

BATCH = 500


def hold_files(*, files: Sequence[HoldableFile], owner: Any, at: datetime) -> list[HeldFile]:
    """Keep files that were judged already for a while. ``owner``: who chose them at the desk,
    None for a visitor. No event: nothing was sent yet. Raises NotStored when the disk takes none."""
    keep_until = at + retention_period(FileKind.FORM_FILE)
    with all_or_nothing(), transaction.atomic():
        return HeldFile.objects.bulk_create(
            [
                HeldFile(
                    key=uuid4(),
                    owner=owner,
                    path=_store(file.content),
                    name=file.name,
                    content_type=file.content_type,
                    size=len(file.content),
                    keep_until=keep_until,
                )
                for file in files
            ]
        )


def _store(content: bytes) -> str:
    """Under a name nobody can guess; returns the path."""
    token = secrets.token_hex(16)
    return default_storage.save(f"held/{token[:2]}/{token}", ContentFile(content))


def read_held(files: Collection[HeldFile]) -> list[NewFile]:
    """As if they came with the form; one that the store lost is left out."""
    found = []
    for file in files:
        try:
            with default_storage.open(file.path) as stored:
                found.append(NewFile(stored.read(), file.name))
        except FileNotFoundError:
            continue
    return found


def drop_held(*, keys: Collection[UUID]) -> None:
    """The form was sent, or its owner took these out."""
    _drop(HeldFile.objects.filter(key__in=keys))


def purge_held(*, at: datetime) -> int:
    """Forms that nobody came back to; how many files went."""
    return _drop(HeldFile.objects.filter(keep_until__lte=at).order_by("keep_until")[:BATCH])


@transaction.atomic
def _drop(rows: object) -> int:
    chosen: list[HeldFile] = list(rows)  # type: ignore[call-overload]  # a queryset, perhaps cut
    HeldFile.objects.filter(pk__in=[row.pk for row in chosen]).delete()
    for row in chosen:
        transaction.on_commit(partial(default_storage.delete, row.path))
    return len(chosen)
