"""Phone systems, extensions and the policy of the answer rate are set up (CMP-10)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.hotline.models import AnswerPolicy, Extension, PhoneSystem
from apps.hotline.rules.numbers import is_range


@transaction.atomic
def save_phone_system(
    *, system: PhoneSystem | None, values: dict[str, Any], by: User, at: datetime
) -> PhoneSystem:
    """A new one or other values of one. Raises BadInput for a zone or a range that there is not."""
    try:
        ZoneInfo(values["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(_("There is no such time zone."), code="zone", field="zone") from None
    for one in values.get("internal", ()):
        if not is_range(one):
            raise BadInput(
                _("“%s” is no range of numbers; write 800-899, or one number.") % one,
                code="range",
                field="internal",
            )
    named = PhoneSystem.objects.filter(name=values["name"])
    if named.exclude(pk=system.pk if system else 0).exists():
        raise BadInput(_("There is one of this name already."), code="name_taken", field="name")
    is_new = system is None
    row = PhoneSystem(created_by=by)
    if system is not None:
        row = PhoneSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    record("phonesystem.added" if is_new else "phonesystem.changed", row, by=by, at=at)
    return row


@transaction.atomic
def seat_agent(
    *, system: PhoneSystem, extension: str, user: User, since: datetime, by: User, at: datetime
) -> Extension:
    """Who sits at an extension from ``since`` on; whoever sat there before gives it back at that instant. Raises
    RuleBroken where somebody sits there from later on."""
    PhoneSystem.objects.select_for_update(of=("self",)).get(pk=system.pk)
    extension = extension.strip()
    rows = Extension.objects.filter(system=system, extension=extension)
    if rows.filter(since__gte=since).exists():
        raise RuleBroken(
            _("Somebody sits at this extension from that time on, or later."),
            code="extension_taken",
            field="since",
        )
    rows.filter(until__isnull=True).update(until=since)
    rows.filter(until__gt=since).update(until=since)
    row = Extension.objects.create(
        system=system, extension=extension, user=user, since=since, created_by=by
    )
    record("extension.added", system, by=by, at=at, data={"extension": extension})
    return row


@transaction.atomic
def leave_extension(*, extension: Extension, until: datetime, by: User, at: datetime) -> Extension:
    row = Extension.objects.select_for_update(of=("self",)).get(pk=extension.pk)
    if until <= row.since or (row.until is not None and row.until < until):
        raise BadInput(_("It must lie within the time they sat there."), code="span", field="until")
    row.until = until
    row.save(update_fields=["until"])
    record("extension.ended", row.system, by=by, at=at, data={"extension": row.extension})
    return row


@transaction.atomic
def set_answer_policy(
    *,
    since: date,
    short_seconds: int,
    level_seconds: int,
    goal: Decimal,
    by: User,
    at: datetime,
) -> AnswerPolicy:
    """Counts for calls offered from that day on. Raises BadInput where a policy begins on that day already."""
    if AnswerPolicy.objects.filter(since=since).exists():
        raise BadInput(
            _("A policy begins on this day already; choose another day."),
            code="taken",
            field="since",
        )
    row = AnswerPolicy.objects.create(
        since=since,
        short_seconds=short_seconds,
        level_seconds=level_seconds,
        goal=goal,
        at=at,
        by=by,
    )
    record("answerpolicy.added", row, by=by, at=at, data={"goal": str(goal)})
    return row
