"""Accounts of private persons: named by themselves for the one thing that we owe them, and in use for it at once (CMP-6).

Nobody was paid elsewhere before, so there is no account that a stranger could change for theirs: no call-back and no
waiting time. Whoever calls has proved the person; two people see holder, bank and last digits with the payout itself.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.accounts.models import Unit
from apps.banking.enums import NameCheck, PayeeState, PayoutPurpose, PayoutState
from apps.banking.models import BankAccount, PayeeAccount, Payout
from apps.banking.queries.payees import private_payee_for
from apps.banking.rules import ACCOUNT_NUMBER, card_number_fits, odd_signs, same_name
from apps.banking.services.payees import about, end, fill, read_number
from apps.core.crypto import blind_index
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

RULE = "CMP-6"
# Cards of UnionPay: their last digit checks the others.
_CARD = re.compile(r"62\d{14,17}", re.ASCII)


@transaction.atomic
def name_private_payee(
    *,
    subject: Model,
    unit: Unit,
    person: str,
    number: str,
    values: Mapping[str, str],
    by: "User",
    at: datetime,
) -> PayeeAccount:
    """The account of ``person`` for what we owe them by ``subject``, which the caller has locked. ``values``: ``holder``,
    who is that person by name, ``bank``, ``branch`` and perhaps ``cnaps``. The account named before ends; the same
    one named again is left as it is.

    BadInput names the field; RuleBroken ``payout_under_way`` while money is on its way to the one before."""
    plain = read_number(number)
    if _CARD.fullmatch(plain) and not card_number_fits(plain):
        raise BadInput(
            _("No card has this number: compare it with the card once more."),
            code="bad_number",
            field="number",
            rule=RULE,
        )
    index = blind_index(plain, ACCOUNT_NUMBER)
    if BankAccount.objects.filter(number_index=index).exists():
        raise BadInput(_("This is an account of ours."), code="number_ours", field="number")
    row = PayeeAccount(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        unit=unit,
        purpose=PayoutPurpose.CLAIM,
        number=plain,
        number_index=index,
        tail=plain[-4:],
        name_check=NameCheck.SAME,
        requested_at=at,
        created_by_id=by.pk,
    )
    fill(row, values)
    _check_holder(row.holder, person)
    before = private_payee_for(subject)
    if before is not None:
        if (before.number_index, before.bank) == (index, row.bank):
            return before
        _check_idle(before)
        end(before, PayeeState.ENDED, reason=_("another account was named"), by=by, at=at)
    same = PayeeAccount.objects.filter(subject_type=row.subject_type, subject_id=row.subject_id)
    row.version = same.count() + 1
    row.save()
    row.state, row.active_at = PayeeState.ACTIVE, at
    row.save(update_fields=["state", "active_at"])
    record("payee.named", row, by=by, at=at, data=about(row))
    return row


def _check_holder(holder: str, person: str) -> None:
    if odd_signs(holder) or not same_name(holder, person):
        raise BadInput(
            _("The account must be the claimant's own: its holder is not the name on the claim."),
            code="holder_differs",
            field="holder",
            rule=RULE,
        )


def _check_idle(before: PayeeAccount) -> None:
    over = (PayoutState.CANCELLED, PayoutState.RETURNED)
    if Payout.objects.filter(payee=before).exclude(state__in=over).exists():
        raise RuleBroken(
            _("A payment to %(account)s is on its way already. Please call us if it is wrong.")
            % {"account": before.masked},
            code="payout_under_way",
            rule=RULE,
        )
