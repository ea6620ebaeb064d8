"""Files that come with a public form: limits while they arrive, photos made harmless, kept when the form has to be
shown again."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.backoffice.models import HeldFile
from apps.backoffice.once import once
from apps.backoffice.queries.held_files import held_files, held_keys
from apps.backoffice.services import drop_held, hold_files, read_held
from apps.claims.services.papers import clean_paper
from apps.core.errors import BadInput, NotStored
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile, clean_file
from apps.core.times import now

MOST = 6
View = Callable[..., HttpResponse]


class Quota(FileUploadHandler):
    """Throws away what goes beyond a photo's size or beyond their number, as it arrives, so that
    neither memory nor disk fills up and the rest of the form is still read."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.seen = 0
        self.size = 0
        self.too_large: list[str] = []
        self.too_many = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen += 1
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Not before the first piece: skipping a file closes whatever each handler has open, which
        until then is the file before it."""
        if self.seen > MOST:
            self.too_many = True
            raise SkipFile
        self.size += len(raw_data)
        if self.size > settings.UPLOAD_MAX_BYTES:
            self.too_large.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        return None


def takes_photos(view: View) -> Callable[..., HttpResponseBase]:
    """For a page whose form has photos. The limits have to stand before anything reads the form,
    and the check against forged requests is the first that does."""
    checked = csrf_protect(once(view))

    @csrf_exempt
    @wraps(checked)
    def with_quota(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        quota = Quota(request)
        request.upload_handlers.insert(0, quota)
        request.quota = quota  # type: ignore[attr-defined]  # read by Photos
        return checked(request, *args, **kwargs)

    return with_quota


class Photos:
    """The photos of one request: fresh ones, made harmless; those kept from the last try; and what
    is wrong with the others, in words."""

    field = "photos"

    def __init__(self, request: HttpRequest) -> None:
        self.fresh: list[CleanFile] = []
        self.errors: list[str] = []
        dropped = set(request.POST.getlist("drop"))
        keys = [key for key in request.POST.getlist("kept")[:MOST] if key not in dropped]
        self.kept: list[HeldFile] = held_files(held_keys(keys), owner=None)
        quota: Quota | None = getattr(request, "quota", None)
        self._judge(request.FILES.getlist(self.field), quota)

    def _judge(self, files: Sequence["UploadedFile[bytes]"], quota: Quota | None) -> None:
        megabytes = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        for name in quota.too_large if quota else ():
            self.errors.append(
                _("“%(name)s” is larger than %(megabytes)d MB.")
                % {"name": name[:60], "megabytes": megabytes}
            )
        for file in files:
            if len(self.kept) + len(self.fresh) >= MOST:
                self.errors.append(self.too_many())
                break
            self._read(file)
        if quota is not None and quota.too_many and self.too_many() not in self.errors:
            self.errors.append(self.too_many())

    def _read(self, file: "UploadedFile[bytes]") -> None:
        name = file.name or ""
        try:
            self.fresh.append(self.clean(NewFile(file.read(), name)))
        except BadInput as problem:
            text = str(problem)
            self.errors.append(text if name[:60] in text else f"{name[:60]}: {text}")

    def clean(self, file: NewFile) -> CleanFile:
        """What of it may be kept; BadInput for anything else."""
        return clean_file(file, only_pictures=True)

    def too_many(self) -> str:
        return _("At most %(n)d photos.") % {"n": MOST}

    @property
    def are_there(self) -> bool:
        return bool(self.fresh or self.kept)

    def keep(self) -> None:
        """For the next try; where the disk takes none, they have to be chosen again."""
        try:
            self.kept += hold_files(files=self.fresh, owner=None, at=now())
        except NotStored:
            names = ", ".join(file.name[:60] for file in self.fresh)
            self.errors.append(_("Please choose these files again: %(names)s") % {"names": names})
        self.fresh = []

    def take(self) -> list[CleanFile | NewFile]:
        """All of them, for the case."""
        return [*read_held(self.kept), *self.fresh]

    def done(self) -> None:
        """They stand in the case now."""
        if self.kept:
            drop_held(keys=[file.key for file in self.kept])


class Papers(Photos):
    """The papers of a claim: pictures, and PDFs with nothing in them that runs."""

    field = "papers"

    def clean(self, file: NewFile) -> CleanFile:
        return clean_paper(file)

    def too_many(self) -> str:
        return _("At most %(n)d files.") % {"n": MOST}
