"""Saved filters of a list."""

from typing import Any

from django.db.models import Q, QuerySet

from apps.backoffice.models import SavedFilter


def filters_of(user: Any, of_list: str) -> "QuerySet[SavedFilter]":
    """One's own and the shared ones."""
    mine = Q(user=user.pk) | Q(is_shared=True)
    return SavedFilter.objects.filter(mine, of_list=of_list).order_by("name", "pk")
