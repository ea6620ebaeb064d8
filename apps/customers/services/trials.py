"""The trial period, during which the director owns the customer's orders (ORD-3)."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import now as present
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer
from apps.customers.queries import director_for
from apps.customers.rules import LONGEST_TRIAL_DAYS
from apps.customers.services.rows import checked, locked, move
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def start_trial(customer: Customer, *, until: date, by: "User", at: datetime) -> Customer:
    """From prospect to trial. ``until`` is the last local day, at most 180 days away."""
    return begin_trial(locked(customer), until=until, by=by, at=at)


def begin_trial(row: Customer, *, until: date, by: "User", at: datetime) -> Customer:
    """On a locked row. Without a named director the one nearest above the unit takes over."""
    _check_end(until, at)
    if row.director is None or not row.director.is_active:
        row.director = director_for(row.unit)
    if row.director is None:
        raise RuleBroken(
            _(
                "A trial period needs a director, and none is responsible for %(unit)s. "
                "Name the director in charge of the customer first."
            )
            % {"unit": row.unit},
            code="no_director",
            field="director",
            rule="ORD-3",
        )
    move(row, CustomerStatus.TRIAL)
    row.trial_until = until
    checked(row)
    data = {"until": until.isoformat(), "director": str(row.director)}
    record("customer.trial_started", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def extend_trial(customer: Customer, *, until: date, by: "User", at: datetime) -> Customer:
    row = _on_trial(locked(customer))
    _check_end(until, at)
    if row.trial_until is not None and until <= row.trial_until:
        raise BadInput(
            _("The trial runs until %(day)s already; choose a later day.")
            % {"day": row.trial_until.isoformat()},
            code="trial_not_longer",
            field="until",
        )
    row.trial_until = until
    checked(row)
    record("customer.trial_extended", row, by=by, at=at, data={"until": until.isoformat()})
    return row


@transaction.atomic
def end_trial(customer: Customer, *, by: "User", at: datetime) -> Customer:
    """The agent owns the orders from now on."""
    return _end(_on_trial(locked(customer)), by=by, at=at)


@transaction.atomic
def end_due_trials(*, now: datetime | None = None, limit: int = 200) -> int:
    """End the trials whose last day has passed; return how many. Safe to run side by side."""
    moment = now or present()
    due = (
        Customer.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status=CustomerStatus.TRIAL, trial_until__lt=timezone.localdate(moment))
        .order_by("trial_until", "pk")[:limit]
    )
    sweeper = system_user("sweeper")
    return len([_end(row, by=sweeper, at=moment) for row in due])


def _end(row: Customer, *, by: "User", at: datetime) -> Customer:
    move(row, CustomerStatus.ACTIVE)
    # A trial ended early is over today, or resuming after a suspension would bring it back.
    yesterday = timezone.localdate(at) - timedelta(days=1)
    row.trial_until = min(row.trial_until or yesterday, yesterday)
    row.save(update_fields=["status", "status_reason", "trial_until"])
    record("customer.trial_ended", row, by=by, at=at, data={"agent": str(row.agent or "—")})
    return row


def _on_trial(row: Customer) -> Customer:
    if row.status != CustomerStatus.TRIAL:
        raise RuleBroken(_("This customer is not on trial."), code="not_on_trial", rule="ORD-3")
    return row


def _check_end(until: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if not today <= until <= today + timedelta(days=LONGEST_TRIAL_DAYS):
        raise BadInput(
            _("A trial ends between today and %(days)d days from now.")
            % {"days": LONGEST_TRIAL_DAYS},
            code="trial_end",
            field="until",
        )
