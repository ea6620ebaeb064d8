"""What makes a line the same line, and an account number or a bank's code one. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from stdnum import luhn

from apps.banking.reading import Line, Reading

_KEPT = re.compile(r"[^0-9A-Za-z]")
_BETWEEN = re.compile(r"[\s\u00ad\u2010-\u2015-]+")
# Of accounts at Chinese banks: digits only. A card has 16 to 19, a company's account about as many, a
# virtual sub-account more; the payment systems carry 32 at most.
OWN_NUMBER = re.compile(r"[0-9]{8,32}")
# The first three digits of a CNAPS code 行号 are its bank's 行别代码 (the published code list of the payment
# system of the People's Bank; the head offices' codes as payment providers publish them begin so).
BANKS = {
    "102": "中国工商银行", "103": "中国农业银行", "104": "中国银行", "105": "中国建设银行",
    "201": "国家开发银行", "202": "中国进出口银行", "203": "中国农业发展银行", "301": "交通银行",
    "302": "中信银行", "303": "中国光大银行", "304": "华夏银行", "305": "中国民生银行", "306": "广发银行",
    "307": "平安银行", "308": "招商银行", "309": "兴业银行", "310": "上海浦东发展银行", "313": "城市商业银行",
    "314": "农村商业银行", "315": "恒丰银行", "316": "浙商银行", "317": "农村合作银行", "318": "渤海银行",
    "319": "徽商银行", "320": "村镇银行", "322": "上海农商银行", "323": "民营银行", "325": "上海银行",
    "401": "城市信用社", "402": "农村信用社", "403": "中国邮政储蓄银行", "501": "汇丰银行", "502": "东亚银行",
    "503": "南洋商业银行", "504": "恒生银行", "531": "花旗银行", "671": "渣打银行",
}  # fmt: skip
# What a number is indexed for: the same of a payer and of ours can be compared.
ACCOUNT_NUMBER, PARTY_NAME = "bank-account", "payer-name"


def plain_number(number: str) -> str:
    """As it is compared: without blanks and hyphens. A leading zero belongs to it."""
    return _KEPT.sub("", number).upper()


def own_number(typed: str) -> str:
    """The number of an account at a Chinese bank as it is kept: without blanks and hyphens, full-width
    digits written plainly, a leading zero belonging to it. Raises ValueError for letters and for fewer
    than 8 or more than 32 digits. Check digits say nothing: companies' accounts have none, and real
    cards fail the usual one."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed))
    if not OWN_NUMBER.fullmatch(plain):
        raise ValueError("an account number has 8 to 32 digits")
    return plain


def bank_of_cnaps(code: str) -> str | None:
    """Whose bank a CNAPS code of 12 digits is, by its first three; None where none is known by them.
    It proves that the bank exists and no more: neither the branch nor the last digit is checked."""
    if not re.fullmatch(r"[0-9]{12}", code):
        return None
    return BANKS.get(code[:3])


def fingerprint(account_id: int, line: Line, party_index: str) -> str:
    """128 bits over what tells a line apart; the text without blanks, as banks pad it as they like."""
    shown = (
        f"{account_id}\0{line.day}\0{line.time or ''}\0{line.amount}\0{line.balance_after}\0{party_index}"
        f"\0{line.ref}\0{line.text.replace(' ', '')}"
    )
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def is_own_number(typed: str, number: str) -> bool:
    """Whether the account that a file names may be ``number``: stars stand for anything."""
    shown = re.sub(r"[^0-9A-Za-z*]", "", typed).upper().replace("X", "*")
    if "*" not in shown:
        return shown == number or number.endswith(shown) or shown.endswith(number)
    head, tail = shown.split("*")[0], shown.rsplit("*", 1)[-1]
    return number.startswith(head) and number.endswith(tail)


def is_held(reading: Reading) -> bool:
    """A file whose own words contradict it, or of which something could not be read, or an MT940
    without the balance that ends it, is not taken before a person says so."""
    unended = reading.form == "mt940" and not reading.is_proven
    return bool(reading.is_contradicted or reading.refused or unended)


def gaps(
    files: Sequence[tuple[date, date, Decimal | None, Decimal | None]],
) -> list[tuple[int, int]]:
    """Between which files (by place, in the order of their days) something is missing: the next one
    begins with another balance, or days lie between and no balance says that nothing happened."""
    found = []
    reached = 0
    for place in range(1, len(files)):
        _from, until, _opening, closing = files[reached]
        begins, ends, opening, _closing = files[place]
        follows = closing is not None and opening is not None and closing == opening
        if begins > until and not follows:
            known = closing is not None and opening is not None
            if known or begins > until + timedelta(days=1):
                found.append((reached, place))
        if ends >= until:
            reached = place
    return found


_BRACKETS = re.compile(r"[()\[\]{}<>《》〈〉【】「」『』〔〕·.,，。、\-_'\"‘’“”&＆]")
_PAYEE_NUMBER = re.compile(r"^\d{9,32}$")


def payee_number(typed: str) -> str:
    """An account number as it is kept: full-width digits as half-width, without blanks and hyphens. A
    leading zero belongs to it. Empty for what cannot be one: letters, or not 9 to 32 digits."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
    return plain if plain.isascii() and _PAYEE_NUMBER.match(plain) else ""


def card_number_fits(number: str) -> bool:
    """Whether the last digit is the one that the others ask for (ISO/IEC 7812: every second digit from the right
    doubled, the sum a multiple of ten)."""
    return bool(luhn.is_valid(number))


def same_name(holder: str, party: str) -> bool:
    """Whether a holder is the party itself: full or half width, brackets, blanks and points make no
    difference, every other sign does. A name that is only like it is another name."""
    return bool(holder) and _name_key(holder) == _name_key(party)


def odd_signs(name: str) -> str:
    """Signs of a name that pass for others: letters that are neither Han nor Latin, as Cyrillic А is, and
    signs that nobody sees."""
    found = ""
    for sign in unicodedata.normalize("NFKC", name):
        category = unicodedata.category(sign)
        hidden = category in ("Cc", "Cf", "Cn", "Co", "Mn")
        foreign = category.startswith("L") and not unicodedata.name(sign, "").startswith(
            ("CJK", "LATIN")
        )
        if hidden or foreign:
            found += sign
    return found


def _name_key(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _BRACKETS.sub("", re.sub(r"\s", "", folded))
