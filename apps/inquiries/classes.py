"""What kind of matter somebody's own words are about. Pure; a person judges it afterwards.

Words decide, since what people write when something went wrong is much alike; where nothing tells,
nothing is guessed.
"""

import re
import unicodedata

from apps.complaints.enums import CaseClass

MOST_TEXT = 20_000


def _words(chinese: str, english: str) -> re.Pattern[str]:
    """Chinese words anywhere, English ones whole."""
    return re.compile(rf"{chinese}|\b(?:{english})\b", re.I)


# In this order: what is broken is a damage, also where somebody complains of it.
_SIGNS: tuple[tuple[CaseClass, re.Pattern[str]], ...] = (
    (
        CaseClass.DAMAGE,
        _words(
            "破损|损坏|摔坏|摔碎|碎了|压坏|压扁|变形|进水|受潮|漏液|坏了|破了|开裂",
            "damaged?|broken|smashed|crushed|cracked|leak(?:ed|ing|s)?",
        ),
    ),
    (
        CaseClass.LOSS,
        _words(
            "丢失|丢件|丢了|弄丢|遗失|少件|少了|缺件|没收到|未收到|不见了|被偷|冒领",
            "lost|missing|stolen|never (?:arrived|received|came)",
        ),
    ),
    (
        CaseClass.COMPLAINT,
        _words(
            "投诉|举报|申诉|曝光|12305|12315|邮政管理局|消协|赔偿|赔付|索赔|态度|骂人|辱骂|威胁|野蛮"
            "|乱收费|多收|虚假签收|假签收|未经同意|不送货上门|不上门|送错|错派|延误|太慢|不满|气愤|垃圾"
            "|差评|退款|欺骗|没人管|没人处理|不处理|推诿",
            "complain(?:t|ts|ing|ed)?|rude|unacceptable|refund|compensat(?:e|ion)|disappoint(?:ed|ing)"
            "|terrible|awful|overcharged?|delayed|late|wrong address|wrongly delivered"
            "|fake signature|scam|claim|angry|disgusting",
        ),
    ),
)
# Said outright: no question needs to be asked back.
_OUTRIGHT = _words("投诉|举报|申诉|索赔", "complain(?:t|ts|ing)?|file a claim|report a problem")


def class_of(text: str) -> CaseClass | None:
    """Damage, loss or complaint; None where no word tells."""
    plain = _plain(text)
    return next((kind for kind, signs in _SIGNS if signs.search(plain)), None)


def is_outright(text: str) -> bool:
    """Whether somebody says in so many words that they complain."""
    return bool(_OUTRIGHT.search(_plain(text)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:MOST_TEXT])
