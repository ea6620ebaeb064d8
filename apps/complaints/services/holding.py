"""Keeping the photos of a form between two tries to send it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from apps.complaints.files import CleanFile
from apps.complaints.inputs import NewFile
from apps.complaints.models import HeldFile
from apps.complaints.services.storing import keep_file

KEPT_FOR = timedelta(hours=2)
BATCH = 500


def hold_files(*, files: Sequence[CleanFile], at: datetime) -> list[HeldFile]:
    """Keep files that are clean already for two hours. No event: nothing was sent yet."""
    written: list[str] = []
    try:
        with transaction.atomic():
            return HeldFile.objects.bulk_create(
                [
                    HeldFile(
                        key=uuid4(),
                        path=keep_file(file, "held", written),
                        name=file.name,
                        content_type=file.content_type,
                        size=len(file.content),
                        keep_until=at + KEPT_FOR,
                    )
                    for file in files
                ]
            )
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise


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
