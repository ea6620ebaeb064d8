"""Array literals: one parameter instead of thousands."""

from collections.abc import Iterable
from datetime import datetime


def array(values: Iterable[str]) -> str:
    """Texts that may hold anything come as ``quoted``."""
    return "{" + ",".join(values) + "}"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def moment(value: datetime | None) -> str:
    return value.isoformat() if value else "NULL"
