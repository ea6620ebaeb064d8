"""The files of a form between two tries."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from apps.backoffice.models import HeldFile


def held_files(keys: Sequence[UUID], *, owner: Any) -> list[HeldFile]:
    """In the order of ``keys``; those that are gone or another's are left out. ``owner``: who asks
    at the desk, None for a visitor, who gets what visitors left."""
    if not keys:
        return []
    found = {file.key: file for file in HeldFile.objects.filter(key__in=keys, owner=owner)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def held_keys(texts: Iterable[str]) -> list[UUID]:
    """Keys as a form brings them; what is none is left out."""
    found = []
    for text in texts:
        with suppress(ValueError):
            found.append(UUID(hex=text))
    return found
