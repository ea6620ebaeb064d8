"""Standard times to begin with; managers edit them afterwards.

24 hours within a city and 72 between cities are the service times of GB/T 27917.3; the others are
the company's own.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from apps.customers.enums import JobType
from apps.tracking.enums import LaneScope
from apps.tracking.models import ServiceLane, ServiceLevel
from apps.tracking.services.masters import save_row

if TYPE_CHECKING:
    from apps.accounts.models import User

# code, Chinese name, English name, job type, whether it is the usual level of its job type
LEVELS = [
    ("same_day", "当日达", "Same day", JobType.INTRA_CITY, True),
    ("express", "特快", "Express", JobType.DEDICATED, True),
    ("standard", "标准", "Standard", JobType.DOOR_TO_DOOR, True),
    ("economy", "经济", "Economy", JobType.DOOR_TO_DOOR, False),
]
# Promised, pickup, sorting, line-haul, delivery: hours within a city, then between cities.
HOURS = {
    "same_day": ((10, 3, 2, 1, 4), (24, 4, 3, 11, 6)),
    "express": ((12, 3, 2, 2, 5), (36, 4, 4, 20, 8)),
    "standard": ((24, 6, 6, 4, 8), (72, 8, 8, 44, 12)),
    "economy": ((48, 12, 12, 8, 16), (120, 16, 16, 64, 24)),
}
RECEIPT_RETURN = Decimal(120)
LONG_AGO = date(2020, 1, 1)


@transaction.atomic
def add_usual_standards(*, by: "User", at: datetime) -> int:
    """Add the levels that are missing, with their times; returns how many were. Repeating adds none."""
    known = set(ServiceLevel.objects.values_list("code", flat=True))
    usual = set(ServiceLevel.objects.filter(is_default=True).values_list("job_type", flat=True))
    missing = [row for row in LEVELS if row[0] not in known]
    for code, name, english, job_type, is_usual in missing:
        level = save_row(
            ServiceLevel(
                code=code,
                name=name,
                english_name=english,
                job_type=job_type,
                is_default=is_usual and job_type not in usual,
            ),
            by=by,
            at=at,
        )
        scopes = (LaneScope.SAME_CITY, LaneScope.INTER_CITY)
        for scope, hours in zip(scopes, HOURS[code], strict=True):
            save_row(_lane(level, scope, hours), by=by, at=at)
    return len(missing)


def _lane(level: ServiceLevel, scope: LaneScope, hours: tuple[int, ...]) -> ServiceLane:
    promised, pickup, sort, line_haul, delivery = (Decimal(h) for h in hours)
    return ServiceLane(
        level=level,
        scope=scope,
        promised_hours=promised,
        pickup_hours=pickup,
        sort_hours=sort,
        line_haul_hours=line_haul,
        delivery_hours=delivery,
        receipt_return_hours=RECEIPT_RETURN,
        valid_from=LONG_AGO,
    )
