"""Entering and changing customers, who looks after them, and who may see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.core.models import set_values
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer, CustomerScope
from apps.customers.names import readings, search_text
from apps.customers.services import clocks
from apps.customers.services.rows import checked, checked_reason, locked, move
from apps.events.services import record

if TYPE_CHECKING:
    from apps.accounts.models import User

# In the order in which the form asks for them.
EDITABLE = (
    "name",
    "short_name",
    "english_name",
    "code",
    "unit",
    "agent",
    "sales_person",
    "director",
    "key_account",
    "settlement_method",
    "settlement_cycle_days",
    "credit_limit",
    "invoice_title",
    "tax_number",
    "language",
    "statement_channel",
    "feedback_channel",
    "follow_up_default",
    "sends_bulk_orders",
    "notes",
)
SEARCHED = {"code", "name", "short_name", "english_name"}
PEOPLE = {"unit", "agent", "sales_person", "director"}


@transaction.atomic
def create_customer(values: Mapping[str, Any], *, by: "User", at: datetime) -> Customer:
    """Enter a prospect. Without a code the next number is taken (KH001001 …)."""
    customer = Customer(created_by=by)
    set_values(customer, values, EDITABLE)
    customer.code = (customer.code or _next_code()).strip().upper()
    customer.name = customer.name.strip()
    _index(customer)
    checked(customer)
    record("customer.created", customer, by=by, at=at, data={"code": customer.code})
    return customer


@transaction.atomic
def change_customer(
    customer: Customer, values: Mapping[str, Any], *, by: "User", at: datetime
) -> Customer:
    """Change data; the event says what from and to. Status and trial have their own services."""
    row = locked(customer)
    before = {name: _readable(getattr(row, name)) for name in values}
    changed = set_values(row, values, EDITABLE)
    if not changed:
        return row
    if SEARCHED & set(changed):
        row.code = row.code.strip().upper()
        _index(row)
    checked(row)
    after = {name: f"{before[name]} → {_readable(getattr(row, name))}" for name in changed}
    kind = "customer.assigned" if set(changed) <= PEOPLE else "customer.changed"
    record(kind, row, by=by, at=at, data=after)
    if {"agent", "director"} & set(changed):
        clocks.customer_given(row, by=by)
    return row


def suspend_customer(customer: Customer, *, reason: str, by: "User", at: datetime) -> Customer:
    """No order of it is confirmed until it is resumed; orders under way go on."""
    return _stop(customer, CustomerStatus.SUSPENDED, reason, by=by, at=at)


def close_customer(customer: Customer, *, reason: str, by: "User", at: datetime) -> Customer:
    return _stop(customer, CustomerStatus.CLOSED, reason, by=by, at=at)


@transaction.atomic
def _stop(
    customer: Customer, to: CustomerStatus, reason: str, *, by: "User", at: datetime
) -> Customer:
    row = locked(customer)
    move(row, to, reason=checked_reason(reason))
    checked(row)
    record(f"customer.{to}", row, by=by, at=at, data={"reason": row.status_reason})
    return row


@transaction.atomic
def resume_customer(customer: Customer, *, by: "User", at: datetime) -> Customer:
    """Back to its trial if that is not over, otherwise active."""
    row = locked(customer)
    if row.status != CustomerStatus.SUSPENDED:
        raise RuleBroken(_("Only a suspended customer can be resumed."), code="not_suspended")
    on_trial = row.trial_until is not None and row.trial_until >= timezone.localdate(at)
    move(row, CustomerStatus.TRIAL if on_trial else CustomerStatus.ACTIVE)
    checked(row)
    record("customer.resumed", row, by=by, at=at, data={"status": row.status})
    return row


@transaction.atomic
def reopen_customer(customer: Customer, *, by: "User", at: datetime) -> Customer:
    """A company that comes back is a prospect again: it is handed over anew before it orders."""
    row = locked(customer)
    move(row, CustomerStatus.PROSPECT)
    row.trial_until, row.reopened_at, row.reopened_by = None, at, by
    checked(row)
    record("customer.reopened", row, by=by, at=at)
    return row


@transaction.atomic
def admit_user(customer: Customer, *, user: "User", by: "User", at: datetime) -> CustomerScope:
    """Let a user, or an API key's service user, see this customer; repeating changes nothing."""
    locked(customer)
    scope, new = CustomerScope.objects.get_or_create(
        customer=customer, user=user, defaults={"created_by": by}
    )
    if new:
        record("customer.user_admitted", customer, by=by, at=at, data={"user": user.username})
    return scope


@transaction.atomic
def remove_user(customer: Customer, *, user: "User", by: "User", at: datetime) -> None:
    locked(customer)
    gone, _rows = CustomerScope.objects.filter(customer=customer, user=user).delete()
    if not gone:
        raise RuleBroken(_("This user does not see the customer by assignment."), code="not_there")
    record("customer.user_removed", customer, by=by, at=at, data={"user": user.username})


def _next_code() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customers_code_number')")
        return f"KH{cursor.fetchone()[0]:06d}"


def _index(customer: Customer) -> None:
    """Everything the look-up finds by follows from code and names (ORD-4)."""
    usual = next(iter(readings(customer.short_name or customer.name)), None)
    customer.pinyin = usual.full[:600] if usual else ""
    customer.pinyin_initials = usual.initials[:160] if usual else ""
    customer.search_text = search_text(
        customer.code, customer.name, customer.short_name, customer.english_name
    )


def _readable(value: Any) -> str:
    return "—" if value in (None, "") else str(value)
