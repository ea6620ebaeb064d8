"""The words and policies a new house starts with; staff change both afterwards. Pure."""

import json
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

SEED = Path(__file__).resolve().parent / "seed"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
# People outside are not woken: everything not urgent waits for the morning.
QUIET_FROM, QUIET_UNTIL = time(21, 30), time(8, 0)
INSIDE = {"in_app", "webhook"}


@cache
def built_in_words() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(topic, channel or "", language) → (subject, body)."""
    book: dict[str, dict[str, list[str]]] = json.loads(
        (SEED / "words.json").read_text(encoding="utf-8")
    )
    words = {}
    for topic, versions in book.items():
        for name, (subject, body) in versions.items():
            channel, _sep, language = name.rpartition("_")
            words[(topic, channel, LANGUAGES[language])] = (subject, body)
    return words


def first_policies() -> list[dict[str, Any]]:
    rows = json.loads((SEED / "policies.json").read_text(encoding="utf-8"))
    for row in rows:
        if set(row["channels"]) - INSIDE:
            row.setdefault("quiet_from", QUIET_FROM)
            row.setdefault("quiet_until", QUIET_UNTIL)
    return list(rows)


def plant(policies: Any, templates: Any) -> None:
    """Add what is missing; ``policies`` and ``templates`` are the models' managers."""
    policies.bulk_create([policies.model(**row) for row in first_policies()], ignore_conflicts=True)
    templates.bulk_create(
        [
            templates.model(
                topic=topic,
                channel=channel,
                language=language,
                version=1,
                subject=subject,
                body=body,
            )
            for (topic, channel, language), (subject, body) in built_in_words().items()
        ],
        ignore_conflicts=True,
    )
