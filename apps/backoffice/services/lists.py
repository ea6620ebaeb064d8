"""Filters of lists, saved under a name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.backoffice.models import SavedFilter
from apps.core.errors import BadInput
from apps.events.services import record

LONGEST_NAME = 60


@transaction.atomic
def save_filter(
    *, of_list: str, name: str, query: Mapping[str, str], shared: bool, by: Any, at: datetime
) -> SavedFilter:
    """Keep a list's filters under a name of one's own; saving the name again replaces it."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        message = _("A name of 1 to %(most)d characters, please.") % {"most": LONGEST_NAME}
        raise BadInput(message, code="name", field="name")
    row, _made = SavedFilter.objects.update_or_create(
        user=by, of_list=of_list, name=name, defaults={"query": dict(query), "is_shared": shared}
    )
    record("saved_filter.saved", row, by=by, at=at, data={"name": name})
    return row


@transaction.atomic
def remove_filter(*, of_list: str, filter_id: int, by: Any, at: datetime) -> None:
    """One's own only; SavedFilter.DoesNotExist for another's."""
    row = SavedFilter.objects.select_for_update().get(pk=filter_id, of_list=of_list, user=by)
    record("saved_filter.removed", row, by=by, at=at, data={"name": row.name})
    row.delete()
