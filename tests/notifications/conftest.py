"""Outside companies, running, and the settings that lead to them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.doubles.dingtalk_platform import DingTalkPlatform
from tests.doubles.feishu_platform import FeishuPlatform
from tests.doubles.mail_server import MailServer
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.doubles.wecom_platform import WeComPlatform
from tests.factories import platforms


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        settings.SMS_TIMEOUT = 0.5
        settings.SMS_PER_SECOND = 1000.0
        yield gateway


@pytest.fixture
def wechat(settings: Any) -> Iterator[WeChatPlatform]:
    with WeChatPlatform() as platform:
        settings.WECHAT_URL = platform.url
        settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = platform.app_id, platform.secret
        settings.WECHAT_TIMEOUT = 0.5
        settings.WECHAT_PER_SECOND = 1000.0
        yield platform


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 2
        settings.EMAIL_PER_SECOND = 1000.0
        settings.DEFAULT_FROM_EMAIL = "一票速递 <service@yipiao.example>"
        yield server


@pytest.fixture
def wecom(settings: Any) -> Iterator[WeComPlatform]:
    with WeComPlatform() as platform:
        platforms.lead_to_wecom(settings, platform)
        yield platform


@pytest.fixture
def dingtalk(settings: Any) -> Iterator[DingTalkPlatform]:
    with DingTalkPlatform() as platform:
        platforms.lead_to_dingtalk(settings, platform)
        yield platform


@pytest.fixture
def feishu(settings: Any) -> Iterator[FeishuPlatform]:
    with FeishuPlatform() as platform:
        platforms.lead_to_feishu(settings, platform)
        yield platform


@pytest.fixture
def open_network(settings: Any) -> None:
    """Webhooks may reach the loopback, where the merchants of these tests live."""
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_TIMEOUT = 0.5


@pytest.fixture(autouse=True)
def _no_providers(settings: Any) -> None:
    """Nothing is set up unless a test asks for it."""
    for name in ("SMS_URL", "SMS_ACCESS_KEY", "WECHAT_APP_ID", "EMAIL_HOST"):
        setattr(settings, name, "")
    settings.SITE_URL = "https://yp.example"
    settings.ROOT_URLCONF = "tests.notifications.urls"
