"""What cases are found by: those that are live, whose they are, who brought them, their words."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from apps.complaints.enums import CaseState
from apps.complaints.states import LIVE_VALUES


def case_indexes() -> list[models.Index]:
    is_live, has_no_owner = Q(state__in=LIVE_VALUES), Q(owner__isnull=True, state=CaseState.NEW)
    return [
        _index("live_by_owner", "owner", "state", "-id", where=is_live),
        _index("live_by_unit", "unit", "state", "owner", where=is_live),
        _index("live_newest", "-id", where=is_live),
        _index("awaits_answer", "owner", "-id", where=Q(awaits_answer=True)),
        _index("unowned", "-id", where=has_no_owner),
        _index("by_owner", "owner", "-id"),
        _index("by_unit", "unit", "-id"),
        _index("by_customer", "customer", "-id", where=Q(customer__isnull=False)),
        _index("by_phone", "contact_phone_index", "-id", where=~Q(contact_phone_index="")),
        _index("by_email", "contact_email_index", "-id", where=~Q(contact_email_index="")),
        _index("by_name", "contact_name_index", "-id", where=~Q(contact_name_index="")),
        _index("by_closing", "closed_at"),
        GinIndex(fields=["search_grams"], name="case_grams"),
        GinIndex(fields=["name_parts"], name="case_names"),
    ]


def _index(name: str, *fields: str, where: Q | None = None) -> models.Index:
    return models.Index(fields=fields, name=f"case_{name}", condition=where)
