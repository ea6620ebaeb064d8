"""Phone numbers as people type them: one rule for every door.

Kept in E.164; an extension follows as RFC 3966 writes it, ``+861080462111;ext=843``. Keys (the
last four digits, blind indexes) are of the number alone: an extension is a desk, not a person's key.
"""

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

# What programs may send; whether it is a number is for ``normalise_phone`` to say.
API_SHAPE = r"^\+?[0-9][0-9 ()-]{3,24}(?:(?:;ext=|-|转)[0-9]{1,8})?$"
LONGEST = 40  # as typed

_SHAPE = re.compile(r"\+?[\d\s().\-]{5,30}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_MARK = r"(?:;\s*ext=|转接?|轉接?|分机号?|分機號?|ext(?:ension)?\b\.?|x|#|,)"
_SPOKEN = re.compile(rf"(?P<number>.+?)[\s(,-]*{_MARK}[\s:.]*(?P<extension>\d{{1,8}})\)?", re.I)
_DASHED = re.compile(r"(?P<number>.+\d\)?)\s*-\s*(?P<extension>\d{1,8})")
_E164 = re.compile(r"\+\d{5,15}(?:;ext=\d{1,8})?", re.ASCII)
_STORED = re.compile(r"(?P<number>[^;]*);ext=(?P<extension>\d+)")
# Hotlines of banks, couriers and shops in China, dialled as they are; the library knows 400 and 800.
_HOTLINE = re.compile(r"9[56]\d{3,4}|11183")
_CHINA = 86
_MOBILES = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)


def normalise_phone(text: str, region: str | None = None, *, hotline: bool = True) -> str:
    """``138 0013 8000`` → ``+8613800138000``, ``010-80462111转843`` → ``+861080462111;ext=843``.

    Raises BadInput (``bad_phone``) for what no network can call: a number must be an assigned
    mobile or landline (with its area code) of the country. ``region`` is the country assumed
    without a prefix, PHONE_REGION by default. 400, 800 and 95xxx numbers are taken unless
    ``hotline`` is False, where a person must answer. Full-width digits are accepted.
    """
    typed = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    number, extension = _parsed(typed, region or settings.PHONE_REGION)
    if number is None or (not hotline and _is_hotline(number)):
        raise BadInput(
            _("“%(phone)s” is not a phone number; type the area code of a landline too.")
            % {"phone": typed[:30]},
            code="bad_phone",
            field="phone",
        )
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={extension}" if extension else plain


def ensure_e164(phone: str) -> str:
    """A number already in E.164 unchanged, even one that today's rule would refuse; anything else normalised."""
    return phone if _E164.fullmatch(phone) else normalise_phone(phone)


def split_phone(phone: str) -> tuple[str, str]:
    """(number, extension) of a stored phone; the extension is empty for most."""
    match = _STORED.fullmatch(phone)
    return (match["number"], match["extension"]) if match else (phone, "")


def phone_key(phone: str) -> str:
    """What a blind index is made of: the number without its extension."""
    return split_phone(phone)[0]


def search_key(text: str) -> str | None:
    """The key of what somebody types to find a phone; None when it cannot be one. Numbers that
    were kept before the rule was as strict are found too."""
    with suppress(BadInput):
        return phone_key(normalise_phone(text))
    typed = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    number = _number(typed, settings.PHONE_REGION)
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(phone: str) -> str:
    """For people to read and dial: ``+861080462111 转843``, in English ``… ext. 843``."""
    number, extension = split_phone(phone)
    if not extension:
        return number
    return _("%(number)s ext. %(extension)s") % {"number": number, "extension": extension}


def last_four(phone: str) -> str:
    """The last four digits of the number, the key by which a party proves itself (TRK-10)."""
    return "".join(c for c in phone_key(phone) if c.isdigit())[-4:]


@lru_cache(maxsize=10_000)
def is_mobile(phone: str) -> bool:
    """Whether an SMS reaches this kept phone: a mobile of any country, without an extension."""
    if not phone.startswith("+") or split_phone(phone)[1]:
        return False
    number = _number(phone, None)
    return number is not None and phonenumbers.number_type(number) in _MOBILES


def _parsed(typed: str, region: str) -> tuple[phonenumbers.PhoneNumber | None, str]:
    """A number and its extension. “021-5888-1234” has none, “021-58881234-12” has one: what is a
    number by itself is read as one."""
    if (number := _valid(typed, region)) is not None:
        return number, ""
    for form in (_SPOKEN, _DASHED):
        found = form.fullmatch(typed)
        if found and (number := _valid(found["number"], region)) is not None:
            return number, found["extension"]
    return None, ""


def _valid(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    number = _number(typed, region)
    if number is None or not (phonenumbers.is_valid_number(number) or _is_hotline(number)):
        return None
    return number


def _number(typed: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    if not _SHAPE.fullmatch(typed):  # the library would read letters as a vanity number
        return None
    with suppress(phonenumbers.NumberParseException):
        return phonenumbers.parse(typed, region)
    return None


def _is_hotline(number: phonenumbers.PhoneNumber) -> bool:
    national = phonenumbers.national_significant_number(number)
    if number.country_code != _CHINA:
        return False
    return bool(_HOTLINE.fullmatch(national)) or (
        len(national) == 10 and national.startswith(("400", "800"))
    )
