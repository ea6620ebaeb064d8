"""What the page says about the ways by which an answer would go out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case

pytestmark = pytest.mark.django_db


def test_whoever_answers_reads_there_that_nothing_will_be_sent(
    client: Client, settings: Any
) -> None:
    settings.EMAIL_HOST = settings.SMS_URL = settings.WECHAT_APP_ID = ""
    team = Team()
    made = case(team=team, contact_email="buyer@mail.example")
    sign_in(client, team.agent)
    client.cookies["yipiao_language"] = "en"

    def page() -> str:
        address = reverse("admin:complaints_case_act", args=[made.number, "reply"])
        return client.get(address).content.decode()

    assert "Nothing is sent: E-mail is not set up here." in page()
    settings.SMS_URL, settings.SMS_ACCESS_KEY = "http://127.0.0.1:9", "k"
    assert "E-mail is not set up here: this goes by another channel" in page()
    settings.EMAIL_HOST = "127.0.0.1"
    assert "not set up here" not in page()
