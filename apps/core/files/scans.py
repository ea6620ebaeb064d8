"""What an uploaded scan really is: decided by its content, never by its name or its header."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from apps.core.errors import BadInput

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class CheckedFile:
    name: str
    content_type: str
    size: int
    sha256: str

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]


def check_document(file: IO[bytes], *, filename: str) -> CheckedFile:
    """Accept a whole PDF, JPEG or PNG of at most UPLOAD_MAX_BYTES; raise BadInput otherwise.

    Reads one byte more than the limit at most; leaves the file at its beginning.
    """
    limit = settings.UPLOAD_MAX_BYTES
    file.seek(0)
    content = file.read(limit + 1)
    file.seek(0)
    if len(content) > limit:
        raise _refused(
            _("The file is larger than %(megabytes)d MB. Scan it with a lower resolution.")
            % {"megabytes": limit // 1024 // 1024},
            "file_too_large",
        )
    if not content:
        raise _refused(_("The file is empty. Choose it again."), "file_empty")
    return CheckedFile(
        name=tidy_name(filename),
        content_type=_kind(file, content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def tidy_name(filename: str) -> str:
    """The last part of a path of any system, without control characters, at most 160 long."""
    last = PurePath(filename.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[-160:] or "scan"


def _kind(file: IO[bytes], content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise _refused(_("The PDF is cut off. Send it again as a whole."), "file_broken")
        return PDF
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _image(file)
    raise _refused(_("Only PDF, JPEG and PNG files are accepted."), "file_kind")


def _image(file: IO[bytes]) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=["JPEG", "PNG"]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _refused(
                        _("The picture has too many pixels. Scan it with a lower resolution."),
                        "file_too_large",
                    )
                image.load()
                return JPEG if image.format == "JPEG" else PNG
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning):
        raise _refused(_("The picture cannot be read. Scan it again."), "file_broken") from None
    finally:
        file.seek(0)


def _refused(message: str, code: str) -> BadInput:
    return BadInput(message, code=code, field="file")
