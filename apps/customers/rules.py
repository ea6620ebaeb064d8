"""May a customer's orders be confirmed, who owns them, who signs next? (ORD-2, ORD-3)

Everything but ``acceptance_blockers`` is computed from what it is given; that one reads the
customer's papers in one query unless the row came from ``Customer.objects.with_papers(at)``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import local
from apps.customers.enums import CustomerStatus, Paperwork, SigningRole
from apps.customers.models import Customer, HandoverForm, Papers

if TYPE_CHECKING:
    from apps.accounts.models import User

# Whose word is a verbal authorisation (ORD-3: a leader's).
AUTHORISING_ROLES = (Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.DEPARTMENT_MANAGER)
LONGEST_AUTHORISATION = timedelta(days=30)
LONGEST_TRIAL_DAYS = 180


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why an order cannot be confirmed; ``message`` says what to do."""

    code: str
    message: str
    rule: str


def acceptance_blockers(customer: Customer, at: datetime) -> list[Blocker]:
    """What stands between this customer's order and its confirmation at ``at``; empty is go."""
    return blockers_from(customer, customer.papers(at), at)


def blockers_from(customer: Customer, papers: Papers, at: datetime) -> list[Blocker]:
    found = [*_status_blockers(customer)]
    if not authorised(papers, at):
        found += _paperwork_blockers(papers)
    if not papers.letter_valid:
        found.append(_letter_blocker(papers))
    return found


def authorised(papers: Papers, at: datetime) -> bool:
    """A leader's word holds until its deadline, not a moment longer."""
    return papers.authorised_until is not None and at < papers.authorised_until


def missing_paperwork(papers: Papers) -> list[Paperwork]:
    missing = []
    if not papers.handover_accepted:
        missing.append(Paperwork.HANDOVER_FORM)
    if not papers.contract_valid:
        missing.append(Paperwork.CONTRACT)
    return missing


def _status_blockers(customer: Customer) -> list[Blocker]:
    if customer.status == CustomerStatus.SUSPENDED:
        text = _("The customer is suspended (%(reason)s). Ask its manager to resume it first.")
        code = "customer_suspended"
    elif customer.status == CustomerStatus.CLOSED:
        text = _("The customer is closed (%(reason)s). It must be reopened and handed over anew.")
        code = "customer_closed"
    else:
        return []
    return [Blocker(code, text % {"reason": customer.status_reason}, "ORD-3")]


def _paperwork_blockers(papers: Papers) -> list[Blocker]:
    found = []
    if not papers.handover_accepted:
        found.append(
            Blocker(
                "handover_missing",
                _(
                    "No service handover form has been accepted. Have sales hand the customer over, "
                    "or record a leader's verbal authorisation."
                ),
                "ORD-3",
            )
        )
    if not papers.contract_valid:
        found.append(
            Blocker(
                "contract_missing",
                _(
                    "No contract with an agreed price is valid today. File the signed contract, "
                    "or record a leader's verbal authorisation."
                ),
                "ORD-3",
            )
        )
    if found and papers.authorised_until is not None:
        expired = _("The verbal authorisation ran out at %(time)s; the paperwork is still missing.")
        found.insert(
            0,
            Blocker(
                "authorisation_expired",
                expired % {"time": local(papers.authorised_until)},
                "ORD-3",
            ),
        )
    return found


def _letter_blocker(papers: Papers) -> Blocker:
    if papers.letter_expired:
        text = _("The dangerous-goods letter has expired. Ask the customer to sign a new one.")
        return Blocker("letter_expired", text, "ORD-2")
    text = _("No dangerous-goods letter is on file. Have the customer sign one and file it.")
    return Blocker("letter_missing", text, "ORD-2")


def order_owner(customer: Customer, at: datetime) -> "User | None":
    """The director during the trial period, the customer's agent otherwise; None: nobody yet."""
    if customer.on_trial(timezone.localdate(at)):
        return customer.director
    return customer.agent


def required_signatures(form: HandoverForm) -> tuple[SigningRole, ...]:
    """In the order they sign: sales, the departments involved, the general manager."""
    roles = [SigningRole.SALES]
    if form.needs_storage:
        roles.append(SigningRole.WAREHOUSE)
    if form.needs_delivery:
        roles.append(SigningRole.DELIVERY)
    return (*roles, SigningRole.GENERAL_MANAGER)


def check_authorisation(*, leader: "User", given_at: datetime, deadline: datetime) -> None:
    """A leader's word, a deadline ahead, at most thirty days away."""
    if not leader.is_active or not leader.has_role(*AUTHORISING_ROLES):
        raise RuleBroken(
            _(
                "Only the general manager, a deputy general manager or a department manager "
                "can authorise orders without paperwork."
            ),
            code="not_a_leader",
            field="leader",
            rule="ORD-3",
        )
    if deadline <= given_at:
        raise BadInput(
            _("The deadline must lie in the future."), code="deadline_past", field="deadline"
        )
    if deadline - given_at > LONGEST_AUTHORISATION:
        raise BadInput(
            _("The paperwork must follow within %(days)d days.")
            % {"days": LONGEST_AUTHORISATION.days},
            code="deadline_too_far",
            field="deadline",
        )
