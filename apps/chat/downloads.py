"""A file of a chat on its way to a browser."""

from django.core.files.storage import default_storage
from django.http.response import HttpResponseBase

from apps.chat.models import ChatFile
from apps.core.downloads import private_file


def content_of(file: ChatFile) -> HttpResponseBase:
    """Pictures are shown, for they were drawn anew by us; everything else is saved, never opened."""
    return private_file(
        default_storage.open(file.path),
        name=file.name,
        content_type=file.content_type,
        shows=file.is_picture,
    )
