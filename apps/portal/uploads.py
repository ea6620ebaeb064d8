"""Files that somebody outside sends with a form."""

from django.conf import settings
from django.http import HttpRequest

from apps.core.files import NewFile

MOST_READ = 12


def files_of(request: HttpRequest) -> list[NewFile]:
    """What was uploaded; never more of a file than one byte beyond what is accepted, and no more
    files than anybody may send, so that a flood is refused unread."""
    uploads = [upload for upload in request.FILES.getlist("files") if upload.name]
    most = settings.UPLOAD_MAX_BYTES + 1
    return [
        NewFile(upload.read(most) if n < MOST_READ else b"", str(upload.name))
        for n, upload in enumerate(uploads)
    ]
