"""Finding and locking the matter behind a subject."""

from django.db import models
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.sla.enums import MatterState
from apps.sla.models import Matter
from apps.sla.states import MATTER_MOVES


def lock_matter(subject: models.Model, key: str = "") -> Matter:
    """The matter of a subject, its row locked; ``not_timed`` when nothing was opened for it."""
    matter = Matter.objects.select_for_update().about(subject).filter(key=key).first()
    if matter is None:
        raise _not_timed()
    return matter


def lock_pair(one: models.Model, other: models.Model) -> tuple[Matter, Matter]:
    """The matters of two subjects, locked in the order of their ids as everywhere."""
    rows = Matter.objects.select_for_update().about(one, other).filter(key="")
    found = {(row.subject_type, row.subject_id): row for row in rows.order_by("pk")}
    if len(found) != 2:
        raise _not_timed()
    first, second = (found[subject._meta.label_lower, str(subject.pk)] for subject in (one, other))
    return first, second


def _not_timed() -> RuleBroken:
    return RuleBroken(
        _("No clock runs for this: it was never opened here."), code="not_timed", rule="CMP-2"
    )


def check_open(matter: Matter) -> None:
    if matter.state != MatterState.OPEN:
        raise RuleBroken(
            _("This is “%(state)s”: its clocks do not run.")
            % {"state": MatterState(matter.state).label},
            code="matter_not_open",
            field="state",
            rule="CMP-2",
        )


def move_matter(matter: Matter, to: MatterState) -> None:
    MATTER_MOVES.check(MatterState(matter.state), to)
    matter.state = to
