"""The mail server goes away: operators see it on the board's rule, nothing is lost, and it ends by itself."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery, ProviderState
from tests.doubles.mail_server import MailServer
from tests.factories.notifications import EMAIL, delivery, send_all
from tests.operators.alarms import fires
from tests.operators.conftest import page

__all__ = ["page"]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-1")]


def tried() -> None:
    """The next try, whose time has come."""
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(due_at="2020-01-01T00:00:00Z")
    ProviderState.objects.update(paused_until=None)
    send_all("email")


def test_an_outage_of_the_mail_server(page: Callable[[], str], settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 2
    settings.EMAIL_PER_SECOND = 1000.0
    with MailServer() as mail:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
        first = delivery("email", EMAIL)
        send_all("email")
        assert first.idempotency_key.hex in str(mail.accepted[0]["Message-ID"])
        assert fires("ChannelFailing", page()) == []

    # It is stopped. Customers' mails are queued, tried and kept.
    waiting = [delivery("email", EMAIL) for _n in range(3)]
    for _try in range(3):
        tried()
    text = page()
    assert fires("ChannelFailing", text) == [{"channel": "email"}]
    assert fires("DatabaseDown", text) == [] and EMAIL not in text

    # It is back, elsewhere: the same messages arrive, once each, and the alarm is over.
    with MailServer() as mail:
        settings.EMAIL_PORT = mail.port
        tried()
        assert len(mail.accepted) == 3
        assert {one.idempotency_key.hex for one in waiting} == {
            str(got["Message-ID"])[1:33] for got in mail.accepted
        }
    assert fires("ChannelFailing", page()) == []
