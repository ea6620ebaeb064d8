"""What a PDF may hold so that a colleague can open it: nothing locked, nothing that runs. Pure.

It is a look at its objects, not a reader of PDF: whoever writes a file against it may hide something. Files from
outside are therefore only ever downloaded, and never shown or run by us.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from apps.core.errors import BadInput

_NAME: Final = re.compile(rb"/([^\x00-\x20/<>\[\](){}%]+)")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
# Runs as soon as the file is opened, or starts a program (ISO 32000-1, 12.6.4).
ACTIVE: Final = frozenset({b"JavaScript", b"JS", b"Launch", b"RichMedia"})
# How programs and archives begin: Windows, Linux, scripts, zip.
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"PK\x03\x04")
MOST_UNPACKED: Final = 16 * 1024 * 1024


def check_pdf(content: bytes, *, name: str) -> None:
    """BadInput (``files``) that names the file: locked with a password, with scripts or programs in it, or without a
    page. What ``attachments.clean_file`` has found to be a whole PDF is given."""
    names: set[bytes] = set()
    room = MOST_UNPACKED
    for text, body in _parts(content):
        names.update(_names(text))
        head = set(_names(text.rpartition(b"obj")[2])) if body else set()
        if not head & {b"ObjStm", b"EmbeddedFile"}:
            continue
        inside = _unpacked(body, head, room)
        room -= len(inside)
        if b"EmbeddedFile" in head and inside.startswith(_PROGRAMS):
            raise _refused(
                _("“%(name)s” has a program in it. Send a plain PDF."), "file_active", name
            )
        if b"ObjStm" in head:
            names |= set(_names(inside))
    if b"Encrypt" in names:
        raise _refused(
            _("“%(name)s” is locked with a password. Send it without one."), "file_locked", name
        )
    if names & ACTIVE or room <= 0:
        raise _refused(_("“%(name)s” has a program in it. Send a plain PDF."), "file_active", name)
    if not {b"Page", b"Pages"} & names:
        raise _refused(
            _("“%(name)s” cannot be read as a PDF. Save it once more."), "file_broken", name
        )


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The plain text up to each stream, with the stream; the rest with none. Takes time in proportion to the size."""
    begun = at = 0
    while (start := content.find(b"stream", at)) >= 0:
        at = start + len(b"stream")
        if content[at : at + 1] not in (b"\r", b"\n") or content.endswith(b"end", begun, start):
            continue
        end = content.find(b"endstream", at)
        if end < 0:
            break
        yield content[begun:start], content[at:end].lstrip(b"\r\n")
        begun = at = end + len(b"endstream")
    yield content[begun:], b""


def _names(text: bytes) -> Iterator[bytes]:
    """Names as they are meant: a letter may be written as its number (7.3.5)."""
    for found in _NAME.findall(text):
        yield _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), found)


def _unpacked(body: bytes, head: set[bytes], room: int) -> bytes:
    """At most ``room`` bytes of a stream, as far as it can be read."""
    if b"FlateDecode" not in head:
        return body[:room]
    try:
        return zlib.decompressobj().decompress(body, max(room, 1))
    except zlib.error:
        return b""


def _refused(message: str, code: str, name: str) -> BadInput:
    return BadInput(message % {"name": name[:60]}, code=code, field="files")
