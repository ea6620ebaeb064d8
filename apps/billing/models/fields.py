"""Fields that several tables of this floor have."""

from typing import Any

from apps.core.models import MoneyField


def amount(label: Any, **more: Any) -> MoneyField:
    """Yuan with two places."""
    return MoneyField(label, **more)
