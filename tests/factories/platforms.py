"""Robots of groups, accounts of colleagues, and the settings that lead to the doubles of the platforms."""

from itertools import count
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.complaints.models import Case
from apps.events.models import Event
from apps.events.services import record
from apps.notifications import services
from apps.notifications.models import ColleagueAccount, GroupRobot, NotificationPolicy
from tests.doubles.dingtalk_platform import DingTalkPlatform
from tests.doubles.feishu_platform import FeishuPlatform
from tests.doubles.wecom_platform import WeComPlatform

_numbers = count(1)


def lead_to_wecom(settings: Any, platform: WeComPlatform) -> None:
    settings.PLATFORMS_TIMEOUT = 0.5
    settings.WECOM_URL = platform.url
    settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID = platform.corp_id, platform.agent_id
    settings.WECOM_SECRET = platform.secret
    settings.WECOM_TOKEN, settings.WECOM_AES_KEY = platform.token_name, platform.aes_key


def lead_to_dingtalk(settings: Any, platform: DingTalkPlatform) -> None:
    settings.PLATFORMS_TIMEOUT = 0.5
    settings.DINGTALK_URL = settings.DINGTALK_OAPI_URL = platform.url
    settings.DINGTALK_APP_KEY, settings.DINGTALK_APP_SECRET = platform.app_key, platform.app_secret
    settings.DINGTALK_ROBOT_CODE, settings.DINGTALK_ANSWERS = platform.robot_code, True


def lead_to_feishu(settings: Any, platform: FeishuPlatform) -> None:
    settings.PLATFORMS_TIMEOUT = 0.5
    settings.FEISHU_URL = platform.url
    settings.FEISHU_APP_ID, settings.FEISHU_APP_SECRET = platform.app_id, platform.secret
    settings.FEISHU_VERIFICATION_TOKEN = platform.verification_token
    settings.FEISHU_ENCRYPT_KEY = platform.encrypt_key


def robot(platform: str, address: str, **fields: Any) -> GroupRobot:
    n = next(_numbers)
    values = {
        "name": f"机器人{n}",
        "platform": platform,
        "group": "客服值班群",
        "address": address,
        "secret": "",
        "unit": None,
        "roles": [],
        "language": "zh-hans",
        **fields,
    }
    return services.add_robot(values, by=system_user("tests"), at=timezone.now())


def account(user: User, platform: str, name: str) -> ColleagueAccount:
    return services.link_account(
        user=user, platform=platform, account=name, by=system_user("tests"), at=timezone.now()
    )


def groups_hear_of(topic: str) -> None:
    """Switch the seeded line on."""
    NotificationPolicy.objects.filter(topic=topic, audience="group").update(active=True)


def escalated(of: Case, *people: User, channel: str = "in_app") -> Event:
    """As the sweeper records it."""
    now = timezone.now().isoformat()
    data = {
        "kind": "case", "metric": "response", "title": of.number, "step": "上报主任",
        "step_en": "To the director", "due_at": now, "at": now, "late_seconds": 1,
        "recipients": [p.pk for p in people], "channels": [channel], "off_hours": False,
        "mail_by": None, "owner": of.owner_id, "unit": of.unit_id,
    }  # fmt: skip
    return record("clock.escalated", of, by=system_user("sweeper"), data=data)
