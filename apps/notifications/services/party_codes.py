"""Proving a phone that many know the digits of, by a code sent to it (TRK-10)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.notifications.enums import CodePurpose
from apps.notifications.models import OneTimeCode
from apps.notifications.services.codes import (
    refusal_of,
    try_code,
)
from apps.notifications.services.phone_codes import code_of_token, send_phone_code
from apps.tracking.enums import PartyRole
from apps.tracking.models import Waybill
from apps.tracking.services.party import CodeNeeded, PartyProof, give_proof


@transaction.atomic
def send_party_code(needed: CodeNeeded, *, client: str, language: str, at: datetime) -> str:
    """Send a code to the phone, and give the token of the page that asks for it.

    RuleBroken: ``code_unsendable`` where no text message can reach that phone, ``too_many_codes``
    beyond the limits, ``country_closed`` for a phone abroad. Nothing about the phone is revealed.
    """
    waybill = Waybill.objects.select_related("customer").get(number=needed.number)
    token = send_phone_code(
        CodePurpose.PARTY,
        phone=needed.phone,
        about=f"{needed.number}:{needed.role}",
        number=needed.number,
        waybill=waybill,
        customer=waybill.customer,
        client=client,
        language=language,
        at=at,
    )
    # Nor is it said where a policy or a stopped address kept it from being sent.
    if token is None:
        raise _unsendable()
    return token


def read_code_token(token: str, number: str) -> OneTimeCode | None:
    """The code that ``token`` stands for, if it opens this waybill."""
    row = code_of_token(token, CodePurpose.PARTY)
    return row if row and row.about.startswith(f"{number}:") else None


def prove_by_code(token: str, number: str, typed: str, *, at: datetime) -> PartyProof:
    """RuleBroken: ``wrong_code``, ``code_expired`` or ``too_many_tries``; the try is counted."""
    row = read_code_token(token, number)
    if row is None:
        raise _unsendable()
    refusal = refusal_of(try_code(row.pk, typed, at=at))
    if refusal is not None:
        raise refusal
    waybill = Waybill.objects.get(number=number)
    return give_proof(waybill, PartyRole(row.about.partition(":")[2]), at=at)


def _unsendable() -> RuleBroken:
    return RuleBroken(
        _(
            "This phone stands on many shipments, so its digits alone open nothing: that takes a "
            "code by text message, and we cannot send one to it. Please call %(phone)s."
        )
        % {"phone": settings.COMPANY_PHONE},
        code="code_unsendable",
        field="last_four",
        rule="TRK-10",
    )
