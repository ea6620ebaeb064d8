"""Who may do live work: the one question that every door of it asks (STF-1)."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Exists
from django.utils.translation import gettext as _

from apps.accounts.enums import UserKind
from apps.accounts.models import User
from apps.core.database import Statement
from apps.core.errors import RuleBroken
from apps.training.enums import Area
from apps.training.models import Requirement

# Whoever holds no role that is required for the area may, and whoever is qualified.
_MAY = Statement(
    "who_may_work",
    """
SELECT u.id FROM unnest(%(users)s::bigint[]) AS u(id)
WHERE NOT EXISTS (
    SELECT FROM training_requirement r JOIN accounts_userrole held ON held.role = r.role AND held.user_id = u.id
    WHERE r.area = %(area)s AND r.since <= %(at)s AND (r.until IS NULL OR r.until > %(at)s)
        AND held.since <= %(at)s AND (held.until IS NULL OR held.until > %(at)s))
OR EXISTS (
    SELECT FROM training_qualification q
    WHERE q.user_id = u.id AND q.area = %(area)s AND q.since <= %(at)s AND q.until > %(at)s)
""",
)


def who_may_work(users: Collection[int], area: Area, at: datetime) -> set[int]:
    """Those of ``users`` (numbers of rows) who may work in ``area`` at ``at``: one statement. Where no
    requirement is in force, all of them."""
    if not users:
        return set()
    with connection.cursor() as cursor:
        _MAY.run(cursor, {"users": list(users), "area": str(area), "at": at})
        return {pk for (pk,) in cursor.fetchall()}


def has_requirement(area: Area) -> Exists:
    """For a statement that is asked anyway: whether one was ever set for ``area``. Where none was, nobody
    need be asked about."""
    return Exists(Requirement.objects.filter(area=area))


def may_work(user: User, area: Area, at: datetime) -> bool:
    """Programs and the system's own users are not examined."""
    return user.kind != UserKind.PERSON or user.pk in who_may_work([user.pk], area, at)


def check_may_work(user: User, area: Area, at: datetime) -> None:
    """RuleBroken ``not_qualified`` for whoever may not work in ``area``."""
    if not may_work(user, area, at):
        raise RuleBroken(
            _("You are not qualified for “%(area)s” yet: pass the exam first, under “My learning”.")
            % {"area": area.label},
            code="not_qualified",
            rule="STF-1",
        )
