"""A leader's verbal authorisation: recorded, chased, escalated, ended (ORD-3)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.times import local
from apps.core.times import now as present
from apps.customers.enums import AuthorisationState, ChaseStep
from apps.customers.models import Customer, VerbalAuthorisation
from apps.customers.rules import check_authorisation, missing_paperwork, reminder_time
from apps.customers.services.rows import checked, locked, said
from apps.customers.states import AUTHORISATION_MOVES
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def grant_verbal_authorisation(
    customer: Customer,
    *,
    leader: "User",
    deadline: datetime,
    reason: str,
    by: "User",
    at: datetime,
) -> VerbalAuthorisation:
    """Record that ``leader`` let orders through until ``deadline`` (UTC instant).

    What is missing is read from the file, not asked. A later word replaces an earlier one.
    """
    row = locked(customer)
    why = said(reason)
    check_authorisation(leader=leader, given_at=at, deadline=deadline)
    if row.is_stopped:
        raise RuleBroken(
            _("A suspended or closed customer cannot be authorised. Resume or reopen it first."),
            code="customer_stopped",
            rule="ORD-3",
        )
    missing = missing_paperwork(row.papers(at))
    if not missing:
        raise RuleBroken(
            _("The handover form and the contract are on file: nothing needs authorising."),
            code="nothing_missing",
            rule="ORD-3",
        )
    _end_open(row, AuthorisationState.REPLACED, by=by, at=at)
    authorisation = checked(
        VerbalAuthorisation(
            customer=row,
            given_by=leader,
            given_at=at,
            deadline=deadline,
            reason=why,
            missing=[paper.value for paper in missing],
            next_chase=reminder_time(at, deadline),
            created_by=by,
        )
    )
    data = {**_facts(authorisation), "reason": why}
    record("customer.authorised_verbally", row, by=by, at=at, data=data)
    return authorisation


@transaction.atomic
def withdraw_verbal_authorisation(
    authorisation: VerbalAuthorisation, *, reason: str, by: "User", at: datetime
) -> None:
    """Orders wait for the paperwork again, from now on."""
    row = locked(authorisation.customer)
    why = said(reason)
    if not _end_open(row, AuthorisationState.WITHDRAWN, by=by, at=at, reason=why):
        raise RuleBroken(_("This authorisation has ended already."), code="not_open")


def settle_authorisation(customer: Customer, *, by: "User", at: datetime) -> None:
    """Called when a paper arrives, on a locked customer: ends the chase once all are there."""
    fresh = Customer.objects.with_papers(at).get(pk=customer.pk)
    if not missing_paperwork(fresh.papers(at)):
        _end_open(customer, AuthorisationState.FULFILLED, by=by, at=at)


@transaction.atomic
def chase_verbal_authorisations(*, now: datetime | None = None, limit: int = 200) -> int:
    """Remind before each deadline and escalate at it, each once; return how many were handled.

    The due column says when; rows are claimed with SKIP LOCKED, so sweepers may run side by
    side. Without ``now`` the database's clock decides. A reminder whose deadline has already
    passed is not sent any more: the escalation takes its place.
    """
    due = (
        VerbalAuthorisation.objects.to_chase(now or Now())
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("customer", "given_by")
        .order_by("next_chase", "pk")[:limit]
    )
    rows = list(due)
    if rows:
        sweeper, moment = system_user("sweeper"), now or present()
        for authorisation in rows:
            _chase(authorisation, by=sweeper, at=moment)
    return len(rows)


def _chase(authorisation: VerbalAuthorisation, *, by: "User", at: datetime) -> None:
    customer = authorisation.customer
    missing = missing_paperwork(customer.papers(at))
    if not missing:  # a contract's first day may have come by itself
        _end(authorisation, AuthorisationState.FULFILLED, by=by, at=at)
        return
    if authorisation.deadline > at:
        kind = "customer.paperwork_due_soon"
        authorisation.chase_step = ChaseStep.OVERDUE
        authorisation.next_chase = authorisation.deadline
    else:
        kind = "customer.paperwork_overdue"
        authorisation.chase_step = ChaseStep.DONE
        authorisation.next_chase = None
    authorisation.save(update_fields=["chase_step", "next_chase"])
    data = {**_facts(authorisation), "missing": ", ".join(paper.value for paper in missing)}
    record(kind, customer, by=by, at=at, data=data)


def _end_open(
    customer: Customer, to: AuthorisationState, *, by: "User", at: datetime, reason: str = ""
) -> bool:
    open_one = VerbalAuthorisation.objects.open().select_for_update().filter(customer=customer)
    for authorisation in open_one:
        _end(authorisation, to, by=by, at=at, reason=reason)
        return True
    return False


def _end(
    authorisation: VerbalAuthorisation,
    to: AuthorisationState,
    *,
    by: "User",
    at: datetime,
    reason: str = "",
) -> None:
    AUTHORISATION_MOVES.check(AuthorisationState(authorisation.state), to)
    authorisation.state, authorisation.ended_reason = to, reason
    authorisation.ended_at, authorisation.ended_by = at, by
    authorisation.next_chase, authorisation.chase_step = None, ChaseStep.DONE
    checked(authorisation)
    data = {"authorisation": authorisation.pk, "how": to.value, "reason": reason}
    record("customer.authorisation_ended", authorisation.customer, by=by, at=at, data=data)


def _facts(authorisation: VerbalAuthorisation) -> dict[str, object]:
    """What a person reads on the timeline; subscribers find whom to tell by the row itself."""
    return {
        "authorisation": authorisation.pk,
        "leader": str(authorisation.given_by),
        "deadline": local(authorisation.deadline),
        "missing": ", ".join(authorisation.missing),
    }
