"""Masks for one name, one phone, one address, each known for what it is. Pure."""

import re

from apps.core.masking.name_words import COMPOUNDS
from apps.core.phones import split_phone

_MOBILE = re.compile(r"1[3-9]\d{9}")
_REGION = re.compile(
    r"^(?P<keep>(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,10}?(?:市|自治州|地区|盟))?"
    r"(?:[\u4e00-\u9fff]{1,8}?(?:区|县|旗|市))?)(?P<rest>.*)$",
    re.S,
)


def mask_name(name: str) -> str:
    """``张三`` → ``张*``, ``欧阳小红`` → ``欧阳**``, ``John Smith`` → ``J***``."""
    name = name.strip()
    if not name:
        return ""
    if not re.match(r"[\u4e00-\u9fff]", name):
        return f"{name[0]}***"
    keep = 2 if len(name) > 2 and name[:2] in COMPOUNDS else 1
    return name[:keep] + "*" * max(1, min(len(name) - keep, 3))


def mask_phone(phone: str) -> str:
    """``+8613812345678`` → ``138********``; a landline keeps its area code at most."""
    phone = split_phone(phone)[0]
    digits = re.sub(r"\D", "", phone)
    if not digits:
        return ""
    if phone.strip().startswith("+86") or (digits.startswith("86") and len(digits) > 11):
        digits = digits[2:]
        if not _MOBILE.fullmatch(digits) and not digits.startswith(("0", "400", "800")):
            digits = f"0{digits}"
    shown = digits[:3] if len(digits) >= 10 else ""
    return shown + "*" * (len(digits) - len(shown))


def mask_address(address: str) -> str:
    """Keep province, city and district; hide street, building and unit."""
    address = address.strip()
    return f"{split_address(address)[0]}***" if address else ""


def split_address(address: str) -> tuple[str, str]:
    """(province, city and district; what lies within it)."""
    match = _REGION.match(address.strip())
    return (match["keep"], match["rest"]) if match else ("", address)
