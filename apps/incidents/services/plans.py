"""Contingency plans in versions, their review, and their drills (CMP-8)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import day_start
from apps.events.services import record
from apps.incidents.enums import IncidentMatter
from apps.incidents.inputs import NewStep
from apps.incidents.models import Drill, DrillFinding, Plan, PlanStep, PlanVersion
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.inputs import NewException
from apps.quality.services import open_exception
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric

MONTH = timedelta(days=30)
# A drill that is due on a day is due at its end.
DAY = timedelta(days=1)


def _save(row: models.Model) -> None:
    try:
        row.full_clean(validate_unique=True, validate_constraints=True)
    except ValidationError as error:
        [(field, messages), *_more] = error.message_dict.items()
        raise BadInput(messages[0], code="invalid", field=field) from None
    row.save()


@transaction.atomic
def write_plan(
    *, values: dict[str, Any], unit: Unit, text_zh: str, text_en: str, steps: Sequence[NewStep],
    drill_months: int, update_minutes: int, by: User, at: datetime, plan: Plan | None = None,
) -> PlanVersion:  # fmt: skip
    """A new plan (``values``: code, name, kind, level, review_months), or another version of ``plan``, which counts
    from now on. Its first drill is due after ``drill_months``; the version's change does not move one that is due.
    BadInput for no step, and names the line of a step that says nothing or takes no time."""
    _check_steps(steps)
    if plan is None:
        plan = Plan(unit=unit, reviewed_at=at, reviewed_by=by, created_by=by, **values)
        _save(plan)
        _open_review(plan, by=by, at=at)
    else:
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    last = plan.versions.first()
    version = PlanVersion(
        plan=plan, n=last.n + 1 if last else 1, text_zh=text_zh.strip(), text_en=text_en.strip(),
        drill_months=drill_months, update_minutes=update_minutes, at=at, by=by,
    )  # fmt: skip
    _save(version)
    PlanStep.objects.bulk_create(
        PlanStep(
            version=version, n=n, kind=step.kind, seat=step.seat, what=" ".join(step.what.split()),
            within=step.within, needs_proof=step.needs_proof,
        )
        for n, step in enumerate(steps, start=1)
    )  # fmt: skip
    plan.current = version
    plan.save(update_fields=["current"])
    record("plan.written", plan, by=by, at=at, data={"n": version.n})
    if not plan.drills.filter(held_at=None).exists():
        plan_drill(plan, timezone.localdate(at) + drill_months * MONTH, by=by, at=at)
    return version


def _check_steps(steps: Sequence[NewStep]) -> None:
    if not steps:
        raise BadInput(_("A plan has steps."), code="no_steps", field="steps")
    for n, step in enumerate(steps, start=1):
        if not step.what.strip() or not 0 < step.within <= 60 * 24 * 30:
            raise BadInput(
                _("Line %(n)d: say what is to be done, and within how many minutes.") % {"n": n},
                code="bad_step",
                field="steps",
                row=n,
            )


def _open_review(plan: Plan, *, by: User, at: datetime) -> None:
    sla.open_matter(
        kind=IncidentMatter.PLAN_REVIEW, subject=plan, title=plan.name[:120], owner=by,
        unit=plan.unit, opened_at=at, dues={Metric.ACTION: at + plan.review_months * MONTH},
        by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def review_plan(*, plan_id: int, by: User, at: datetime) -> Plan:
    """Looked through and found good, or written anew before; the next review is due after its months."""
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    plan.reviewed_at, plan.reviewed_by = at, by
    plan.save(update_fields=["reviewed_at", "reviewed_by"])
    sla.finish_matters([plan], kind=FactKind.DONE, by=by, at=at)
    sla.reopen_matter(subject=plan, by=by, at=at)
    sla.set_due(
        subject=plan, metric=Metric.ACTION, due_at=at + plan.review_months * MONTH,
        reason=_("Next review"), by=by, at=at,
    )  # fmt: skip
    record("plan.reviewed", plan, by=by, at=at)
    return plan


def plan_drill(plan: Plan, due_on: date, *, by: User, at: datetime) -> Drill:
    """The next one of a plan, with its clock to the end of that day."""
    row = Drill.objects.create(plan=plan, due_on=due_on)
    sla.open_matter(
        kind=IncidentMatter.DRILL, subject=row, title=str(row)[:120], owner=plan.reviewed_by,
        unit=plan.unit, opened_at=at, dues={Metric.ACTION: day_start(due_on, 1)}, by=by, at=at,
    )  # fmt: skip
    record("drill.planned", row, by=by, at=at, data={"due": due_on.isoformat()})
    return row


@transaction.atomic
def hold_drill(
    *, drill_id: int, people: Sequence[User], minutes: Sequence[int], findings: Sequence[str],
    by: User, at: datetime, note: str = "",
) -> Drill:  # fmt: skip
    """It was held now with ``people``, with the minutes of each step in their order; each finding opens an exception
    of our own check. The next one is planned. RuleBroken ``held_already``."""
    row = (
        Drill.objects.select_for_update(of=("self",)).select_related("plan__unit").get(pk=drill_id)
    )
    version = PlanVersion.objects.get(current_of=row.plan)
    if row.held_at is not None:
        raise RuleBroken(_("This drill was held already."), code="held_already", field="state")
    if not people:
        raise BadInput(_("Say who took part."), code="nobody", field="people")
    if len(minutes) != version.steps.count():
        raise BadInput(
            _("The plan has %(n)d steps; say the minutes of each.") % {"n": version.steps.count()},
            code="minutes_missing",
            field="minutes",
        )
    row.version, row.held_at, row.held_by = version, at, by
    row.minutes, row.note = list(minutes), " ".join(note.split())[:500]
    row.save(update_fields=["version", "held_at", "held_by", "minutes", "note"])
    row.people.set(people)
    sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)
    found = [" ".join(what.split())[:300] for what in findings if what.strip()]
    for what in found:
        exception = open_exception(
            new=NewException(
                found_by=FoundBy.OWN_CHECK, kind=ExceptionKind.OTHER, what=what, happened_at=at,
                known_at=at, unit=row.plan.unit, owner=by, is_serious=False,
            ),
            by=by,
            at=at,
        )  # fmt: skip
        DrillFinding.objects.create(drill=row, exception=exception, what=what)
    record("drill.held", row, by=by, at=at, data={"findings": len(found)})
    ahead = timezone.localdate(at) + version.drill_months * MONTH
    plan_drill(row.plan, ahead, by=by, at=at)
    return row
