"""What became of payouts: by the bank's results, by its lines, by a person's word. Nothing here pays (COD-7).

An outcome that nobody knows is a state of its own: it is asked about, and no second file can hold it.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.backoffice.approval_kinds import person_of
from apps.banking.enums import PayoutState, Use
from apps.banking.models import BankLine, Payout
from apps.banking.queries.payouts import settled_by
from apps.banking.services.payouts import about, lock_payouts
from apps.banking.services.sides import PAYOUTS_IN_TRANSIT
from apps.banking.services.using import post_against
from apps.banking.states import PAYOUT_MOVES
from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.core.money import format_money
from apps.core.text import required_text
from apps.events.models import Event
from apps.events.services import record, recorded_refusals

if TYPE_CHECKING:
    from apps.accounts.models import User

REFUSED, CONTRADICTED = "payout.attempt_refused", "payout.contradicted"


def settle_payout(line: BankLine, payout: Payout, *, by: "User", at: datetime) -> Payout:
    """The bank line by which a payout left our account: payouts in transit against the bank. Settled by the
    same line again it is left as it is. RuleBroken ``line_differs`` for another account or amount."""
    with recorded_refusals(REFUSED, payout, "line", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        if row.bank_line_id == line.pk:
            return row
        if row.bank_line_id is not None:
            raise RuleBroken(
                _("Another bank line has settled payout %(number)s already.")
                % {"number": row.number},
                code="settled_already",
            )
        _check_line(row, line, -row.amount)
        text = _("Payout %(number)s") % {"number": row.number}
        post_against(line, Use.PAYOUT, PAYOUTS_IN_TRANSIT, text, by=by, at=at)
        row.bank_line, row.bank_ref = line, row.bank_ref or line.ref
        row.save(update_fields=["bank_line", "bank_ref"])
        if row.state == PayoutState.PAID:
            record("payout.booked", row, by=by, at=at, data=about(row))
        else:
            close(row, PayoutState.PAID, by=by, at=at)
    return row


def return_payout(
    payout: Payout, *, reason: str, line: BankLine | None = None, by: "User", at: datetime
) -> Payout:
    """The bank did not pay it, or gave it back. What had left our account comes back by a ``line`` that a person
    names; what never left needs none. Whoever made the payment file does not say so alone."""
    with recorded_refusals(REFUSED, payout, "return", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        _check_other(row, by)
        has_left = row.state == PayoutState.PAID or row.bank_line_id is not None
        if has_left and line is None:
            raise RuleBroken(
                _("It has left our account: name the bank line by which it came back."),
                code="line_missing",
                field="line",
            )
        if line is not None:
            _check_line(row, line, row.amount)
            text = _("Payout %(number)s came back") % {"number": row.number}
            post_against(line, Use.PAYOUT, PAYOUTS_IN_TRANSIT, text, by=by, at=at)
            row.return_line = line
        row.bank_answer = required_text(reason)
        row.save(update_fields=["return_line", "bank_answer"])
        close(row, PayoutState.RETURNED, by=by, at=at)
    return row


def confirm_paid(payout: Payout, *, reason: str, by: "User", at: datetime) -> Payout:
    """A person has the bank's word that it was paid; its line is still waited for."""
    with recorded_refusals(REFUSED, payout, "confirm", by=by, at=at):
        [row] = lock_payouts([payout.pk])
        _check_other(row, by)
        row.bank_answer = required_text(reason)
        row.save(update_fields=["bank_answer"])
        close(row, PayoutState.PAID, by=by, at=at)
    return row


def close(row: Payout, to: PayoutState, *, by: "User", at: datetime) -> None:
    """The one place where a locked payout becomes paid, returned or unclear."""
    PAYOUT_MOVES.check(PayoutState(row.state), to)
    row.state = to
    if to == PayoutState.UNCLEAR:
        row.unclear_at = at
    else:
        row.settled_at = at
    row.save(update_fields=["state", "unclear_at", "settled_at"])
    data = {**about(row), "number": row.number, "said": row.bank_answer}
    record(f"payout.{to.value}", row, by=by, at=at, data=data)


def settle_waiting() -> int:
    """Bank lines that went out and are a payout by its number or by the payee's account and amount; how many.
    What two lines or two payouts could be is a person's to say. One that was said to have come back and went
    out by a line after all is told once, and nothing is posted. Any number may run at once."""
    by, done = system_user("importer"), 0
    for line, payout in settled_by():
        if payout.state == PayoutState.RETURNED:
            _tell_contradiction(line, payout, by)
        else:
            done += _settle_one(line, payout, by)
    return done


def mark_unclear() -> int:
    """Payouts of which the bank has said nothing for ``PAYOUT_UNCLEAR_DAYS``: somebody asks it."""
    now = database_now()
    old = now - timedelta(days=settings.PAYOUT_UNCLEAR_DAYS)
    by, done = system_user("banking"), 0
    ids = Payout.objects.filter(state=PayoutState.SENT, sent_at__lte=old).values_list(
        "pk", flat=True
    )
    for pk in ids.order_by("pk")[:500]:
        with transaction.atomic():
            [row] = lock_payouts([pk])
            if row.state == PayoutState.SENT:
                close(row, PayoutState.UNCLEAR, by=by, at=now)
                done += 1
    return done


def _settle_one(line: BankLine, payout: Payout, by: "User") -> int:
    try:
        settle_payout(line, payout, by=by, at=database_now())
    except RuleBroken:
        return 0  # on record; somebody else was first, or it is no payout after all
    return 1


def _tell_contradiction(line: BankLine, payout: Payout, by: "User") -> None:
    with transaction.atomic():
        [row] = lock_payouts([payout.pk])
        warned = Event.objects.filter(
            kind=CONTRADICTED, subject_type="banking.payout", subject_id=str(row.pk)
        )
        if not warned.exists():
            data = {**about(row), "code": "paid_after_return", "line": line.pk}
            record(CONTRADICTED, row, by=by, at=database_now(), data=data)


def _check_line(row: Payout, line: BankLine, amount: object) -> None:
    if line.account_id != row.account_id or line.amount != amount:
        raise RuleBroken(
            _("This line is %(line)s; payout %(number)s is %(amount)s from %(account)s.")
            % {
                "line": format_money(line.amount),
                "number": row.number,
                "amount": format_money(row.amount),
                "account": row.account,
            },
            code="line_differs",
        )


def _check_other(row: Payout, by: "User") -> None:
    if row.file is not None and person_of(by) == person_of(row.file.made_by):
        raise RuleBroken(
            _("Whoever made the payment file does not say what became of it. Ask a colleague."),
            code="own_file",
        )
