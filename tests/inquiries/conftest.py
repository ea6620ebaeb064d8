"""What tests of questions share: settings of the outside world, and the words of our own messages."""

from typing import Any

import pytest

from tests.factories.inquiries import APP_ID, TOKEN


@pytest.fixture
def wechat(settings: Any) -> Any:
    settings.WECHAT_TOKEN = TOKEN
    settings.WECHAT_APP_ID = APP_ID
    settings.WECHAT_AES_KEY = ""
    return settings


@pytest.fixture
def sms(settings: Any) -> Any:
    settings.INQUIRY_SMS_SECRET = "gateway-secret"
    settings.SMS_URL = "http://sms.invalid"
    settings.SMS_ACCESS_KEY = "key"
    settings.SMS_ACCESS_SECRET = "secret"
    return settings
