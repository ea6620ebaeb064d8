"""Shifts for a calendar that knows the token."""

from datetime import datetime, timedelta

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, User
from apps.shifts.models import ShiftFeed
from apps.shifts.rules.ical import Entry

BACK, AHEAD = timedelta(days=31), timedelta(days=186)


def feed_user(token_hash: str) -> User | None:
    """Whose link it is; None for one that was revoked or never was."""
    feeds = ShiftFeed.objects.select_related("user").filter(
        token_hash=token_hash, revoked_at__isnull=True, user__is_active=True
    )
    feed = feeds.first()
    return feed.user if feed else None


def feed_of(user: User) -> ShiftFeed | None:
    return ShiftFeed.objects.filter(user=user.pk, revoked_at__isnull=True).first()


def entries(user: User, at: datetime) -> list[Entry]:
    rows = DutyShift.objects.standing().filter(
        user=user.pk, ends_at__gt=at - BACK, starts_at__lt=at + AHEAD
    )
    return [
        Entry(
            f"shift-{row.pk}@yipiao", row.starts_at, row.ends_at,
            str(Role(row.role).label), row.unit.name,
        )
        for row in rows.select_related("unit").order_by("starts_at", "pk")
    ]  # fmt: skip


def shifts_ahead(user: User, at: datetime) -> list[DutyShift]:
    rows = DutyShift.objects.standing().filter(user=user.pk, ends_at__gt=at)
    return list(rows.select_related("unit").order_by("starts_at", "pk")[:60])
