"""Finding an encrypted name by a part of it: keyed fingerprints of the parts, kept in an array.

A Chinese name is cut into its pairs of neighbouring characters, which holds compound family names
(欧阳) and given names; any other name into its words. Each part is fingerprinted with the blind
index key, so without the key the column reveals only that two names share a part (ADR 15).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from apps.core.crypto import blind_index

_BATCH = 1_000
MOST_PARTS = 24  # of one row, so that no name however long costs more
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_FINGERPRINT = 16  # hex digits, 64 bits: a stranger with the same part is one in billions


def parts_of(name: str) -> list[str]:
    """``欧阳小红`` → 欧阳, 阳小, 小红; ``Mary O'Neil`` → mary, neil. A single sign is no part of
    anything unless it is all there is: too many people share it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    found: dict[str, None] = {}
    for run in _runs(text):
        found.update(dict.fromkeys(_cut(run)))
    return list(found)[:MOST_PARTS]


def name_parts(names: Iterable[str], purpose: str) -> list[str]:
    """The column for a row with these names, each fingerprint once."""
    parts = dict.fromkeys(part for name in names for part in parts_of(name))
    return [_fingerprint(part, purpose) for part in list(parts)[:MOST_PARTS]]


def asked_parts(typed: str, purpose: str) -> list[str]:
    """What a row must hold to be found by what was typed; empty where it cannot be (part of) a
    name: it has digits, or only single signs."""
    return [_fingerprint(part, purpose) for part in parts_of(as_name(typed))]


def as_name(typed: str) -> str:
    """What was typed, where it can be (part of) a person's name; "" otherwise."""
    name = " ".join(typed.split())
    return name if 1 < len(name) <= 60 and not any(sign.isdecimal() for sign in name) else ""


def fill(rows: Any, names: Sequence[str], purpose: str) -> int:
    """Write the column for rows that were there before it was; ``rows`` is a model's manager,
    ``names`` the fields that hold names. In batches, each committed by itself; how many rows."""
    last = count = 0
    while batch := list(
        rows.filter(pk__gt=last).order_by("pk").only(*names, "name_parts")[:_BATCH]
    ):
        for row in batch:
            row.name_parts = name_parts((getattr(row, name) for name in names), purpose)
        rows.bulk_update([row for row in batch if row.name_parts], ["name_parts"])
        last, count = batch[-1].pk, count + len(batch)
    return count


def _runs(text: str) -> list[str]:
    """Blanks and dots between Chinese characters are no border: 张 三, 阿依古丽·买买提."""
    joined = re.sub(rf"(?<=[{_HAN}])[\s·・•.]+(?=[{_HAN}])", "", text)
    return _RUN.findall(joined)


def _cut(run: str) -> list[str]:
    if not _IS_HAN.match(run):
        return [run] if len(run) > 1 else []
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _fingerprint(part: str, purpose: str) -> str:
    return blind_index(part, f"{purpose}.part")[:_FINGERPRINT]
