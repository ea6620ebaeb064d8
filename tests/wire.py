"""Every time that leaves the house for programs is written in one way: ``2026-03-21T06:05:00Z``.

Asked of everything that any test receives: answers of the API (tests/conftest.py), webhooks
(tests/doubles/merchant.py) and events of streams (tests/inquiries/test_streams.py).
"""

import json
import re
from typing import Any

_A_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_OURS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", re.ASCII)
# What somebody typed is told as it was typed.
_TYPED = frozenset({"detail", "message", "text", "customer_reference", "reference", "description"})


def times_in(answers: Any, name: str = "") -> list[str]:
    """Everything that looks like a time, wherever it stands."""
    if isinstance(answers, dict):
        return [time for key, below in answers.items() for time in times_in(below, key)]
    if isinstance(answers, list):
        return [time for below in answers for time in times_in(below, name)]
    looks = isinstance(answers, str) and name not in _TYPED and _A_TIME.fullmatch(answers)
    return [answers] if looks else []


def check_times(answers: Any) -> None:
    for time in times_in(answers):
        assert _OURS.fullmatch(time), f"a time in another format: {time}"


def check_answer(path: str, content_type: str, body: bytes) -> None:
    """One answer of the API."""
    if path.startswith(("/api/v1/", "/voice/")) and "json" in content_type and body:
        check_times(json.loads(body))
