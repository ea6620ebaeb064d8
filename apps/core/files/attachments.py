"""What a file sent with a case really is: decided by content; pictures are drawn anew. Pure."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.pictures import clean_photo, is_phone_only, phone_only_words
from apps.core.files.scans import PDF, check_document, tidy_name

JPEG = "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain"
EXTENSIONS = {JPEG: ".jpg", PDF: ".pdf", XLSX: ".xlsx", DOCX: ".docx", TEXT: ".txt"}
MOST_FILES = 12
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF87a", b"GIF89a")
_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Ready to be stored: harmless pictures, or a document that is only ever downloaded."""

    content: bytes
    name: str
    content_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]

    @property
    def is_picture(self) -> bool:
        return self.content_type == JPEG


def clean_file(file: NewFile | CleanFile, *, only_pictures: bool = False) -> CleanFile:
    """Accept a JPEG, PNG, WebP or GIF picture, a PDF, a Word or Excel document or plain text of at
    most UPLOAD_MAX_BYTES. Pictures lose their metadata, and a name ends in what the file is, so
    that a page sent as text opens as text. ``only_pictures`` where the door takes nothing else, and
    says so. Raises BadInput (``files``) otherwise."""
    if isinstance(file, CleanFile):
        return file
    limit = settings.UPLOAD_MAX_BYTES
    if len(file.content) > limit:
        raise _refused(
            _("“%(name)s” is larger than %(megabytes)d MB."),
            "file_too_large",
            file.name,
            megabytes=limit // 1024 // 1024,
        )
    if not file.content:
        raise _refused(_("“%(name)s” is empty. Choose it again."), "file_empty", file.name)
    name = tidy_name(file.name)
    if file.content.startswith(_PICTURES):
        photo = clean_photo(io.BytesIO(file.content))
        return CleanFile(photo.content, f"{name.rpartition('.')[0] or name}.jpg", JPEG)
    if is_phone_only(file.content):
        raise BadInput(f"{name[:60]}: {phone_only_words()}", code="file_kind", field="files")
    if only_pictures:
        raise _refused(
            _("“%(name)s” is no photo. Send JPEG, PNG, WebP or GIF pictures."), "file_kind", name
        )
    kind = _kind(file)
    if not name.lower().endswith(EXTENSIONS[kind]):
        name = f"{name[-150:]}{EXTENSIONS[kind]}"
    return CleanFile(file.content, name, kind)


def clean_files(files: Sequence[NewFile | CleanFile]) -> list[CleanFile]:
    if len(files) > MOST_FILES:
        raise BadInput(
            _("At most %(n)d files.") % {"n": MOST_FILES}, code="too_many_files", field="files"
        )
    return [clean_file(file) for file in files]


def _kind(file: NewFile) -> str:
    if file.content.startswith(b"%PDF-"):
        check_document(io.BytesIO(file.content), filename=file.name)
        return PDF
    if file.content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                inside = set(archive.namelist())
        except zipfile.BadZipFile:
            inside = set()
        for part, kind in _OFFICE.items():
            if part in inside and not any("vbaProject" in name for name in inside):
                return kind
    elif _is_text(file.content):
        return TEXT
    raise _refused(
        _("“%(name)s” is not accepted: send pictures, PDF, Word, Excel or plain text."),
        "file_kind",
        file.name,
    )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(c.isprintable() or c in "\r\n\t\ufeff" for c in text)


def _refused(message: str, code: str, name: str, **params: object) -> BadInput:
    return BadInput(message % {"name": tidy_name(name)[:60], **params}, code=code, field="files")
