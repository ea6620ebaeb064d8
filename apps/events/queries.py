"""Reads of what happened."""

from collections.abc import Collection
from datetime import timedelta

from django.db import models
from django.db.models import Min, QuerySet
from django.utils import timezone

from apps.events.models import Dispatch, Event


def timeline(
    subject: models.Model, limit: int = 100, *, without: Collection[str] = ()
) -> QuerySet[Event]:
    """What happened to one record, newest first; kinds in ``without`` are left out."""
    rows = Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    if without:
        rows = rows.exclude(kind__in=without)
    return rows.select_related("by").order_by("-id")[:limit]


def relay_lag() -> timedelta:
    """How long the oldest event has waited for a subscriber; zero when none waits."""
    oldest = Dispatch.objects.aggregate(oldest=Min("created_at"))["oldest"]
    return timezone.now() - oldest if oldest else timedelta(0)
