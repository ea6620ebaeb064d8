"""Everyday acts stay as short as they are: the statements of each, and of what each wakes."""

from typing import Any

import pytest

from apps.notifications.models import Delivery
from tests.acts import ACTS, Act, Installation, count

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def installation(settings: Any) -> Installation:
    settings.EMAIL_HOST, settings.SITE_URL = "127.0.0.1", "https://yp.example"
    settings.INQUIRY_MAIL_FROM = "一票客服 <cases@yipiao.example>"
    return Installation()


@pytest.mark.parametrize("act", ACTS, ids=[act.name for act in ACTS])
def test_an_act_takes_no_more_statements_than_it_may(act: Act, installation: Installation) -> None:
    taken = count(act, installation)
    assert len(taken.statements) <= act.most, "\n".join(taken.statements)
    assert len(taken.background) <= act.most_background, "\n".join(taken.background)


def test_what_a_complaint_wakes_ends_in_messages(installation: Installation) -> None:
    count(ACTS[0], installation)
    assert set(Delivery.objects.values_list("topic", "channel")) >= {("case.received", "email")}
