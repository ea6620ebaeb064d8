"""The demonstration's robot: the group of the Shanghai directors at WeCom, where everything that is passed up, reported
within five minutes, lacking on the roster or to be called back is posted; its first message is a test."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.notifications import services
from apps.notifications.enums import Audience, Platform
from apps.notifications.models import NotificationPolicy
from apps.notifications.services.robots import ADDRESSES

KEY = "demo-robot-of-the-directors"
TOPICS = (
    "staff.case_reported",
    "staff.clock_escalated",
    "staff.gap_asked",
    "staff.handover_lapsed",
    "staff.call_back",
)


@transaction.atomic
def make_robot(*, seed: int, now: datetime) -> None:
    """The same whatever the seed."""
    by = User.objects.get(username="linzhuren")
    begins, path, parameter = ADDRESSES[Platform.WECOM]
    robot = services.add_robot(
        {
            "name": "上海客服值班机器人",
            "platform": Platform.WECOM,
            "group": "上海客服主任群",
            "address": f"{services.beginning(begins)}{path}?{parameter}={KEY}",
            "unit": Unit.objects.get(code="SHA"),
            "roles": [Role.DIRECTOR, Role.AGENT],
            "language": "zh-hans",
        },
        by=by,
        at=now,
    )
    services.link_account(user=by, platform=Platform.WECOM, account="LinJing", by=by, at=now)
    NotificationPolicy.objects.filter(topic__in=TOPICS, audience=Audience.GROUP).update(active=True)
    if settings.DEMO_MAILBOX:
        services.send_test(robot_id=robot.pk, by=by, at=now)
    else:  # the real WeCom knows no such group
        services.switch_robot(robot_id=robot.pk, on=False, by=by, at=now)


PARTS = ((70, make_robot),)
