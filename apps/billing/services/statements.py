"""A frozen statement is reviewed by the other side, sent, and agreed to (BIL-2)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.billing.enums import AgreedHow, DisputeState, Side, StatementState
from apps.billing.models import Statement
from apps.billing.services import clocks
from apps.billing.services.blockers import refuse_blocked, report_blockers
from apps.billing.services.moving import lock_statement, move
from apps.billing.services.statement_papers import store_paper
from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.core.storage import all_or_nothing
from apps.core.times import now as present
from apps.events.services import record


@transaction.atomic
def review_statement(*, statement_id: int, side: Side, by: User, at: datetime) -> Statement:
    """``side`` looked at it and finds it right; the side that issues it may not (``wrong_side``).
    What stands in its way is found and reported to the manager with it (BIL-3)."""
    statement = lock_statement(statement_id, by)
    _demand_side(statement, side, issues=False)
    move(statement, StatementState.REVIEWED, reviewed_at=at, reviewed_by=by)
    data = {"side": str(side)}
    record("statement.reviewed", statement, by=by, at=at, data=data)
    report_blockers(statement, by=by, at=at)
    return statement


@transaction.atomic
def send_statement(*, statement_id: int, side: Side, by: User, at: datetime) -> Statement:
    """Send it to the payer by the payer's channel; from now on it runs out by the settlement cycle.

    RuleBroken: ``blocked`` while something stands in its way, ``wrong_side``, ``same_person`` for
    whoever reviewed it.
    """
    statement = lock_statement(statement_id, by)
    _demand_side(statement, side, issues=True)
    if statement.reviewed_by_id == by.pk:
        raise RuleBroken(
            _("You reviewed it; somebody else sends it."), code="same_person", rule="BIL-2"
        )
    refuse_blocked(statement, at)
    days = statement.bill_to.settlement_cycle_days if statement.bill_to else 0
    due_on = timezone.localdate(at) + timedelta(days=days)
    move(statement, StatementState.SENT, sent_at=at, sent_by=by, due_on=due_on)
    clocks.sent(statement, by=by, at=at)
    data = {
        "number": statement.number,
        "period": f"{statement.period:%Y-%m}",
        "closing": str(statement.closing),
        "due_on": due_on,
        "customer": statement.bill_to_id,
    }
    record("statement.sent", statement, by=by, at=at, data=data)
    return statement


def _demand_side(statement: Statement, side: Side, *, issues: bool) -> None:
    """Customer service issues for key customers and finance reviews; the other way round else."""
    issuer = Side(statement.issued_by_side)
    if (side == issuer) == issues:
        return
    message = (
        _("%(side)s issues this statement; you review it.")
        if issues
        else _("%(side)s issues this statement; the other side reviews it.")
    )
    raise RuleBroken(message % {"side": issuer.label}, code="wrong_side", rule="BIL-2")


@all_or_nothing()
@transaction.atomic
def confirm_statement(
    *,
    statement_id: int,
    how: AgreedHow,
    note: str = "",
    paper: NewFile | None = None,
    by: User,
    at: datetime,
) -> Statement:
    """The payer agrees to all of it that is not disputed; ``paper`` is the stamped copy. BadInput for a
    file that is no document."""
    statement = lock_statement(statement_id, by)
    move(
        statement,
        StatementState.CONFIRMED,
        confirmed_at=at,
        confirmed_by=by,
        confirmed_how=how,
        confirmed_note=" ".join(note.split())[:200],
    )
    clocks.agreed(statement, by=by, at=at)
    if paper is not None:
        store_paper(statement, paper, by=by, at=at)
    record("statement.confirmed", statement, by=by, at=at, data={"how": str(how)})
    return statement


def confirm_deemed(*, at: datetime | None = None) -> int:
    """Statements whose payer agrees by silence, as the contract says, once that time has passed and
    nothing on them is disputed. Safe to run twice at once; returns how many."""
    at = at or present()
    by = system_user("billing")
    done = 0
    while True:
        with transaction.atomic():
            statement = (
                Statement.objects.select_for_update(of=["self"], skip_locked=True)
                .filter(
                    state=StatementState.SENT,
                    bill_to__billing_terms__deemed_after_days__isnull=False,
                    sent_at__lt=at - timedelta(days=1),
                )
                .exclude(disputes__state=DisputeState.OPEN)
                .extra(  # no user input; an interval of another column
                    where=[
                        "billing_statement.sent_at + make_interval(days =>"
                        " billing_billingterms.deemed_after_days) <= %s"
                    ],
                    params=[at],
                )
                .order_by("sent_at")
                .first()
            )
            if statement is None:
                return done
            move(
                statement,
                StatementState.CONFIRMED,
                confirmed_at=at,
                confirmed_by=by,
                confirmed_how=AgreedHow.DEEMED,
            )
            clocks.agreed(statement, by=by, at=at)
            data = {"how": str(AgreedHow.DEEMED)}
            record("statement.confirmed", statement, by=by, at=at, data=data)
            done += 1
