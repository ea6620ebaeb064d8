"""Who hears of an exception."""

from datetime import datetime

from apps.accounts.models import User
from apps.accounts.queries.duty import people_for
from apps.complaints.queries.team import TOLD
from apps.quality.models import ExceptionReport


def leaders_to_notify(report: ExceptionReport, at: datetime) -> list[User]:
    """Who hears of a serious exception at once: the department manager and QC (CMP-4). A minor one
    is a line of the day's report (CMP-5)."""
    return people_for(TOLD, report.unit.path, at) if report.is_serious else []
