"""How a company is found by what an agent types: Chinese, English, pinyin or its initials.

Pure functions. A character with several readings counts with its usual reading in that word
(重庆 → chongqing) first, and with the other readings too, so that whichever one types finds it.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

from apps.core import pinyin

# The dictionary knows words, not surnames; a company often begins with its founder's name.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "盖": "ge",
    "覃": "qin",
    "冼": "xian",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
}
# Endings and regions that words after a surname would not begin with: 区域… is no Mr Ou.
NOT_SURNAMES = ("区域", "区块", "单位", "单车", "解放", "解决", "曾经", "查询", "盖世", "朴素")
MOST_READINGS = 12
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Reading:
    full: str
    initials: str


def tidy(text: str) -> str:
    """Full-width to half-width, capitals to small, ü as it is typed (v), accents off, one space
    between words."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    bare = "".join(
        c
        for c in unicodedata.normalize("NFKD", folded)
        if unicodedata.category(c) not in ("Mn", "Cc", "Cf") or c in "\t\n\r"
    )
    return SPACE.sub(" ", bare).strip()


def readings(name: str) -> list[Reading]:
    """The usual reading first, then others, at most MOST_READINGS; no duplicates."""
    usual = _syllables(tidy(name))
    if not usual:
        return []
    found = [_joined([options[0] for options in usual])]
    for choice in _bounded(usual):
        reading = _joined(choice)
        if reading not in found:
            found.append(reading)
        if len(found) == MOST_READINGS:
            break
    return found


def search_text(code: str, name: str, short_name: str, english_name: str) -> str:
    """Every key of a customer in one string, one key a line: found by substring."""
    keys = [tidy(code), tidy(name), tidy(short_name), tidy(english_name)]
    for text in (name, short_name):
        if HAN.search(text):
            for reading in readings(text):
                keys += [reading.full, reading.initials]
    return "\n".join(dict.fromkeys(key for key in keys if key))


def _syllables(text: str) -> list[list[str]]:
    """Per character its readings, the usual one first; Latin words and digits stand as they are."""
    result: list[list[str]] = []
    position = 0
    for match in HAN.finditer(text):
        result += _plain(text[position : match.start()])
        result += _han(match.group(), at_start=match.start() == 0)
        position = match.end()
    return result + _plain(text[position:])


def _plain(text: str) -> list[list[str]]:
    return [[word] for word in re.findall(r"[^\W_]+", text)]


def _han(word: str, *, at_start: bool) -> list[list[str]]:
    options = [list(each) for each in pinyin.readings(word)]
    return _with_surname(word, options) if at_start else options


def _with_surname(word: str, options: list[list[str]]) -> list[list[str]]:
    if word.startswith(NOT_SURNAMES):
        return options
    for surname, reading in SURNAMES.items():
        if word.startswith(surname):
            first = [
                list(dict.fromkeys([syllable, *others]))
                for syllable, others in zip(reading.split(), options, strict=False)
            ]
            return [*first, *options[len(surname) :]]
    return options


def _bounded(options: list[list[str]]) -> list[tuple[str, ...]]:
    """Other readings, with at most three characters varied: a long name has too many to list."""
    varied = [i for i, readings_of_one in enumerate(options) if len(readings_of_one) > 1][:3]
    narrowed = [
        readings_of_one[:3] if i in varied else readings_of_one[:1]
        for i, readings_of_one in enumerate(options)
    ]
    return list(product(*narrowed))


def _joined(syllables: list[str] | tuple[str, ...]) -> Reading:
    """Digits and Latin words count whole in the full form; initials keep a number whole: 3M中国 → 3mzg."""
    return Reading(
        full="".join(syllables),
        initials="".join(s if s[0].isdigit() else s[0] for s in syllables),
    )
