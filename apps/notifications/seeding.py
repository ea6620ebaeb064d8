"""The words and policies a new installation starts with; staff change both afterwards. Each app has those of what
it notifies people of in ``seed/messages.json`` or ``seed/…_messages.json``."""

import json
from datetime import time
from functools import cache
from typing import Any

from apps.core.discovery import seeds

LANGUAGES = {"zh": "zh-hans", "en": "en"}
# People outside are not woken at night: everything not urgent waits for the morning.
QUIET_FROM, QUIET_UNTIL = time(21, 30), time(8, 0)
INSIDE = {"in_app", "webhook"}


def _books() -> list[dict[str, Any]]:
    """Those of all apps, from the lowest floor up."""
    return [json.loads(file.read_text("utf-8")) for file in seeds("messages")]


@cache
def built_in_words() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(topic, channel or "", language) → (subject, body)."""
    words = {}
    for book in _books():
        for topic, versions in book["words"].items():
            for name, (subject, body) in versions.items():
                channel, _sep, language = name.rpartition("_")
                words[(topic, channel, LANGUAGES[language])] = (subject, body)
    return words


def first_policies() -> list[dict[str, Any]]:
    rows = [row for book in _books() for row in book["policies"]]
    for row in rows:
        if set(row["channels"]) - INSIDE:
            row.setdefault("quiet_from", QUIET_FROM)
            row.setdefault("quiet_until", QUIET_UNTIL)
    return rows


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
