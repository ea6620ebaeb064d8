"""What every service here does to a row: lock it, set values, check it, say what changed."""

from collections.abc import Collection
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import models

from apps.core.errors import BadInput
from apps.core.row_checks import clean_row
from apps.core.text import required_text
from apps.customers.enums import CustomerStatus
from apps.customers.models import Customer
from apps.customers.states import CUSTOMER_MOVES

M = TypeVar("M", bound=models.Model)


def locked(customer: Customer) -> Customer:
    """The customer's row, locked. Services that touch its papers take this lock first."""
    return Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)


def move(customer: Customer, to: CustomerStatus, *, reason: str = "") -> None:
    """Change a locked customer's status, by the table."""
    CUSTOMER_MOVES.check(CustomerStatus(customer.status), to)
    customer.status, customer.status_reason = to, reason


def checked(row: M) -> M:
    """Validate and save."""
    validate(row)
    row.save()
    return row


def validate(row: models.Model, *, exclude: Collection[str] = ()) -> None:
    """The row's own validation and constraints, refused in words (BadInput)."""
    try:
        clean_row(row, exclude=exclude)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        known = field if field != "__all__" else None
        raise BadInput(
            _named(row, known, str(messages[0])), code="bad_value", field=known
        ) from error


def _named(row: models.Model, field: str | None, message: str) -> str:
    if field is None:
        return message
    label = str(getattr(row._meta.get_field(field), "verbose_name", field))
    return f"{label}: {message}"


def checked_reason(reason: str) -> str:
    """A reason a person typed: required, at most 300 characters."""
    return required_text(reason, most=300)
