"""Proving to be a party of a shipment by the last digits of a phone (TRK-10)."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NoReturn

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.queries import public_user
from apps.backoffice.rules.counting import Limit
from apps.backoffice.services.counting import give_back_turn, limit, take_turn
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import minutes_of
from apps.events.services import record
from apps.tracking.enums import PartyRole
from apps.tracking.models import AuthorisedSigner, Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.party import is_busy_phone
from apps.tracking.rules.party import LONG, PLACES, SHORT, Holder, fitting, role_of

# Ten thousand answers are possible: five wrong ones a waybill in a quarter of an hour, twenty a
# day, thirty an hour from one address. Right answers and tries while one waits do not count.
LIMITS: Final = (
    ("waybill", timedelta(minutes=15), 5),
    ("day", timedelta(days=1), 20),
    ("address", timedelta(hours=1), 30),
)
PROOF_LIFE: Final = timedelta(minutes=30)
_SALT = "tracking.party.role"


@dataclass(frozen=True, slots=True)
class PartyProof:
    """That somebody proved to be a party of one waybill, for half an hour, and as whom."""

    number: str
    role: PartyRole
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """The digits were right, but so many people know this phone that they prove nothing: a code
    has to be sent to it, and ``give_proof`` called once it came back."""

    number: str
    role: PartyRole
    phone: str


def check_party(
    number: str, digits: str, *, address: str, at: datetime | None = None
) -> PartyProof | CodeNeeded:
    """A proof for whoever knows the last four digits of a party's phone: of the half of a shipment
    that phone stands for. ``CodeNeeded`` where the phone stands on many live shipments.

    Every attempt is counted before it is looked at, and given back when it was right. RuleBroken
    ``party_limit`` (with ``wait``, a timedelta) when too many were wrong; ``party_refused`` for a
    wrong answer and an unknown waybill alike; ``party_more_digits`` where the four digits belong
    to two different phones, and the last eight have to tell them apart; BadInput for a number or
    digits that cannot be right.
    """
    at = at or timezone.now()
    number = parse_waybill_number(number)
    typed = _read(digits)
    turn = _limits(number, address)
    wait = take_turn(turn, at=at)
    if wait is not None:
        _refuse_for_now(wait)
    waybill = Waybill.objects.filter(number=number).first()
    fits = fitting(_holders(waybill), typed)
    if not fits or waybill is None:
        raise RuleBroken(
            _("The number and the digits do not belong together; check both and try again."),
            code="party_refused",
            field="last_four",
            rule="TRK-10",
        )
    give_back_turn(turn, at=at)
    phones = {holder.phone for holder in fits}
    if len(phones) > 1:
        _ask_for_more(typed)
    role, phone = role_of({holder.role for holder in fits}), phones.pop()
    assert role is not None  # noqa: S101  # something fitted
    if is_busy_phone(phone):
        return CodeNeeded(number, role, phone)
    return give_proof(waybill, role, at=at)


def give_proof(waybill: Waybill, role: PartyRole, *, at: datetime) -> PartyProof:
    """For whoever proved it: by digits above, or by a code sent to that phone."""
    with transaction.atomic():
        record("waybill.party_proved", waybill, by=public_user(), at=at, data={"role": str(role)})
    token = signing.dumps([waybill.number, str(role)], salt=_SALT)
    return PartyProof(waybill.number, role, token, at + PROOF_LIFE)


def read_proof(token: str, number: str) -> PartyRole | None:
    """As whom ``token`` proves a party of exactly this waybill; None for an old one as well."""
    try:
        proved, role = signing.loads(token, salt=_SALT, max_age=PROOF_LIFE)
        known = PartyRole(role)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    if not isinstance(proved, str) or not hmac.compare_digest(proved, number):
        return None
    return known


def _holders(waybill: Waybill | None) -> list[Holder]:
    """Every phone that proves a party."""
    # Asked for an unknown waybill as well, so that both cost the same queries.
    signers = AuthorisedSigner.objects.filter(
        waybill=waybill.pk if waybill else 0, revoked_at__isnull=True
    )
    others = [Holder(signer.phone, PartyRole.SIGNER) for signer in signers[: PLACES - 2]]
    if waybill is None:
        return []
    ends = [
        Holder(waybill.sender_phone, PartyRole.SENDER),
        Holder(waybill.consignee_phone, PartyRole.CONSIGNEE),
    ]
    return [*ends, *others]


def _read(digits: str) -> str:
    typed = "".join(c for c in digits if c.isdecimal()) if len(digits) <= 40 else ""
    if len(typed) not in (SHORT, LONG) or not typed.isascii():
        raise BadInput(
            _("Type the last four digits of the sender's or the consignee's phone."),
            code="bad_last_four",
            field="last_four",
        )
    return typed


def _limits(number: str, address: str) -> list[Limit]:
    names = {"waybill": number, "day": number, "address": address}
    return [limit(f"tracking.{kind}", names[kind], window, most) for kind, window, most in LIMITS]


def _refuse_for_now(wait: timedelta) -> NoReturn:
    n = minutes_of(wait)
    raise RuleBroken(
        ngettext(
            "Too many wrong answers. Try again in %(n)d minute, or call customer service.",
            "Too many wrong answers. Try again in %(n)d minutes, or call customer service.",
            n,
        )
        % {"n": n},
        code="party_limit",
        field="last_four",
        rule="TRK-10",
        wait=wait,
    )


def _ask_for_more(typed: str) -> NoReturn:
    """Sender and consignee are not told apart by what was typed, and neither is opened to the
    other."""
    if len(typed) == LONG:
        message = _("These digits belong to more than one phone. Please call customer service.")
    else:
        message = _(
            "These four digits belong to more than one phone of this shipment. "
            "Type the last eight digits of yours."
        )
    code = "party_ambiguous" if len(typed) == LONG else "party_more_digits"
    raise RuleBroken(message, code=code, field="last_four", rule="TRK-10")
