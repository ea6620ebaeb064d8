"""Where private files of the banking floor lie: by unguessable names, never at a public address."""

import secrets
from pathlib import PurePath
from typing import Any


def private_name(_instance: Any, filename: str) -> str:
    """A random name; only the checked extension of the original is kept."""
    token = secrets.token_hex(16)
    return f"banking/{token[:2]}/{token}{PurePath(filename).suffix.lower()[:5]}"
