"""One-time codes: the one way in which people prove an address (TRK-9, TRK-10).

Each code costs money and rings at somebody's phone, so they are limited in every direction: by who
asks, by the address, by the shipment, and by country. Nobody who asks for codes to somebody else's
phone uses up what that phone itself may have, short of its total; a refusal is not counted.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import phonenumbers
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import minutes_of
from apps.notifications.addresses import index_of
from apps.notifications.enums import ChannelName, CodeAnswer, CodePurpose
from apps.notifications.models import OneTimeCode, SendStamp
from apps.notifications.services.claiming import limit_ends

CODE_LIFE: Final = timedelta(minutes=10)
TRIES: Final = 5
# (seconds, most) of codes within any so many seconds.
HOUR, DAY = 3600, 86_400
PAIR_LIMITS: Final = ((60, 1), (HOUR, 3), (DAY, 5))  # one asker, one address
# One address, whoever asks: what gateways let one number have.
ADDRESS_LIMITS: Final = ((HOUR, 5), (DAY, 10))
OFFICE_LIMITS: Final = ((HOUR, 20), (DAY, 60))  # one network address: many people behind it
ACCOUNT_LIMITS: Final = ((HOUR, 3), (DAY, 8))  # one account of one person
SHIPMENT_ASKER_LIMITS: Final = ((HOUR, 5), (DAY, 10))  # one asker, one shipment
SHIPMENT_LIMITS: Final = ((HOUR, 20), (DAY, 40))  # one shipment, whoever asks
_PURPOSE = "notifications.code"


@dataclass(frozen=True, slots=True)
class NewCode:
    """``address`` is clean; ``asker`` distinguishes those who ask: a network address, or an
    account when ``one_person``. ``number`` is the waybill it is about, if any."""

    purpose: CodePurpose
    about: str
    channel: str
    address: str
    asker: str
    one_person: bool = False
    number: str = ""


@transaction.atomic
def issue_code(new: NewCode, *, at: datetime) -> tuple[OneTimeCode, str]:
    """A code to be sent by the caller, in the same transaction, and the row by which it is tried.

    BadInput (``country_closed``) for a phone abroad; RuleBroken (``too_many_codes``, with ``wait``)
    beyond the limits.
    """
    if new.channel == ChannelName.SMS:
        _check_country(new.address)
    with connection.cursor() as cursor:
        # One at a time: the limits below are counted, not guessed.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [_PURPOSE])
    limits = list(_limits(new))
    ends = [end for key, limit in limits if (end := limit_ends(key, limit, at)) is not None]
    if ends:
        _refuse(max(ends) - at)
    SendStamp.objects.bulk_create([SendStamp(key=key, at=at) for key, _limit in limits])
    code = f"{secrets.randbelow(10**6):06d}"
    row = OneTimeCode.objects.create(
        purpose=new.purpose, about=new.about, created_at=at, expires_at=at + CODE_LIFE
    )
    row.code_hash = _hash(row, code)
    row.save(update_fields=["code_hash"])
    return row, code


@transaction.atomic
def try_code(code_id: int, typed: str, *, at: datetime) -> CodeAnswer:
    """Whether that is the code, good once. Raises nothing, so that the try stays counted."""
    row = OneTimeCode.objects.select_for_update().get(pk=code_id)
    if row.used_at is not None or row.expires_at <= at:
        return CodeAnswer.EXPIRED
    if row.tries >= TRIES:
        return CodeAnswer.SPENT
    row.tries += 1
    is_right = hmac.compare_digest(row.code_hash, _hash(row, typed.strip()))
    if is_right:
        row.used_at = at
    row.save(update_fields=["tries", "used_at"])
    return CodeAnswer.RIGHT if is_right else CodeAnswer.WRONG


def refusal_of(answer: CodeAnswer) -> RuleBroken | None:
    """What a page says: ``wrong_code``, ``code_expired`` or ``too_many_tries``."""
    if answer == CodeAnswer.RIGHT:
        return None
    message, code = {
        CodeAnswer.WRONG: (_("That is not the code we sent."), "wrong_code"),
        CodeAnswer.EXPIRED: (
            _("This code is no longer valid. Ask for a new one."),
            "code_expired",
        ),
        CodeAnswer.SPENT: (_("Too many wrong codes. Ask for a new one."), "too_many_tries"),
    }[answer]
    return RuleBroken(message, code=code, field="code")


def newest_code(purpose: CodePurpose, about: str) -> OneTimeCode | None:
    return OneTimeCode.objects.filter(purpose=purpose, about=about).order_by("-id").first()


def _limits(new: NewCode) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """Key and windows of everything that this code counts against."""
    address = index_of(new.address)
    kind = "account" if new.one_person else "asker"
    yield _key("pair", new.asker, address), PAIR_LIMITS
    yield _key("address", address), ADDRESS_LIMITS
    yield _key(kind, new.asker), ACCOUNT_LIMITS if new.one_person else OFFICE_LIMITS
    if new.number:
        yield _key("shipment", new.number), SHIPMENT_LIMITS
        yield _key("shipment", new.number, new.asker), SHIPMENT_ASKER_LIMITS
    if new.channel == ChannelName.SMS:
        most = int(settings.SMS_CODES_PER_HOUR)
        yield f"code:country:{_country(new.address)}", ((HOUR, most),)


def _key(*parts: str) -> str:
    return f"code:{blind_index(':'.join(parts), _PURPOSE)}"


def _country(phone: str) -> str:
    return str(phonenumbers.parse(phone).country_code)


def _check_country(phone: str) -> None:
    if _country(phone) not in settings.SMS_COUNTRIES:
        raise BadInput(
            _("We send codes to numbers of these countries only: %(countries)s.")
            % {"countries": ", ".join(f"+{code}" for code in settings.SMS_COUNTRIES)},
            code="country_closed",
            field="address",
        )


def _refuse(wait: timedelta) -> None:
    n = minutes_of(wait)
    raise RuleBroken(
        ngettext(
            "Too many codes were asked for. Try again in %(n)d minute.",
            "Too many codes were asked for. Try again in %(n)d minutes.",
            n,
        )
        % {"n": n},
        code="too_many_codes",
        field="address",
        rule="TRK-9",
        wait=wait,
    )


def _hash(row: OneTimeCode, code: str) -> str:
    key = f"{settings.BLIND_INDEX_KEY}:{row.pk}".encode()
    return hmac.new(key, code.encode(), hashlib.sha256).hexdigest()
