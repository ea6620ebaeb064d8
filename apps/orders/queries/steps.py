"""The follow-up steps in use."""

from apps.core.editions import Kept
from apps.orders.models import FollowUpTemplate


def _read() -> list[FollowUpTemplate]:
    return list(FollowUpTemplate.objects.filter(active=True))


steps_in_use = Kept(_read, FollowUpTemplate)
