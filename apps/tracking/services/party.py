"""Proving to be a party of a shipment by the last four digits of a phone (TRK-10)."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import public_user
from apps.core.errors import BadInput, RuleBroken
from apps.core.phones import last_four as last_four_of
from apps.events.services import record
from apps.tracking.models import AuthorisedSigner, Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.services.counting import add_one

# Ten thousand answers are possible: five tries a waybill in a quarter of an hour, twenty a day,
# thirty an hour from one address. Right answers count as well, so counting needs no second look.
LIMITS: Final = (
    ("waybill", timedelta(minutes=15), 5),
    ("day", timedelta(days=1), 20),
    ("address", timedelta(hours=1), 30),
)
PROOF_LIFE: Final = timedelta(minutes=30)
_SALT = "tracking.party"
_PLACES = 6  # compared for every request: sender, consignee and up to four others


@dataclass(frozen=True, slots=True)
class PartyProof:
    """That somebody proved to be a party of one waybill, for half an hour."""

    number: str
    token: str
    expires_at: datetime


def check_party(
    number: str, last_four: str, *, address: str, at: datetime | None = None
) -> PartyProof:
    """A proof for whoever knows the last four digits of a party's phone.

    Every attempt is counted before it is looked at. RuleBroken ``party_limit`` when there were
    too many, ``party_refused`` for a wrong answer and an unknown waybill alike; BadInput for a
    number or digits that cannot be right.
    """
    at = at or timezone.now()
    number = parse_waybill_number(number)
    typed = "".join(c for c in last_four if c.isdecimal())[:8] if len(last_four) <= 40 else ""
    if len(typed) != 4 or not typed.isascii():
        raise BadInput(
            _("Type the last four digits of the sender's or the consignee's phone."),
            code="bad_last_four",
            field="last_four",
        )
    _count(number, address, at)
    waybill = Waybill.objects.filter(number=number).first()
    if not _matches(party_phones(waybill), typed) or waybill is None:
        raise RuleBroken(
            _("The number and the digits do not belong together; check both and try again."),
            code="party_refused",
            field="last_four",
            rule="TRK-10",
        )
    with transaction.atomic():
        record("waybill.party_proved", waybill, by=public_user(), at=at)
    return PartyProof(number, signing.dumps(number, salt=_SALT), at + PROOF_LIFE)


def read_proof(token: str, number: str) -> bool:
    """Whether ``token`` proves a party of exactly this waybill, and is fresh."""
    try:
        proved = signing.loads(token, salt=_SALT, max_age=PROOF_LIFE)
    except signing.BadSignature:
        return False
    return isinstance(proved, str) and hmac.compare_digest(proved, number)


def party_phones(waybill: Waybill | None) -> list[str]:
    """Every phone that proves a party."""
    # Asked for an unknown waybill as well, so that both cost the same queries.
    signers = AuthorisedSigner.objects.filter(
        waybill=waybill.pk if waybill else 0, revoked_at__isnull=True
    )
    others = [signer.phone for signer in signers[: _PLACES - 2]]
    return [] if waybill is None else [waybill.sender_phone, waybill.consignee_phone, *others]


def _count(number: str, address: str, at: datetime) -> None:
    names = {"waybill": number, "day": number, "address": address}
    over = [
        add_one(kind, names[kind], window=window, at=at) > most for kind, window, most in LIMITS
    ]
    if any(over):
        raise RuleBroken(
            _("Too many attempts; wait a quarter of an hour or call customer service."),
            code="party_limit",
            field="last_four",
            rule="TRK-10",
        )


def _matches(phones: list[str], typed: str) -> bool:
    """The same work whichever phone matches, however many there are, or none."""
    answers = [last_four_of(phone) if phone else "????" for phone in phones]
    answers += ["????"] * max(0, _PLACES - len(answers))
    found = False
    for answer in answers:
        found |= hmac.compare_digest(answer.encode(), typed.encode())
    return found
