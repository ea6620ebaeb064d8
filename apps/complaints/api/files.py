"""Files of a conversation, as a program downloads them."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse

from apps.complaints.models import CaseFile
from apps.core.api.wire import WireRenderer
from apps.core.downloads import private_file


class BinaryRenderer(WireRenderer):
    """Whoever accepts a file gets one; refusals are JSON all the same."""

    media_type = "application/octet-stream"
    format = "bin"


def sent_file(stored: CaseFile) -> HttpResponse:
    """Never as something a browser would show by itself."""
    try:
        with default_storage.open(stored.path) as opened:
            content: bytes = opened.read()
    except FileNotFoundError:
        raise Http404 from None
    return private_file(content, name="")
