"""A private file on its way to a browser that must not be harmed by it: the one answer for all of them."""

from typing import IO, Any, overload

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

# What a browser neither shows nor runs.
UNKNOWN = "application/octet-stream"


@overload
def private_file(
    content: bytes, *, name: str, content_type: str = ..., shows: bool = ...
) -> HttpResponse: ...
@overload
def private_file(
    content: "IO[Any]", *, name: str, content_type: str = ..., shows: bool = ...
) -> FileResponse: ...
def private_file(
    content: "bytes | IO[Any]", *, name: str, content_type: str = UNKNOWN, shows: bool = False
) -> HttpResponse | FileResponse:
    """A download under ``name``; ``shows`` only for pictures that were drawn anew by us. No script in
    it could run, whatever a browser takes it for, and no cache keeps it. Whether the person who asks
    may have it, and that they had it, is the caller's to see to."""
    response: HttpResponse | FileResponse
    if isinstance(content, bytes):
        response = HttpResponse(content, content_type=content_type)
    else:
        response = FileResponse(content, content_type=content_type)
    usual = "inline" if shows else "attachment"
    response["Content-Disposition"] = content_disposition_header(not shows, name) or usual
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
