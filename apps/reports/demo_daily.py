"""Yesterday's reports, open and without remarks; those of the day before are closed."""

from datetime import datetime, timedelta

from apps.accounts.models import Unit, User
from apps.accounts.queries import system_user
from apps.core.times import day_start
from apps.reports import services
from apps.reports.models import DailyReport
from apps.reports.queries.daily import yesterday

REMARKS = "北京方向干线晚点两票，已与货运中心核对到件并逐票回电；晚班话务偏多，明日晚班加一人。"


def make_daily(*, seed: int, now: datetime) -> None:
    """Nothing of it is left to chance, so ``seed`` changes nothing. At whatever hour it is made, yesterday's reports
    are there."""
    day = yesterday(now)
    before = DailyReport.objects.create(
        unit=Unit.objects.get(code="SHA"),
        day=day - timedelta(days=1),
        created_by=system_user("reports"),
    )
    boss = User.objects.get(username="linzhuren")
    closed_at = day_start(day) + timedelta(hours=9, minutes=5)
    services.close_report(report_id=before.pk, remarks=REMARKS, by=boss, at=closed_at)
    services.prepare_reports(at=max(now, day_start(day, 1) + timedelta(minutes=10)))
