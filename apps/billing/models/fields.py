"""Fields that several tables of this floor have."""

from typing import Any

from django.db import models


def amount(label: Any, **more: Any) -> "models.DecimalField[Any, Any]":
    """Yuan with two places."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, **more)
