"""Payment files: what is in one counts as sent from the instant the file exists (COD-7).

The file and the state of its payouts are one transaction, and the file cannot be reached before that is
committed. Killed in between there is neither; killed after it, there is the one file, which gives the same
bytes as often as it is downloaded.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.backoffice.services import take_number
from apps.banking.enums import PayoutState
from apps.banking.models import BankAccount, Payout, PayoutFile
from apps.banking.paying import Payment, templates, write_payments
from apps.banking.services.payees import clear_number
from apps.banking.services.payouts import about, check_approved, check_is_answer, lock_payouts
from apps.banking.states import PAYOUT_MOVES
from apps.core.database import write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.core.storage import all_or_nothing
from apps.events.services import new_event, record, record_many, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

PREFIX = "FP"


@dataclass(frozen=True, slots=True)
class FileMade:
    """The file, and what was left out of it with the reason."""

    file: PayoutFile
    left_out: list[tuple[Payout, str]]


def make_payment_file(
    payouts: Sequence[Payout],
    *,
    account: BankAccount,
    template: str,
    by: "User",
    at: datetime,
) -> FileMade:
    """Put released payouts from one account into a file of a bank's template. What may not be paid now, as when
    its account was stopped meanwhile, is left out and named. Raises RuleBroken (``nothing_to_pay``) when none
    is left, as for whoever presses second."""
    chosen = templates().get(template)
    if chosen is None:
        raise BadInput(_("There is no such template."), code="no_template", field="template")
    with (
        all_or_nothing(),
        recorded_refusals("payout.attempt_refused", account, "file", by=by, at=at),
        transaction.atomic(),
    ):
        rows, left_out = _payable(lock_payouts([one.pk for one in payouts]), account, at)
        if not rows:
            why = "; ".join(f"{row.number}: {reason}" for row, reason in left_out[:5])
            raise RuleBroken(
                _("None of these can be paid now. %(why)s") % {"why": why}, code="nothing_to_pay"
            )
        number = take_number(PREFIX, localdate(at))
        content = write_payments(chosen, _payments(rows, account, at))
        file = PayoutFile(
            number=number,
            account=account,
            template=template,
            day=localdate(at),
            count=len(rows),
            total=sum(row.amount for row in rows),
            file_name=f"{number}.xlsx",
            sha256=hashlib.sha256(content).hexdigest(),
            made_at=at,
            made_by_id=by.pk,
        )
        file.file.save(file.file_name, ContentFile(content), save=False)
        file.save()
        _send(rows, file, by=by, at=at)
        for row, reason in left_out:
            data = {**about(row), "attempt": "file", "reason": reason}
            record("payout.attempt_refused", row, by=by, at=at, data=data)
    return FileMade(file, left_out)


def open_payment_file(file: PayoutFile, *, by: "User", at: datetime) -> bytes:
    """Its bytes, as they were made; who downloads it is on record. Raises RuleBroken (``file_changed``) where
    what is stored is not what was made."""
    with file.file.open("rb") as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise RuleBroken(_("The stored file is not the one that was made."), code="file_changed")
    with transaction.atomic():
        record("payoutfile.downloaded", file, by=by, at=at)
    return content


def _payable(
    found: Sequence[Payout], account: BankAccount, at: datetime
) -> tuple[list[Payout], list[tuple[Payout, str]]]:
    rows: list[Payout] = []
    left_out: list[tuple[Payout, str]] = []
    for row in found:
        try:
            _check(row, account, at)
        except RuleBroken as refusal:
            left_out.append((row, str(refusal.message)))
        else:
            rows.append(row)
    return rows, left_out


def _check(row: Payout, account: BankAccount, at: datetime) -> None:
    PAYOUT_MOVES.check(PayoutState(row.state), PayoutState.SENT)
    if row.account_id != account.pk:
        raise RuleBroken(_("It is paid from another account."), code="other_account")
    check_approved(row)
    check_is_answer(row.payee, row.purpose, at)
    clear_number(row.payee)


def _payments(rows: Sequence[Payout], account: BankAccount, at: datetime) -> list[Payment]:
    return [
        Payment(
            payout=row.number,
            row=place,
            day=localdate(at),
            amount=row.amount,
            holder=row.payee.holder,
            number=clear_number(row.payee),
            bank=row.payee.bank,
            branch=row.payee.branch,
            cnaps=row.payee.cnaps,
            note=row.note or str(_("Payment")),
            from_holder=account.holder,
            from_number=account.number,
            from_bank=account.bank,
            from_branch=account.branch,
        )
        for place, row in enumerate(rows, start=1)
    ]


def _send(rows: Sequence[Payout], file: PayoutFile, *, by: "User", at: datetime) -> None:
    for place, row in enumerate(rows, start=1):
        row.state, row.file, row.file_row, row.sent_at = PayoutState.SENT, file, place, at
    write_columns(rows, ["state", "file", "file_row", "sent_at"])
    data = {"count": file.count, "total": str(file.total), "sha256": file.sha256}
    record("payoutfile.made", file, by=by, at=at, data=data)
    record_many(
        new_event("payout.sent", row, by=by, at=at, data={**about(row), "file": file.number})
        for row in rows
    )
