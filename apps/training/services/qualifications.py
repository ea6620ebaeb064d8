"""Who is qualified: by exam, by waiver, until when."""

from calendar import monthrange
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User, UserRole
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.sla.enums import FactKind, Metric
from apps.sla.services import finish_matters, open_matter, stop_matters
from apps.training.enums import Area, AttemptState, Basis, TrainingMatter
from apps.training.models import (
    Attempt,
    Observation,
    Qualification,
    Requirement,
)
from apps.training.queries import lessons_unread, requirements_in_force
from apps.training.services.saving import one_at_a_time

LONGEST_WAIVER = timedelta(days=366)


def months_later(at: datetime, months: int) -> datetime:
    """The same local day so many months later, or the last one of a shorter month."""
    local = timezone.localtime(at)
    month = local.month - 1 + months
    year, month = local.year + month // 12, month % 12 + 1
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))


def settle_qualifications(user: User, *, by: User, at: datetime) -> list[Qualification]:
    """Qualify ``user`` wherever their roles require what they have shown: the exam passed within its
    validity, the lessons read, a call observed where it must be. What is known already stays."""
    roles = UserRole.objects.current(at).filter(user=user).values("role")
    made = []
    wanted = requirements_in_force(at).filter(role__in=roles).prefetch_related("courses")
    for requirement in wanted.select_related("exam"):
        attempt = _shown(user, requirement, at)
        if attempt is None or attempt.submitted_at is None:
            continue
        if attempt.qualifications.filter(area=requirement.area).exists():
            continue
        until = months_later(attempt.submitted_at, requirement.valid_months)
        made.append(grant(user, Area(requirement.area), until, attempt=attempt, by=by, at=at))
    return made


def _shown(user: User, requirement: Requirement, at: datetime) -> Attempt | None:
    """The last passed attempt, if with it everything is there that the requirement asks for."""
    attempt = (
        Attempt.objects.filter(
            user=user, exam=requirement.exam, state=AttemptState.MARKED, passed=True
        )
        .order_by("-submitted_at")
        .first()
    )
    if attempt is None or attempt.submitted_at is None:
        return None
    if months_later(attempt.submitted_at, requirement.valid_months) <= at:
        return None
    if lessons_unread(user, [course.pk for course in requirement.courses.all()]).exists():
        return None
    if requirement.needs_observation:
        seen = Observation.objects.filter(user=user, area=requirement.area).order_by("-pk").first()
        if seen is None or not seen.passed or months_later(seen.at, requirement.valid_months) <= at:
            return None
    return attempt


def grant(
    user: User,
    area: Area,
    until: datetime,
    *,
    by: User,
    at: datetime,
    attempt: Attempt | None = None,
    reason: str = "",
) -> Qualification:
    """From now on; the one in force ends, with its clock."""
    one_at_a_time("qualification", user.pk)
    current = Qualification.objects.select_for_update().filter(user=user, area=area, until__gt=at)
    for old in current:
        old.until = max(at, old.since)
        old.save(update_fields=["until"])
        finish_matters([old], kind=FactKind.DONE, by=by, at=at)
    basis = Basis.EXAM if attempt else Basis.WAIVER
    row = Qualification(
        user=user, area=area, basis=basis, attempt=attempt, reason=reason, since=at, until=until,
        at=at, by=by,
    )  # fmt: skip
    save_checked(row)
    open_matter(
        kind=TrainingMatter.QUALIFICATION, subject=row, title=f"{user.display_name} · {area.label}",
        owner=user, opened_at=at, dues={Metric.ACTION: until}, by=by, at=at,
    )  # fmt: skip
    data = {
        "area": str(area), "basis": str(basis), "person": user.display_name, "holder": user.pk,
        "until": until.isoformat(), "reason": reason,
    }  # fmt: skip
    record("qualification.granted", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def waive(
    *, user: User, area: Area, until: datetime, reason: str, by: User, at: datetime
) -> Qualification:
    """Let somebody work without the exam until a day, for a reason; nobody waives it for themselves.
    RuleBroken for whoever is qualified for at least as long already."""
    if user.pk == by.pk:
        raise RuleBroken(
            _("Somebody else has to give you a waiver."), code="own_waiver", field="user"
        )
    check_waiver_end(until, at, "until")
    one_at_a_time("qualification", user.pk)
    current = Qualification.objects.filter(user=user, area=area, since__lte=at, until__gte=until)
    if (known := current.first()) is not None:
        raise RuleBroken(
            _("%(who)s is qualified until %(day)s already.")
            % {"who": user, "day": f"{timezone.localtime(known.until):%Y-%m-%d}"},
            code="qualified_already",
            field="user",
        )
    return grant(user, area, until, reason=reason.strip(), by=by, at=at)


def check_waiver_end(until: datetime | None, at: datetime, field: str) -> None:
    if until is not None and not at < until <= at + LONGEST_WAIVER:
        raise BadInput(
            _("A waiver ends on a day to come, within a year."), code="bad_end", field=field
        )


@transaction.atomic
def revoke(qualification: Qualification, *, reason: str, by: User, at: datetime) -> Qualification:
    """From now on they may not work there; their open cases go to the director."""
    row = Qualification.objects.select_for_update().get(pk=qualification.pk)
    if row.until <= at:
        raise RuleBroken(_("It has ended already."), code="ended_already")
    row.until, row.revoked_at = max(at, row.since), at
    row.revoked_by, row.revoked_why = by, reason.strip()
    save_checked(row)
    stop_matters([row], reason="revoked", by=by, at=at)
    data = {
        "area": row.area, "person": row.user.display_name, "holder": row.user_id, "reason": row.revoked_why,
    }  # fmt: skip
    record("qualification.revoked", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def note_expired(qualification_ids: Collection[int], *, by: User, at: datetime) -> int:
    """Their clocks have run out: put on record once that they may not work there any more."""
    rows = Qualification.objects.select_for_update(of=["self"]).select_related("user")
    following = Qualification.objects.filter(
        user=OuterRef("user"), area=OuterRef("area"), since__lte=at, until__gt=at
    )
    over = list(
        rows.filter(~Exists(following), pk__in=qualification_ids, until__lte=at, revoked_at=None)
    )
    # What has been stopped was recorded by whoever came first.
    ended = [row for row in over if stop_matters([row], reason="expired", by=by, at=at)]
    for row in ended:
        data = {"area": row.area, "person": row.user.display_name, "holder": row.user_id}
        record("qualification.expired", row, by=by, at=at, data=data)
    return len(ended)
