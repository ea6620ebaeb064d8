"""A file of a chat on its way to a browser that must not be harmed by it."""

from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse

from apps.chat.models import ChatFile


def content_of(file: ChatFile) -> FileResponse:
    """Pictures are shown, for they were drawn anew by us; everything else is saved, never opened.
    No script in it could run, whatever a browser takes it for."""
    response = FileResponse(default_storage.open(file.path), content_type=file.content_type)
    how = "inline" if file.is_picture else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
