"""Where attachments lie: under MEDIA_ROOT by unguessable names, served to staff alone."""

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def keep_privately(content: bytes) -> str:
    """The path of the stored file; its own name is kept elsewhere, encrypted."""
    token = secrets.token_hex(16)
    return str(default_storage.save(f"inquiries/{token[:2]}/{token}.bin", ContentFile(content)))
