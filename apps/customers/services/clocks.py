"""Opens and closes the clocks of a new customer's paperwork. The only module of customers that calls ``sla``
(ORD-3)."""

from typing import TYPE_CHECKING

from apps.customers.enums import AuthorisationState, CustomerMatter
from apps.customers.models import Customer, HandoverForm, VerbalAuthorisation
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.rules import Attributes

if TYPE_CHECKING:
    from datetime import datetime

    from apps.accounts.models import User


def authorisation_given(word: VerbalAuthorisation, *, by: "User", at: "datetime") -> None:
    """The paperwork is due at the deadline the leader gave, for the customer's agent to bring in."""
    customer = word.customer
    sla.open_matter(
        kind=CustomerMatter.AUTHORISATION,
        subject=word,
        title=f"{customer.code} {customer.name}"[:120],
        attributes=Attributes(customer_id=customer.pk),
        owner=_chaser(customer),
        unit=customer.unit,
        dues={Metric.PAPERWORK: word.deadline},
        opened_at=word.given_at,
        by=by,
        at=at,
    )


def authorisation_ended(word: VerbalAuthorisation, *, by: "User", at: "datetime") -> None:
    if word.state == AuthorisationState.FULFILLED:
        sla.finish_matters([word], kind=FactKind.DONE, by=by, at=at)
    else:
        reason = word.ended_reason or str(AuthorisationState(word.state).value)
        sla.stop_matters([word], reason=reason, by=by, at=at)


def customer_given(customer: Customer, *, by: "User") -> None:
    """Whoever takes the customer over brings in what is owed."""
    chaser = _chaser(customer)
    words = list(VerbalAuthorisation.objects.open().filter(customer=customer))
    if chaser is not None and words:
        sla.hand_matters(words, owner=chaser, by=by)


def _chaser(customer: Customer) -> "User | None":
    return customer.agent or customer.director


def form_submitted(form: HandoverForm, *, by: "User", at: "datetime") -> None:
    """It is to be signed within the time of the policy; each round anew."""
    if form.round > 1:
        sla.reopen_matter(subject=form, by=by, at=at)
        return
    customer = form.customer
    sla.open_matter(
        kind=CustomerMatter.HANDOVER,
        subject=form,
        title=f"{form.number} {customer.name}"[:120],
        attributes=Attributes(customer_id=customer.pk),
        owner=by,
        unit=customer.unit,
        opened_at=at,
        by=by,
        at=at,
    )


def form_sent_back(form: HandoverForm, *, by: "User", at: "datetime") -> None:
    sla.close_matter(subject=form, by=by, at=at)


def form_accepted(form: HandoverForm, *, by: "User", at: "datetime") -> None:
    sla.finish_matters([form], kind=FactKind.DONE, by=by, at=at)


def form_turned_down(form: HandoverForm, *, reason: str, by: "User", at: "datetime") -> None:
    """A draft that was never sent round has no clock to stop."""
    sla.stop_matters([form], reason=reason, by=by, at=at)
