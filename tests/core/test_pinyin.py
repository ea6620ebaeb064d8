"""Characters as they are read: what the library says, from a dictionary that takes less memory."""

import subprocess
import sys

import pypinyin
import pytest
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from apps.core import pinyin


def as_the_library_reads(text: str) -> list[tuple[str, ...]]:
    usual = pypinyin.lazy_pinyin(text)
    every = pypinyin.pinyin(text, style=pypinyin.Style.NORMAL, heteronym=True)
    return [tuple(dict.fromkeys([first, *more])) for first, more in zip(usual, every, strict=True)]


def test_every_word_and_character_is_read_as_the_library_reads_it() -> None:
    known = [*PHRASES_DICT, *(chr(code) for code in PINYIN_DICT)]
    others = {word for word in known if pinyin.readings(word) != as_the_library_reads(word)}
    assert others == {"欸", "誒"}  # one reading of theirs is ê there, which nobody types


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("北京A座3号", "bei jing A zuo 3 hao"),
        ("重庆", "chong qing"),
        ("吕梁", "lv liang"),
        ("Hong Kong", "Hong Kong"),
        ("", ""),
    ],
)
def test_a_place_is_spelled(text: str, spelling: str) -> None:
    assert pinyin.spelled(text) == spelling


def test_the_longest_word_counts_wherever_it_stands() -> None:
    assert [one[0] for one in pinyin.readings("去重庆长安街")] == [
        "qu",
        "chong",
        "qing",
        "chang",
        "an",
        "jie",
    ]


def test_the_library_itself_is_not_loaded() -> None:
    asked = (
        "import sys; from apps.core import pinyin; pinyin.load(); print('pypinyin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
