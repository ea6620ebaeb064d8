"""Files on disk and their rows: what was written for a transaction that fails is taken away."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.complaints.models import CaseEntry, CaseFile
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_files


@contextmanager
def cleaned(files: Sequence[NewFile | CleanFile]) -> Iterator[tuple[list[CleanFile], list[str]]]:
    """The files ready to be kept, and the list of paths to fill; enter it before the transaction."""
    clean = clean_files(files) if files else []
    written: list[str] = []
    try:
        yield clean, written
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise


def store_file(file: CleanFile, folder: str, written: list[str]) -> str:
    """Store it under a name nobody can guess; returns the path."""
    token = secrets.token_hex(16)
    path = default_storage.save(
        f"complaints/{folder}/{token[:2]}/{token}{file.extension}", ContentFile(file.content)
    )
    written.append(path)
    return path


def attach(entry: CaseEntry, files: Sequence[CleanFile], written: list[str]) -> list[CaseFile]:
    rows = [
        CaseFile(
            entry=entry,
            key=uuid4(),
            path=store_file(file, "cases", written),
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
        )
        for file in files
    ]
    return CaseFile.objects.bulk_create(rows)
