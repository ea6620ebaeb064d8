"""Finding and locking the matter behind a subject."""

from django.db import models
from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.sla.enums import MatterState
from apps.sla.models import Matter
from apps.sla.states import MATTER_MOVES


def lock_matter(subject: models.Model, key: str = "") -> Matter:
    """The matter of a subject, its row locked; ``not_timed`` when nothing was opened for it."""
    matter = (
        Matter.objects.select_for_update()
        .filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk), key=key)
        .first()
    )
    if matter is None:
        raise RuleBroken(
            _("No clock runs for this: it was never opened here."), code="not_timed", rule="CMP-2"
        )
    return matter


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
