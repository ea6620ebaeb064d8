"""Who hears of an exception."""

from datetime import datetime

from apps.accounts.models import User
from apps.complaints.queries.team import TOLD, people_told
from apps.quality.models import ExceptionReport


def leaders_told(report: ExceptionReport, at: datetime) -> list[User]:
    """Who hears of a serious exception at once: the department manager and QC (CMP-4). A minor one
    is a line of the day's report (CMP-5)."""
    return people_told(TOLD, report.unit, at) if report.is_serious else []
