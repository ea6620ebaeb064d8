"""The photos of a form between two tries."""

from collections.abc import Sequence
from uuid import UUID

from apps.complaints.models import HeldFile


def held_files(keys: Sequence[UUID]) -> list[HeldFile]:
    """In the order of ``keys``; those that are gone are left out."""
    found = {file.key: file for file in HeldFile.objects.filter(key__in=keys)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]
