"""The quarterly analysis of opinions in the demonstration: of the quarter before, with one action open."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.quality import services
from apps.quality.queries.opinions import to_analyse

FINDINGS = (
    "联系人满意度总体平稳，不满意的答复集中在两点：派送前没有电话，放驿站未经同意。"
    "客户建议派送前半小时短信提醒，可以同时解决这两点。"
)


def make_analysis(*, seed: int, now: datetime) -> None:
    """Nothing is chosen by chance; without the QC manager nobody writes it."""
    by = User.objects.filter(username="zhikong").first()
    owner = User.objects.filter(username="linzhuren").first()
    quarters = to_analyse(timezone.localdate(now))
    if by is None or owner is None or not quarters:
        return
    services.write_analysis(
        quarter=quarters[0],
        findings=FINDINGS,
        what="派送前半小时向收件人发送短信提醒，先在浦东试行",
        owner=owner,
        due_at=now + timedelta(days=20),
        by=by,
        at=now,
    )


PARTS = ((10, make_analysis),)
