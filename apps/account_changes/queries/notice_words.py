"""The words of the notice as staff see them before and after the press: those that no template changes."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

_SEED = Path(__file__).resolve().parent.parent / "seed" / "campaign_messages.json"
# What each customer's notice has of its own.
OWN = {"code": "XXXX-XXXX-XXXX-XXXX", "link": "…"}


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    words: dict[str, dict[str, list[str]]] = json.loads(_SEED.read_text("utf-8"))["words"]
    return words


def notice_words(content: Mapping[str, Any], verify: str) -> list[tuple[str, str]]:
    """(language, the notice in it) of a campaign's ``content``, with placeholders for what is each
    customer's own."""
    values = _Blank(content, verify=verify, until=moment(content["accept_until"]), **OWN)
    values["since"] = moment(content["since"])
    wording = _words()["account_notice.told"]
    return [
        (language, wording[name][1].format_map(values))
        for language, name in (("zh-Hans", "zh"), ("en", "en"))
    ]


def moment(written: str) -> str:
    """An instant of ``content`` with its date always: a notice is read on another day."""
    instant = parse_datetime(written)
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M}" if instant else ""
