"""Where uploads lie: whole or not at all, and a full disk is an answer, not a crash.

Every file goes through ``default_storage`` or a FileField, which are this storage, so what goes
wrong on the disk is one kind of refusal for forms, the API and machines alike.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from apps.core.errors import NotKept

log = logging.getLogger(__name__)
_written: ContextVar[list[str] | None] = ContextVar("written", default=None)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Files know no transaction: what was stored inside is taken away again if it fails. Enter it
    before the transaction."""
    outer, mine = _written.get(), list[str]()
    token = _written.set(mine)
    try:
        yield
    except BaseException:
        for name in mine:
            with suppress(OSError):
                default_storage.delete(name)
        raise
    else:
        if outer is not None:
            outer += mine
    finally:
        _written.reset(token)


class AtomicFileStorage(FileSystemStorage):
    """Writes beside the name and renames when all of it is there. Raises NotKept for whatever the
    disk refuses: no room, over quota, read-only, no right, broken.

    Names are random throughout the house, so a rename never meets a file.
    """

    def _save(self, name: str, content: "File[Any]") -> str:
        part = f"{name}.{secrets.token_hex(4)}.part"
        try:
            super()._save(part, content)  # type: ignore[misc]  # the stubs leave it out
            Path(self.path(part)).rename(self.path(name))
        except BaseException as problem:
            with suppress(OSError):
                Path(self.path(part)).unlink()
            if isinstance(problem, OSError):
                log.exception("a file could not be kept")
                raise NotKept from problem
            raise
        kept = name.replace("\\", "/")
        if (written := _written.get()) is not None:
            written.append(kept)
        return kept


class SpooledUpload(TemporaryFileUploadHandler):
    """Large uploads wait in the machine's temporary folder, which may be full as well."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as problem:
            raise self._not_taken() from problem

    def receive_data_chunk(self, raw_data: bytes, start: int) -> Any:
        try:
            return super().receive_data_chunk(raw_data, start)
        except OSError as problem:
            raise self._not_taken() from problem

    def file_complete(self, file_size: int) -> Any:
        try:
            return super().file_complete(file_size)
        except OSError as problem:
            raise self._not_taken() from problem

    def _not_taken(self) -> NotKept:
        """Closing what is half there removes it."""
        log.exception("an upload could not be taken in")
        with suppress(OSError, AttributeError):
            self.file.close()
        return NotKept()
