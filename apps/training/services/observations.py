"""Calls that a leader has listened to."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.training.enums import Area, ObservationPoint
from apps.training.models import Observation
from apps.training.services.qualifications import settle_qualifications


@transaction.atomic
def observe(
    *,
    user: User,
    area: Area,
    about: str,
    points_met: Collection[ObservationPoint],
    remark: str,
    by: User,
    at: datetime,
) -> Observation:
    """A leader has listened to a real call of ``user``; with every point kept it counts."""
    if user.pk == by.pk:
        raise RuleBroken(
            _("Somebody else has to listen to your call."), code="own_call", field="user"
        )
    codes = [one.value for one in ObservationPoint if one in points_met]
    row = Observation(
        user=user, area=area, about=about.strip(), points_met=codes, passed=len(codes) == len(ObservationPoint),
        remark=remark.strip(), at=at, by=by,
    )  # fmt: skip
    save_checked(row)
    data = {
        "area": str(area), "passed": row.passed, "person": user.display_name, "holder": user.pk,
    }  # fmt: skip
    record("observation.entered", row, by=by, at=at, data=data)
    if row.passed:
        settle_qualifications(user, by=by, at=at)
    return row
