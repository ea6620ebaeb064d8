"""A leader's verbal authorisation: recorded, chased by its clock, ended (ORD-3)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.times import local
from apps.core.times import now as present
from apps.customers.enums import AuthorisationState
from apps.customers.models import Customer, VerbalAuthorisation
from apps.customers.rules import check_authorisation, missing_paperwork
from apps.customers.services import clocks
from apps.customers.services.rows import checked, checked_reason, locked
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
    why = checked_reason(reason)
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
            created_by=by,
        )
    )
    data = {**_facts(authorisation), "reason": why}
    record("customer.authorised_verbally", row, by=by, at=at, data=data)
    clocks.authorisation_given(authorisation, by=by, at=at)
    return authorisation


@transaction.atomic
def withdraw_verbal_authorisation(
    authorisation: VerbalAuthorisation, *, reason: str, by: "User", at: datetime
) -> None:
    """Orders wait for the paperwork again, from now on."""
    row = locked(authorisation.customer)
    why = checked_reason(reason)
    if not _end_open(row, AuthorisationState.WITHDRAWN, by=by, at=at, reason=why):
        raise RuleBroken(_("This authorisation has ended already."), code="not_open")


def settle_authorisation(customer: Customer, *, by: "User", at: datetime) -> None:
    """Called when a paper arrives, on a locked customer: ends the chase once all are there."""
    fresh = Customer.objects.with_papers(at).get(pk=customer.pk)
    if not missing_paperwork(fresh.papers(at)):
        _end_open(customer, AuthorisationState.FULFILLED, by=by, at=at)


@transaction.atomic
def settle_open_authorisations(*, now: datetime | None = None) -> int:
    """End the authorisations whose paperwork has become complete by itself: the first day of a contract
    that was filed before has come. Returns how many. At most one is open per customer; what people are
    working on is passed over and comes next time."""
    moment = now or present()
    rows = (
        VerbalAuthorisation.objects.open()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("customer")
        .order_by("pk")
    )
    words = {word.customer_id: word for word in rows}
    done = 0
    for customer in Customer.objects.with_papers(moment).filter(pk__in=words):
        if not missing_paperwork(customer.papers(moment)):
            _end(
                words[customer.pk],
                AuthorisationState.FULFILLED,
                by=system_user("sweeper"),
                at=moment,
            )
            done += 1
    return done


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
    checked(authorisation)
    data = {"authorisation": authorisation.pk, "how": to.value, "reason": reason}
    record("customer.authorisation_ended", authorisation.customer, by=by, at=at, data=data)
    clocks.authorisation_ended(authorisation, by=by, at=at)


def _facts(authorisation: VerbalAuthorisation) -> dict[str, object]:
    """What a person reads on the timeline; subscribers find whom to tell by the row itself."""
    return {
        "authorisation": authorisation.pk,
        "leader": str(authorisation.given_by),
        "deadline": local(authorisation.deadline),
        "missing": ", ".join(authorisation.missing),
    }
