"""What makes a line the same line, and an account number a number. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from apps.banking.reading import Line, Reading

_KEPT = re.compile(r"[^0-9A-Za-z]")
NUMBER = re.compile(r"^[0-9A-Z]{6,34}$")
# What a number is indexed for: the same of a payer and of ours can be compared.
ACCOUNT_NUMBER, PARTY_NAME = "bank-account", "payer-name"


def plain_number(number: str) -> str:
    """As it is compared: without blanks and hyphens. A leading zero belongs to it."""
    return _KEPT.sub("", number).upper()


def fingerprint(account_id: int, line: Line, party_index: str) -> str:
    """128 bits over what tells a line apart; the text without blanks, as banks pad it as they like."""
    told = (
        f"{account_id}\0{line.day}\0{line.time or ''}\0{line.amount}\0{line.balance_after}\0{party_index}"
        f"\0{line.ref}\0{line.text.replace(' ', '')}"
    )
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def is_own_number(said: str, number: str) -> bool:
    """Whether the account that a file names may be ``number``: stars stand for anything."""
    told = re.sub(r"[^0-9A-Za-z*]", "", said).upper().replace("X", "*")
    if "*" not in told:
        return told == number or number.endswith(told) or told.endswith(number)
    head, tail = told.split("*")[0], told.rsplit("*", 1)[-1]
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


def looks_like_card(number: str) -> bool:
    """Luhn's check digit. A hint to look twice and no more: real cards fail it, and accounts of companies
    have none."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])  # two digits from 5 on
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
