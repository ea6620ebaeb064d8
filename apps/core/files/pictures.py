"""Pictures of a delivery, made harmless: decided by content, drawn anew, without metadata."""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from apps.core.errors import BadInput

FORMATS: Final = ["JPEG", "PNG", "WEBP", "GIF"]
# How the pictures of newer phones begin, which we cannot read: HEIC and AVIF.
_PHONE_ONLY: Final = re.compile(
    rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)", re.S
)
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 2400
MOST_PHOTOS: Final = 12
CONTENT_TYPE: Final = "image/jpeg"


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A JPEG drawn from the pixels of what was sent; nothing else of it survives."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def clean_photo(file: IO[bytes]) -> CleanPhoto:
    """Read a JPEG, PNG, WebP or GIF of at most UPLOAD_MAX_BYTES and draw it anew, upright; of a
    moving picture the first one.

    The place a phone wrote into it, its maker's marks, its colour profile and anything hidden
    behind the picture are gone. Raises BadInput for what is no such picture or is too large.
    """
    limit = settings.UPLOAD_MAX_BYTES
    file.seek(0)
    content = file.read(limit + 1)
    if len(content) > limit:
        raise _refused(
            _("The photo is larger than %(megabytes)d MB; take it with a lower resolution.")
            % {"megabytes": limit // 1024 // 1024},
            "file_too_large",
        )
    if not content:
        raise _refused(_("The photo is empty. Take it again."), "file_empty")
    if is_phone_only(content):
        raise _refused(phone_only_words(), "file_kind")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                # The header alone is read so far: a bomb is refused before it unpacks.
                if image.width * image.height > MOST_PIXELS:
                    raise _refused(
                        _("The photo has too many pixels; take it with a lower resolution."),
                        "file_too_large",
                    )
                return _drawn_anew(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _refused(
            _("The photo has too many pixels; take it with a lower resolution."), "file_too_large"
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise _refused(
            _("The photo cannot be read. Send a JPEG, PNG, WebP or GIF picture."), "file_broken"
        ) from None


def is_phone_only(content: bytes) -> bool:
    """Whether it is a picture in a format that we do not take."""
    return bool(_PHONE_ONLY.match(content[:12]))


def phone_only_words() -> str:
    return _(
        "This is a HEIC or AVIF picture, which cannot be read here. Send it as JPEG: on an iPhone choose "
        "“Most Compatible” under Settings, Camera, Formats, or send a screenshot of it."
    )


def _drawn_anew(image: Image.Image) -> CleanPhoto:
    image.load()
    # Transposing needs the orientation tag, so it comes before the tags are left behind.
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        canvas = Image.new("RGB", upright.size, "white")
        canvas.paste(upright, mask=upright.getchannel("A"))
    else:
        canvas = Image.new("RGB", upright.size)
        canvas.paste(upright.convert("RGB"))
    canvas.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=85, optimize=True)
    return CleanPhoto(out.getvalue(), *canvas.size)


def _refused(message: str, code: str) -> BadInput:
    return BadInput(message, code=code, field="photos")
