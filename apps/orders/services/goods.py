"""Editing what is data: prohibited goods, harmless names, follow-up steps."""

from datetime import datetime

from django.db import models, transaction

from apps.accounts.models import User
from apps.core.models import check_row
from apps.events.services import record
from apps.orders.models import FollowUpTemplate, HarmlessTerm, ProhibitedList, ProhibitedTerm

_KINDS: dict[type[models.Model], str] = {
    ProhibitedList: "prohibited_list.changed",
    ProhibitedTerm: "prohibited_term.changed",
    HarmlessTerm: "harmless_term.changed",
    FollowUpTemplate: "follow_up_template.changed",
}


@transaction.atomic
def save_row(row: models.Model, *, by: User, at: datetime) -> models.Model:
    """Save a new or changed row of the company's own lists."""
    check_row(row)
    is_new = row.pk is None
    row.save()
    data = {"row": str(row), "new": is_new}
    record(_KINDS[type(row)], row, by=by, at=at, data=data)
    return row


@transaction.atomic
def remove_row(row: models.Model, *, by: User, at: datetime) -> None:
    data = {"row": str(row), "removed": True}
    record(_KINDS[type(row)], row, by=by, at=at, data=data)
    row.delete()
