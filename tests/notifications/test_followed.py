"""Messages whose app wants to know what became of them, and whose words nobody edits (COD-3)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.notice_types import HOUSE, NUMBER, Notice, Topic
from apps.events.models import Event
from apps.notifications import services
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Announcement, Delivery, MessageTemplate
from apps.notifications.queries import notices, words
from apps.notifications.seeding import built_in_words
from apps.notifications.services.rows import move
from apps.notifications.topics import TOPICS, add_topics
from tests.factories.notifications import delivery, no_policies, policy, relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]
TOPIC = "vault.moved"


@pytest.fixture(autouse=True)
def heard() -> Iterator[list[dict[str, Any]]]:
    """A topic that is followed and fixed, and what its app is told."""
    answers: list[dict[str, Any]] = []
    label: Any = "vault"
    add_topics([Topic(TOPIC, label, (NUMBER, *HOUSE), fixed=True, followed=True)])
    notices._FOLLOWED[TOPIC] = lambda events: answers.extend(event.data for event in events)
    built_in_words()[(TOPIC, "", "zh-hans")] = ("金库", "新号 {number}")
    yield answers
    built_in_words().pop((TOPIC, "", "zh-hans"))
    notices._FOLLOWED.pop(TOPIC)
    TOPICS.pop(TOPIC)


def test_its_app_hears_of_each_end_and_each_step_further(heard: list[dict[str, Any]]) -> None:
    now = timezone.now()
    followed, other = delivery(topic=TOPIC), delivery()
    for one in (followed, other):
        for to in (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.READ):
            lease = now + timedelta(minutes=1) if to == DeliveryState.SENDING else None
            move(one, to, now=now, lease_until=lease)
    relay_all()
    assert [(data["channel"], data["to"]) for data in heard] == [
        ("sms", "accepted"),
        ("sms", "read"),
    ]
    assert Event.objects.filter(kind="delivery.moved").count() == 2, "nobody follows the other"


def test_a_merchants_webhook_about_the_same_is_followed_too(heard: list[dict[str, Any]]) -> None:
    answers = delivery("webhook", "", topic=f"webhook.{TOPIC}")
    lease = timezone.now() + timedelta(minutes=1)
    move(answers, DeliveryState.SENDING, now=timezone.now(), lease_until=lease)
    move(answers, DeliveryState.DELIVERED, now=timezone.now())
    relay_all()
    assert [(data["channel"], data["topic"]) for data in heard] == [("webhook", TOPIC)]


def test_it_is_never_gathered_with_others(settings: Any) -> None:
    settings.SMS_URL = settings.SMS_ACCESS_KEY = settings.SMS_ACCESS_SECRET = "x"
    settings.SMS_SIGN_NAME = "x"
    policy(TOPIC, "addressee", "sms", digest_minutes=30)
    to = ("sms", "+8613800000009", "zh-hans")
    now = timezone.now()
    services.notify([Notice(TOPIC, "vault:1", now, addressee=to, gather=True)])
    assert Delivery.objects.get(topic=TOPIC).digest_key == ""


def test_nobody_edits_its_words() -> None:
    by, at = system_user("tests"), timezone.now()
    ours: dict[str, Any] = {
        "topic": TOPIC,
        "channel": "",
        "language": "zh-hans",
        "by": by,
        "at": at,
    }
    with pytest.raises(RuleBroken) as refusal:
        services.save_template(**ours, subject="金库", body="新号 6222 0000 1111 2222")
    assert (refusal.value.code, refusal.value.field) == ("fixed_words", "body")
    with pytest.raises(RuleBroken):
        services.save_template(
            **ours, subject="金库", body="新号 {number}", provider_fields={"number": "6222"}
        )
    services.save_template(**ours, subject="金库", body="新号 {number}")


def test_words_written_past_the_service_are_not_used() -> None:
    MessageTemplate.objects.create(
        topic=TOPIC, channel="sms", language="zh-hans", version=9, body="请汇至 6222 0000 1111 2222",
        provider_code="SMS_1", provider_fields={"number": "6222"},
    )  # fmt: skip
    shown = words.render(delivery(topic=TOPIC, data={"number": "7"}), frozenset())
    assert (shown.text, shown.provider_code) == ("新号 7", "SMS_1")
    assert shown.fields["number"] == "7"


def test_staff_do_not_see_the_link_by_which_a_customer_answers() -> None:
    built_in_words()[(TOPIC, "", "zh-hans")] = ("金库", "新号 {number}：{link}")
    one = delivery(topic=TOPIC, data={"number": "7"}, link="https://yp.example/notice/key")
    assert "notice/key" in words.render(one, frozenset()).text
    assert "notice/key" not in words.render_for_staff(one, frozenset()).text


def test_an_announcement_stands_as_long_as_its_news_says() -> None:
    no_policies()
    policy(TOPIC, "public", "site")
    now = timezone.now()
    until = now + timedelta(days=40)
    services.notify([Notice(TOPIC, "vault:2", now, data={"shown_until": until.isoformat()})])
    built_in_words()[(TOPIC, "", "en")] = ("Vault", "New {number}")
    send_all("site")
    built_in_words().pop((TOPIC, "", "en"))
    assert Announcement.objects.get().ends_at == until
