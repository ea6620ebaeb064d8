"""Off shift: whose watch it is between two shifts of a person. It is no leave (CMP-9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db import transaction

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, User
from apps.events.services import NewEvent, record, record_many


class Shift(Protocol):
    """A shift that is planned, or is to be."""

    @property
    def user(self) -> User: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@transaction.atomic
def pass_watch(
    *,
    giver: User,
    receiver: User,
    since: datetime,
    until: datetime,
    by: User,
    at: datetime,
    own_only: bool = False,
) -> Absence | None:
    """From ``since`` until just before ``until`` what is due of ``giver`` goes to ``receiver``, and so does what
    ``giver`` was watching for others: those times are cut at ``since`` and go on with the receiver, so that no
    chain grows from shift to shift. What was before ``since`` stays. None where nothing is left to pass.
    ``own_only``: what the giver watches for others stays theirs, and so comes to the receiver by one step more."""
    spans = Absence.objects.select_for_update(of=("self",)).filter(
        kind=AbsenceKind.OFF_SHIFT, withdrawn_at=None, ends_at__gt=since
    )
    # Whoever takes over is on watch themselves.
    for span in spans.filter(user__in=[giver, receiver]):
        _end(span, since, by=by, at=at)
    others = spans.none() if own_only else spans.filter(stand_in=giver).select_related("user")
    for span in others:
        until_then = span.ends_at
        begins = max(since, span.starts_at)
        _end(span, since, by=by, at=at)
        if span.user_id != receiver.pk and begins < until_then:
            _begin(span.user, receiver, begins, until_then, by=by, at=at)
    return _begin(giver, receiver, since, until, by=by, at=at) if since < until else None


def _begin(
    user: User, stand_in: User, since: datetime, until: datetime, *, by: User, at: datetime
) -> Absence:
    span = Absence.objects.create(
        user=user, stand_in=stand_in, starts_at=since, ends_at=until, made_by=by,
        kind=AbsenceKind.OFF_SHIFT,
    )  # fmt: skip
    data = {"from": since, "until": until, "stand_in": stand_in.display_name}
    record("user.off_shift", user, by=by, at=at, data=data)
    return span


def _end(span: Absence, when: datetime, *, by: User, at: datetime) -> None:
    """It ends at ``when``; one that would only begin then never does."""
    if when <= span.starts_at:
        span.withdrawn_at, span.withdrawn_by = at, by
        span.save(update_fields=["withdrawn_at", "withdrawn_by"])
    else:
        span.ends_at = when
        span.save(update_fields=["ends_at"])
    data = {"until": when}
    record("user.off_shift_ended", span.user, by=by, at=at, data=data)


def end_off_shift_for(shifts: Iterable[Shift], *, by: User, at: datetime | None) -> None:
    """Whoever is put on duty meanwhile has their own watch from then on: the time off shift ends there."""
    first: dict[int, Shift] = {}
    for shift in sorted(shifts, key=lambda one: one.starts_at, reverse=True):
        first[shift.user.pk] = shift
    if not first:
        return
    spans = Absence.objects.select_for_update(of=("self",)).filter(
        kind=AbsenceKind.OFF_SHIFT, withdrawn_at=None, user__in=first,
        ends_at__gt=min(one.starts_at for one in first.values()),
    )  # fmt: skip
    events = []
    for span in spans:
        begins = first[span.user_id].starts_at
        if span.ends_at <= begins or first[span.user_id].ends_at <= span.starts_at:
            continue
        if begins <= span.starts_at:
            span.withdrawn_at, span.withdrawn_by = at or span.made_at, by
        else:
            span.ends_at = begins
        span.save(update_fields=["ends_at", "withdrawn_at", "withdrawn_by"])
        subject = User._meta.label_lower
        events.append(
            NewEvent(
                "user.off_shift_ended", subject, str(span.user_id), by.pk, at, {"until": begins}
            )
        )
    record_many(events)
