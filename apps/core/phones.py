"""Phone numbers as people type them, kept in E.164."""

import re
import unicodedata
from contextlib import suppress

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

_SHAPE = re.compile(r"\+?[\d\s().\-]{5,30}")


def normalise_phone(text: str, region: str | None = None) -> str:
    """``138 0013 8000`` → ``+8613800138000``; raises BadInput (``bad_phone``) otherwise.

    Landlines need their area code; 400 and 800 numbers are kept as they are. Full-width digits
    are accepted. ``region`` is the country assumed without a prefix, PHONE_REGION by default.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    number = None
    if _SHAPE.fullmatch(typed):  # the library would read letters as a vanity number
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(typed, region or settings.PHONE_REGION)
    if number is None or not phonenumbers.is_possible_number(number):
        raise BadInput(
            _("“%(phone)s” is not a phone number; type the area code of a landline too.")
            % {"phone": typed[:30]},
            code="bad_phone",
            field="phone",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def last_four(phone: str) -> str:
    """The last four digits, the key by which a party proves itself (TRK-10)."""
    return "".join(c for c in phone if c.isdigit())[-4:]
