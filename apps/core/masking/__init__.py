"""Masks for personal data, after GB/T 41833-2022: at least one character of a name, six digits
of a phone and the unit number are hidden. The last four digits of a phone are the key to a
shipment's details (TRK-10), so they are never shown.

Free text is masked for readers who are entitled to it: patterns never find everything, so whoever has
proved nothing gets no free text at all (TRK-10). Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.core.masking.names import hide_announced, hide_known, mask_name
from apps.core.masking.numbers import hide_numbers, mask_phone
from apps.core.masking.spelling import hide, plain, stars, visible
from apps.core.phones import split_phone

__all__ = ["NOBODY", "Known", "mask_address", "mask_name", "mask_phone", "mask_text"]

_REGION = re.compile(
    r"^(?P<keep>(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,10}?(?:市|自治州|地区|盟))?"
    r"(?:[\u4e00-\u9fff]{1,8}?(?:区|县|旗|市))?)(?P<rest>.*)$",
    re.S,
)


def mask_address(address: str) -> str:
    """Keep province, city and district; hide street, building and unit."""
    address = address.strip()
    return f"{split_address(address)[0]}***" if address else ""


def split_address(address: str) -> tuple[str, str]:
    """(province, city and district; what lies within it)."""
    match = _REGION.match(address.strip())
    return (match["keep"], match["rest"]) if match else ("", address)


_GAP = r"[\s.\-·_—–/]{0,3}"
_DIGIT = re.compile(r"[0-9]")
_ADDRESS_PART = 5  # so many signs in a row of a known address are part of it


@dataclass(frozen=True, slots=True)
class Known:
    """The people a text is known to be about; hidden wherever and however they are written."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @classmethod
    def people(cls, names: Iterable[str]) -> "Known":
        return cls(names=tuple(names))


NOBODY = Known()


def mask_text(text: str, known: Known = NOBODY, *, shows_codes: bool = False) -> str:
    """Hide phones, identity and room numbers, door and pick-up codes, addresses of mail and chat,
    and people's names inside free text; everyday words stay: 收件人拒收, 客户说包装破了.

    ``known`` are hidden whatever stands around them, and so are the last four digits of their
    phones. ``shows_codes`` for the consignee, who may read the pick-up code and the courier's phone.
    """
    if not text:
        return ""
    text = visible(text)
    for name in sorted({name.strip() for name in known.names}, key=len, reverse=True):
        text = hide_known(text, name)
    phones = []
    if _DIGIT.search(plain(text)):
        phones = [digits for phone in known.phones if len(digits := _national(phone)) >= 4]
    for digits in phones:
        text = hide(re.compile(_GAP.join(digits)), text, lambda _m, found: stars(found, keep=3))
    for address in known.addresses:
        text = _hide_address(text, address)
    text = hide_numbers(text, shows_codes=shows_codes)
    for digits in phones:
        ending = re.compile(rf"(?<![0-9]){_GAP.join(digits[-4:])}(?![0-9])")
        text = hide(ending, text, lambda _m, found: stars(found))
    return hide_announced(text)


def _national(phone: str) -> str:
    """The digits without the country code of mainland numbers."""
    digits = re.sub(r"\D", "", split_phone(phone)[0])
    return digits[2:] if digits.startswith("86") and len(digits) > 11 else digits


def _hide_address(text: str, address: str) -> str:
    """Any stretch of the address below its district, with or without its blanks."""
    rest = "".join(plain(split_address(address)[1]).split()).lower()
    parts = {rest[at : at + _ADDRESS_PART] for at in range(len(rest) - _ADDRESS_PART + 1)}
    if not parts:
        return text
    signs = [(at, sign.lower()) for at, sign in enumerate(plain(text)) if not sign.isspace()]
    packed = "".join(sign for _at, sign in signs)
    hidden: set[int] = set()
    for at in range(len(packed) - _ADDRESS_PART + 1):
        if packed[at : at + _ADDRESS_PART] in parts:
            hidden.update(range(signs[at][0], signs[at + _ADDRESS_PART - 1][0] + 1))
    return "".join("*" if at in hidden else sign for at, sign in enumerate(text))
