"""By which words a text is found. Chinese has no blanks between words, so a run of signs is kept as
its single signs and as the pairs of neighbours: 理赔 is found in 如何申请理赔. Pure."""

import re
import unicodedata

LONGEST_SEARCH = 200
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_LONGEST_WORD = 40
# PostgreSQL keeps places up to this one, and so many of a word.
_LAST_PLACE, _MOST_PLACES = 16_383, 255


def words_of(text: str) -> list[str]:
    """Each time it stands there, in order: ``报价 How much`` → 报, 报价, 价, how, much."""
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if not _IS_HAN.match(run):
            found.append(run[:_LONGEST_WORD])
            continue
        for place, sign in enumerate(run):
            found.append(sign)
            if place + 1 < len(run):
                found.append(run[place : place + 2])
    return found


def vector(title: str, body: str, reply: str = "") -> str:
    """A ``tsvector`` as PostgreSQL reads it; words of the title weigh A, of body and reply D."""
    places: dict[str, list[str]] = {}
    place = 0
    for weight, text in (("A", title), ("", body), ("", reply)):
        for word in words_of(text):
            place = min(place + 1, _LAST_PLACE)
            at = places.setdefault(word, [])
            if len(at) < _MOST_PLACES:
                at.append(f"{place}{weight}")
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def asked(text: str) -> list[str]:
    """What must stand in a text to be found by ``text``: pairs of Chinese signs, a single sign where it
    stands alone, other words by their beginnings ("claim" finds "claims"). Empty for nothing to look for."""
    found: dict[str, None] = {}
    for run in _RUN.findall(unicodedata.normalize("NFKC", text[:LONGEST_SEARCH]).casefold()):
        if not _IS_HAN.match(run):
            found[f"'{run[:_LONGEST_WORD]}':*"] = None
        elif len(run) == 1:
            found[f"'{run}'"] = None
        else:
            found.update(dict.fromkeys(f"'{run[i : i + 2]}'" for i in range(len(run) - 1)))
    return list(found)
