"""Secrets of a local installation: made once, kept for the owner's eyes only."""

import base64
import json
import os
import secrets
from pathlib import Path

NAMES = (
    "SECRET_KEY",
    "FIELD_KEYS",
    "BLIND_INDEX_KEY",
    "METRICS_KEY",
    "POSTGRES_PASSWORD",
    "OWNER_PASSWORD",
    "APP_PASSWORD",
    "VALKEY_PASSWORD",
)


def local_secrets(path: Path) -> dict[str, str]:
    """The secrets kept in that file; made, and added to, where missing."""
    known: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
    missing = [name for name in NAMES if name not in known]
    if missing:
        known.update({name: _new(name) for name in missing})
        write_private(path, json.dumps(known, indent=1) + "\n")
    return known


def _new(name: str) -> str:
    if name == "FIELD_KEYS":
        return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(48 if name == "SECRET_KEY" else 32)


def write_private(path: Path, text: str, account_uid: int | None = None) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    if account_uid is not None:
        os.chown(draft, account_uid, -1)
    draft.replace(path)
