"""Finding Chinese by its pairs of characters, and everything else by its triples. Pure.

A trigram index cannot find a word of two characters, and most Chinese words have two. So a text
is kept as a set of grams: every pair of neighbouring Chinese characters, every three neighbouring
letters or digits, and each shorter Latin word whole. A query is cut the same way; rows that hold
all of its grams are candidates, and a word longer than one gram is looked for in the text itself.
"""

import re
from collections.abc import Iterable

from apps.core.masking import Known, mask_text
from apps.customers.names import tidy

MOST_TEXT = 2_000  # characters of a case that can be searched
MOST_WORDS = 6
LONGEST_QUERY = 80
_RUN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def searchable(*parts: str, names: Iterable[str] = ()) -> str:
    """The masked text a case is found by: no phone, e-mail or name survives."""
    return tidy(mask_text("\n".join(part for part in parts if part), Known.people(names)))[
        :MOST_TEXT
    ]


def grams(text: str) -> list[str]:
    """The grams of a text that is tidy already, each once, in order."""
    found: dict[str, None] = {}
    for run in _RUN.findall(text):
        found.update(dict.fromkeys(_grams_of(run)))
    return list(found)


def _grams_of(run: str) -> list[str]:
    size = 2 if _HAN.match(run) else 3
    if len(run) <= size:
        return [run] if len(run) > 1 or size == 3 else []
    return [run[i : i + size] for i in range(len(run) - size + 1)]


def query_of(typed: str) -> tuple[list[str], list[str]]:
    """(grams that must be there, words that must be there as they stand).

    ([], []) when nothing typed can be searched for: a single character of Chinese.
    """
    must: dict[str, None] = {}
    words = []
    for word in tidy(typed[:LONGEST_QUERY]).split(" ")[:MOST_WORDS]:
        pieces = grams(word)
        must.update(dict.fromkeys(pieces))
        if len(pieces) > 1 or (pieces and pieces[0] != word):
            words.append(word)
    return list(must), words


def likeness(one: set[str], other: set[str]) -> float:
    """How much of the shorter text is in the other, 0–1."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))
