"""Disputing single lines, and how a dispute ends (BIL-2)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import DisputeReason, DisputeState, StatementState
from apps.billing.models import Dispute, DisputeEntry
from apps.billing.services import clocks
from apps.billing.services.charges import amount_of, correct_charge, first_of
from apps.billing.services.moving import lock_statement
from apps.billing.services.statement_papers import store_paper
from apps.billing.states import DISPUTE_MOVES
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.money import money
from apps.core.storage import all_or_nothing
from apps.core.text import required_text
from apps.events.services import record


@all_or_nothing()
@transaction.atomic
def raise_dispute(
    *,
    charge_id: int,
    why: DisputeReason,
    text: str,
    amount: Decimal | None = None,
    by_customer: bool = False,
    paper: NewFile | None = None,
    by: User,
    at: datetime,
) -> Dispute:
    """Say that a line is wrong, by ``amount`` (all of it if not given); the rest stays payable. ``paper``
    shows why.

    RuleBroken: ``not_sent`` before the customer has the statement, ``agreed`` after all was agreed
    to, ``disputed_already``. BadInput ``above_line``.
    """
    text = required_text(text, field="text", most=1000)
    first = first_of(charge_id)
    statement = lock_statement(first.statement_id, by)
    if statement.state != StatementState.SENT:
        agreed = statement.state == StatementState.CONFIRMED
        raise RuleBroken(
            _("The statement was agreed to; ask us for a correction.")
            if agreed
            else _("The statement has not been sent yet."),
            code="agreed" if agreed else "not_sent",
        )
    charged = amount_of(first)
    if charged <= 0:
        raise BadInput(_("Nothing is charged on this line."), code="nothing_charged")
    wanted = charged if amount is None else money(amount)
    if not 0 < wanted <= charged:
        raise BadInput(
            _("At most %(amount)s can be disputed on this line.") % {"amount": charged},
            code="above_line",
            field="amount",
        )
    with refused_as(
        RuleBroken(_("This line is disputed already."), code="disputed_already"), "dispute_one_open"
    ):
        dispute = Dispute.objects.create(
            charge=first,
            statement=statement,
            why=why,
            charged=charged,
            amount=wanted,
            raised_at=at,
            raised_by=by,
            by_customer=by_customer,
        )
    _say(dispute, text, by_customer=by_customer, by=by, at=at)
    if paper is not None:
        store_paper(statement, paper, dispute=dispute, by=by, at=at)
    clocks.disputed(dispute, by=by, at=at)
    data = {
        "dispute": dispute.pk,
        "charge": first.waybill or first.source,
        "amount": str(wanted),
        "why": str(why),
        "number": statement.number,
        "customer": statement.bill_to_id,
    }
    record("dispute.raised", statement, by=by, at=at, data=data)
    return dispute


@transaction.atomic
def say_in_dispute(
    *, dispute_id: int, text: str, by_customer: bool = False, by: User, at: datetime
) -> DisputeEntry:
    """Something more is said; a dispute that has ended takes nothing more."""
    dispute = _lock(dispute_id, by)
    DISPUTE_MOVES.check(DisputeState(dispute.state), DisputeState.WITHDRAWN)
    entry = _say(
        dispute, required_text(text, field="text", most=1000), by_customer=by_customer, by=by, at=at
    )
    record(
        "dispute.answered", dispute.statement, by=by, at=at, data={"charge": str(dispute.charge)}
    )
    return entry


def _say(dispute: Dispute, text: str, *, by_customer: bool, by: User, at: datetime) -> DisputeEntry:
    return DisputeEntry.objects.create(
        dispute=dispute, text=text, by_customer=by_customer, by=by, at=at
    )


@transaction.atomic
def accept_dispute(
    *, dispute_id: int, answer: str, amount: Decimal | None = None, by: User, at: datetime
) -> Dispute:
    """The customer is right, by ``amount`` (all that is disputed if not given): an adjustment in the
    payer's open month takes it off."""
    dispute = _lock(dispute_id, by)
    DISPUTE_MOVES.check(DisputeState(dispute.state), DisputeState.ACCEPTED)
    off = dispute.amount if amount is None else money(amount)
    if not 0 < off <= dispute.amount:
        raise BadInput(
            _("At most %(amount)s is disputed.") % {"amount": dispute.amount},
            code="above_dispute",
            field="amount",
        )
    first = first_of(dispute.charge_id)
    adjustment = correct_charge(
        charge_id=first.pk,
        gross=amount_of(first) - off,
        reason=required_text(answer, field="answer"),
        source=f"dispute:{dispute.pk}",
        by=by,
        at=at,
    )
    dispute.adjustment = adjustment
    return _end(dispute, DisputeState.ACCEPTED, answer, by=by, at=at)


@transaction.atomic
def refuse_dispute(*, dispute_id: int, answer: str, by: User, at: datetime) -> Dispute:
    """The charge is right, for the reason given."""
    dispute = _lock(dispute_id, by)
    return _end(dispute, DisputeState.REFUSED, answer, by=by, at=at)


@transaction.atomic
def withdraw_dispute(*, dispute_id: int, answer: str = "", by: User, at: datetime) -> Dispute:
    """The customer takes it back."""
    dispute = _lock(dispute_id, by)
    return _end(dispute, DisputeState.WITHDRAWN, answer or _("Taken back."), by=by, at=at)


def _lock(dispute_id: int, by: User) -> Dispute:
    found = Dispute.objects.only("statement_id").get(pk=dispute_id)
    lock_statement(found.statement_id, by)
    return (
        Dispute.objects.select_for_update(of=["self"], no_key=True)
        .select_related("charge", "statement__bill_to")
        .get(pk=dispute_id)
    )


def _end(dispute: Dispute, to: DisputeState, answer: str, *, by: User, at: datetime) -> Dispute:
    DISPUTE_MOVES.check(DisputeState(dispute.state), to)
    dispute.state, dispute.answer = to, required_text(answer, field="answer", most=500)
    dispute.decided_at, dispute.decided_by = at, by
    dispute.save()
    clocks.dispute_ended(dispute, by=by, at=at)
    data = {
        "dispute": dispute.pk,
        "charge": dispute.charge.waybill or dispute.charge.source,
        "amount": str(dispute.adjustment.gross) if dispute.adjustment else "",
        "reason": dispute.answer,
        "number": dispute.statement.number,
        "customer": dispute.statement.bill_to_id,
    }
    record(f"dispute.{to}", dispute.statement, by=by, at=at, data=data)
    return dispute
