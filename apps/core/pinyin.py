"""How Chinese characters are read, without tones: 重庆 → chong qing.

Pure functions over the dictionary of the library ``pypinyin``. Loaded by the library itself it takes 55 MB of
every process that writes one name; here it is a sorted text of 1.5 MB, searched by halves.
"""

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from json import JSONDecoder
from pathlib import Path
from typing import Any

Readings = tuple[str, ...]


class _Dictionary:
    """Sorted lines ``word TAB readings of each character``; alternatives are parted by commas."""

    def __init__(self, readings: Iterator[tuple[str, str]]) -> None:
        lines = sorted(f"{word}\t{reading}\n".encode() for word, reading in readings)
        self._text = b"".join(lines)
        self._starts = array("I", [0])
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def find(self, word: str) -> tuple[bool, list[Readings]]:
        """Whether any entry begins with the word, and how it is read where it is an entry itself."""
        sought = word.encode()
        place = bisect_left(range(len(self._starts) - 1), sought, key=self._line)
        line = self._line(place) if place < len(self._starts) - 1 else b""
        if not line.startswith(sought + b"\t"):
            return line.startswith(sought), []
        found = line[len(sought) + 1 : -1].decode()
        return True, [tuple(one.split(",")) for one in found.split(" ")]

    def _line(self, number: int) -> bytes:
        return self._text[self._starts[number] : self._starts[number + 1]]


def readings(text: str) -> list[Readings]:
    """Of each character all its readings, the one it has in this word first. A character that is not read
    (a letter, a digit) stands for itself."""
    found: list[Readings] = []
    while len(found) < len(text):
        found += _word_at(text, len(found))
    return found


def spelled(text: str) -> str:
    """The usual reading, syllables and whatever stands between them parted by spaces: 北京A座 → bei jing A zuo."""
    parts: list[str] = []
    usual_readings = (
        (character, usual) for character, (usual, *_more) in zip(text, readings(text), strict=True)
    )
    for is_read, run in groupby(usual_readings, key=lambda one: one[0] != one[1]):
        syllables = [usual for _character, usual in run]
        parts += syllables if is_read else ["".join(syllables)]
    return " ".join(parts)


def load() -> None:
    """What the first question would load, for all that are forked from this process."""
    _words()
    _characters()


def _word_at(text: str, start: int) -> list[Readings]:
    """The longest word of the dictionary that begins there, or the character alone."""
    longest: list[Readings] = []
    for end in range(start + 1, len(text) + 1):
        begins, whole = _words().find(text[start:end])
        longest = whole or longest
        if not begins:
            break
    return longest or _characters().find(text[start])[1] or [(text[start],)]


@cache
def _words() -> _Dictionary:
    return _Dictionary(
        (word, " ".join(_toneless(one) for one in each))
        for word, each in _entries("phrases_dict.json")
    )


@cache
def _characters() -> _Dictionary:
    return _Dictionary(
        (chr(int(code)), _toneless(one.split(","))) for code, one in _entries("pinyin_dict.json")
    )


def _entries(name: str) -> Iterator[tuple[str, Any]]:
    """Of one of the library's two files, an object of JSON, one by one: as a whole it would leave as much memory
    behind as the library. The library is not imported, as it would load them."""
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed")
    text = Path(spec.origin).with_name(name).read_text(encoding="utf-8")
    value_at = JSONDecoder().raw_decode
    place = 0
    while (place := text.find('"', place)) >= 0:
        key, place = value_at(text, place)
        value, place = value_at(text, text.index(":", place) + 2)
        yield key, value


def _toneless(readings: list[str]) -> str:
    """Each once, in their order."""
    return ",".join(dict.fromkeys(_plain(reading) for reading in readings))


@cache
def _plain(reading: str) -> str:
    """Without tone, ü as it is typed: nǚ → nv."""
    apart = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")
