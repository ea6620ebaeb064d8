"""Where uploads lie: whole or not at all, encrypted, and a full disk is an answer, not a crash.

Every file goes through ``default_storage`` or a FileField, which are this storage, so what goes
wrong on the disk is one kind of refusal for forms, the API and machines alike.
"""

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from apps.core.crypto import (
    current_key_id,
    decrypt_file,
    encrypt_file,
    file_key_id,
    file_overhead,
)
from apps.core.errors import NotStored

log = logging.getLogger(__name__)
KEPT_IN_MEMORY = 2 * 1024 * 1024
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


class DamagedFile(OSError):
    """What is stored is not what was stored: cut, changed, or another file's."""


class AtomicFileStorage(FileSystemStorage):
    """Writes beside the name and renames when all of it is there. Raises NotStored for whatever the
    disk refuses: no room, over quota, read-only, no right, broken.

    What is stored is encrypted and bound to its name, and proved whole before anybody reads it: raises
    DamagedFile. All names are random, so a rename never meets a file.
    """

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        if mode != "rb":
            raise ValueError("stored files are written by save() only")
        # Opened, it has no name: larger ones wait in the machine's temporary folder until they are closed.
        clear = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  # the caller closes it
        try:
            with Path(self.path(name)).open("rb") as stored:
                decrypt_file(stored, self._stored_size(stored), _bound_name(name), clear)
        except ValueError as problem:
            clear.close()
            raise DamagedFile(str(problem)) from problem
        except BaseException:
            clear.close()
            raise
        clear.seek(0)
        return File(clear, name)

    def size(self, name: str) -> int:
        with Path(self.path(name)).open("rb") as stored:
            return self._stored_size(stored) - file_overhead(file_key_id(stored))

    def renew(self, name: str) -> bool:
        """Encrypt a file with the newest key; whether it lay under another one."""
        with Path(self.path(name)).open("rb") as stored:
            if file_key_id(stored) == current_key_id():
                return False
        with self._open(name) as clear:
            self._save(name, clear)
        return True

    @staticmethod
    def _stored_size(stored: IO[bytes]) -> int:
        return os.fstat(stored.fileno()).st_size

    def _save(self, name: str, content: "File[Any]") -> str:
        part = f"{name}.{secrets.token_hex(4)}.part"
        try:
            super()._save(part, _Encrypted(content, _bound_name(name)))  # type: ignore[misc]  # the stubs leave it out
            Path(self.path(part)).rename(self.path(name))
        except BaseException as problem:
            with suppress(OSError):
                Path(self.path(part)).unlink()
            if isinstance(problem, OSError):
                log.exception("a file could not be kept")
                raise NotStored from problem
            raise
        stored_name = name.replace("\\", "/")
        if (written := _written.get()) is not None:
            written.append(stored_name)
        return stored_name


class _Encrypted(File):  # type: ignore[type-arg]  # stubs' generics are not subscriptable at run time
    """A file as it is stored; it is never moved, as an upload that lies on the disk would be."""

    def __init__(self, content: "File[Any]", name: str) -> None:
        super().__init__(content.file, name)
        self.content = content

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        pieces = self.content.chunks(chunk_size)
        clear = (piece.encode() if isinstance(piece, str) else piece for piece in pieces)
        return encrypt_file(clear, self.name or "")


def _bound_name(name: str) -> str:
    return name.replace("\\", "/")


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

    def _not_taken(self) -> NotStored:
        """Closing what is half there removes it."""
        log.exception("an upload could not be taken in")
        with suppress(OSError, AttributeError):
            self.file.close()
        return NotStored()
