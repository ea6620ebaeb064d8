"""The follow-up steps in use."""

from apps.core.cached_tables import CachedTables
from apps.orders.models import FollowUpTemplate


def _read() -> list[FollowUpTemplate]:
    return list(FollowUpTemplate.objects.filter(active=True))


steps_in_use = CachedTables(_read, FollowUpTemplate)
