"""Finding prohibited goods in the name of what is to be shipped (ORD-2). Pure text work.

Names are compared after folding: full width to half width, capitals to small, the common
traditional characters to simplified ones, and everything that is neither letter nor digit left
out, so that “打 火-机” is still a lighter. Words in Latin letters must stand alone: “gun” is not
found in “begun”. A match that lies inside a harmless name (酒精灯架) does not count.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from apps.orders.enums import ListScope, TransportMode

_TRADITIONAL = str.maketrans(
    "槍彈藥爆竹煙氣鋰電池磁鐵乾粉體噴霧髮膠殺蟲劑農溫計鎮靜劇鹽鈉鉀鋁鎂錳鋅銅鉛鈾輻氫氧氮氬氦漿膠滅器強緊標"
    "鴉嗎險獸鷹貓齒製動脈鯊陽離獵鋼鐐銬監聽竊攝偽鈔幣證賬號僞冊誌傳單亂賭場龍虎豬血屍骨檢驗疫證寶燈點針"
    "潔廁靈氯酚醫療廢樣車銀漆涂塗墨筆顏燃燒酒類樹脂樟腦線魚猛緬報紙書籍國旗違禁專間諜聲紋門鎖開買賣資訊檔機鹼壓縮紅黃瓦麗髒麥葉偉導彎頭連環礦",
    "枪弹药爆竹烟气锂电池磁铁干粉体喷雾发胶杀虫剂农温计镇静剧盐钠钾铝镁锰锌铜铅铀辐氢氧氮氩氦浆胶灭器强紧标"
    "鸦吗险兽鹰猫齿制动脉鲨阳离猎钢镣铐监听窃摄伪钞币证账号伪册志传单乱赌场龙虎猪血尸骨检验疫证宝灯点针"
    "洁厕灵氯酚医疗废样车银漆涂涂墨笔颜燃烧酒类树脂樟脑线鱼猛缅报纸书籍国旗违禁专间谍声纹门锁开买卖资讯档机碱压缩红黄瓦丽脏麦叶伟导弯头连环矿",
)
_LATIN = re.compile(r"[a-z0-9]")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class ListedWord:
    """One prohibited word with what it stands for."""

    word: str  # as written in the list
    term: str  # the entry it is an everyday word of
    list_code: str
    list_name: str
    english_name: str
    applies_to: str
    why: str
    english_why: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """``blocks`` is false when the list is about another kind of transport than the one chosen."""

    entry: ListedWord
    blocks: bool


@dataclass(frozen=True)
class GoodsBook:
    """The lists in force on ``day`` in a form that is quick to search."""

    day: date
    words: Sequence[ListedWord]
    harmless: Sequence[str]
    # Folded once, since a spreadsheet asks thousands of times: Chinese words are looked for as
    # they are, words in Latin letters only where the name has such letters.
    _chinese: list[tuple[str, ListedWord]] = field(init=False, repr=False)
    _latin: list[tuple[str, ListedWord]] = field(init=False, repr=False)
    _calm: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        needles = [(fold(entry.word), entry) for entry in self.words]
        chinese = [(n.replace(" ", ""), e) for n, e in needles if _CJK.search(n)]
        object.__setattr__(self, "_chinese", chinese)
        latin = [(n, e) for n, e in needles if n and not _CJK.search(n)]
        object.__setattr__(self, "_latin", latin)
        calm = sorted({fold(name) for name in self.harmless} - {""}, key=len, reverse=True)
        object.__setattr__(self, "_calm", calm)

    def matches(self, goods_name: str) -> list[ListedWord]:
        """Every list entry found, one per list and term, the longest word first."""
        found: dict[tuple[str, str], tuple[int, ListedWord]] = {}
        for needle, entry in self._hits(fold(goods_name)):
            key = (entry.list_code, entry.term)
            if key not in found or found[key][0] < len(needle):
                found[key] = (len(needle), entry)
        return [entry for _length, entry in sorted(found.values(), key=lambda pair: -pair[0])]

    def _hits(self, spaced: str) -> Iterator[tuple[str, ListedWord]]:
        squeezed = spaced.replace(" ", "")
        calm = _spans(self._calm, squeezed)
        for needle, entry in self._chinese:
            if needle in squeezed and _occurs(needle, squeezed, calm):
                yield needle, entry
        if _LATIN.search(spaced):
            calm = _spans(self._calm, spaced)
            for needle, entry in self._latin:
                if _is_a_word(needle, spaced, calm):
                    yield needle, entry


def check_goods(book: GoodsBook, goods_name: str, mode: str) -> list[Finding]:
    """All findings, the blocking ones first."""
    findings = [Finding(entry, _blocks(entry, mode)) for entry in book.matches(goods_name)]
    return sorted(findings, key=lambda finding: not finding.blocks)


def _blocks(entry: ListedWord, mode: str) -> bool:
    return entry.applies_to == ListScope.ALL or (
        (entry.applies_to == ListScope.AIR and mode == TransportMode.AIR)
        or (entry.applies_to == ListScope.RAIL and mode == TransportMode.RAIL)
    )


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Letters and digits only, words in Latin letters separated by one space."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_TRADITIONAL)
    letters = "".join(c if c.isalnum() else "" if _invisible(c) else " " for c in plain)
    return " ".join(letters.split())


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Mn")


def _occurs(needle: str, text: str, calm: Sequence[tuple[int, int]]) -> bool:
    at = text.find(needle)
    while at >= 0:
        if not _inside(at, at + len(needle), calm):
            return True
        at = text.find(needle, at + 1)
    return False


def _is_a_word(needle: str, text: str, calm: Sequence[tuple[int, int]]) -> bool:
    for match in _word_pattern(needle).finditer(text):
        if not _inside(match.start(), match.end(), calm):
            return True
    return False


@lru_cache(maxsize=4096)
def _word_pattern(needle: str) -> re.Pattern[str]:
    """The word with its plurals; a Chinese character beside it is a border too."""
    words = r" ?".join(re.escape(word) for word in needle.split())
    plural = words[:-1] + "(?:y|ies)" if needle.endswith("y") else words + "(?:s|es)?"
    return re.compile(rf"(?<![a-z0-9]){plural}(?![a-z0-9])")


def _spans(names: Iterable[str], text: str) -> list[tuple[int, int]]:
    spans = []
    for name in names:
        wanted = name if " " in text else name.replace(" ", "")
        at = text.find(wanted)
        while at >= 0:
            spans.append((at, at + len(wanted)))
            at = text.find(wanted, at + 1)
    return spans


def _inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(low <= start and end <= high for low, high in spans)
