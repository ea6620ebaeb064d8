"""Words that a provider approved: what it needs is checked on saving, what it gets is shown."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts.queries import system_user
from apps.core.errors import BadInput
from apps.notifications import channels, services
from apps.notifications.models import MessageTemplate
from apps.notifications.provider_words import provider_views, sent_parameters
from apps.notifications.topics import TOPICS
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.accounts import sign_in, superuser
from tests.factories.notifications import PHONE, delivery, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-2")]


def save(text: str, *, channel: str = "sms", **more: Any) -> MessageTemplate:
    return services.save_template(
        **{
            "topic": "waybill.delivered",
            "channel": channel,
            "language": "zh-hans",
            "subject": "",
            "body": "快件{number}已签收",
            "provider_code": "SMS_42",
            "provider_text": text,
            "by": system_user("tests"),
            "at": timezone.now(),
            **more,
        }
    )


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"text": "快件${number}已签收"}, "no_stop_link", "provider_text"),
        ({"text": "${name}的快件已签收，退订${stop}"}, "missing_parameters", "provider_text"),
        ({"text": ""}, "half_a_template", "provider_text"),
        ({"text": "退订${stop}", "provider_code": ""}, "half_a_template", "provider_code"),
        ({"text": "退订${stop}", "channel": ""}, "no_provider", "provider_code"),
        ({"text": "退订${stop}", "channel": "email"}, "no_provider", "provider_code"),
        (
            {"text": "退订${stop}", "provider_fields": {"no": "{nobody}"}},
            "unknown_variable",
            "provider_fields",
        ),
        ({"text": "退订${stop}", "provider_fields": {"no": 1}}, "bad_fields", "provider_fields"),
        (
            # Once parameters are named, only those are sent.
            {"text": "${number}，退订${stop}", "provider_fields": {"no": "{number}"}},
            "missing_parameters",
            "provider_text",
        ),
        ({"text": "{{thing9.DATA}}", "channel": "wechat"}, "missing_parameters", "provider_text"),
    ],
)
def test_what_the_provider_would_refuse_is_refused_on_saving(
    more: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        save(**more)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_refusal_names_what_is_missing_and_what_there_is() -> None:
    with translation.override("en"), pytest.raises(BadInput) as refused:
        save("${receiver}的快件${number}已签收${sign}，退订${stop}")
    message = str(refused.value)
    assert "needs receiver, sign, which we do not send" in message
    assert "number, status, reason" in message and "stop" in message


@pytest.mark.parametrize(
    "more",
    [
        {"text": "快件${number}已签收，退订${stop}"},
        # The provider's own names, the stop link among them.
        {
            "text": "快件${no}已签收，退订${td}",
            "provider_fields": {"no": "{number}", "td": "{stop}"},
        },
        {
            "text": "运单号：{{character_string1.DATA}}",
            "channel": "wechat",
            "provider_fields": {"character_string1": "{number}"},
        },
        # Codes are asked for; there is nothing to stop.
        {"text": "验证码${code}", "topic": "subscription.code", "body": "验证码{code}"},
    ],
)
def test_words_that_fit_are_kept(more: dict[str, Any]) -> None:
    assert save(**more).provider_text == more["text"]


def test_the_preview_is_what_the_provider_really_gets(sms: SmsGateway, settings: Any) -> None:
    """The same values through the real channel arrive at the gateway byte for byte."""
    settings.SITE_URL = "https://yp.example"
    template = save("快件${number}已签收，签收人${consignee}，退订${stop}")
    (view,) = provider_views(template)
    shown = dict(view.request)
    sent = delivery(
        "sms", PHONE, personal={"consignee": "李小红"}, link="https://yp.example/track/YP1"
    )
    send_all("sms")
    (got,) = sms.sent
    assert got["template"] == shown["TemplateCode"] == "SMS_42"
    assert got["phone"] == shown["PhoneNumbers"] and shown["SignName"] == "一票速递"
    there, here = json.loads(got["param"]), json.loads(shown["TemplateParam"])
    assert list(there) == list(here), "the very same parameters in the same order"
    assert there["stop"].startswith("https://yp.example/notify/stop/")
    assert here["stop"].startswith("https://yp.example/notify/stop/")
    assert abs(len(there["stop"]) - len(here["stop"])) < 6, "as long as a real one"
    assert sent.audience == "consignee"


def test_the_text_as_the_person_reads_it(sms: SmsGateway) -> None:
    template = save("快件${number}已签收，退订${stop}")
    (view,) = provider_views(template)
    assert view.reads.startswith("【一票速递】快件YP12345678901已签收，退订https://")
    assert view.needed == ["number", "stop"] and "goods" in view.unused
    assert view.length == len(view.reads)
    assert view.parts == (1 if view.length <= 70 else 2)


def test_before_anything_is_approved_the_text_to_apply_for_is_offered() -> None:
    common = MessageTemplate.objects.get(topic="waybill.delivered", channel="", language="zh-hans")
    views = {view.channel: view for view in provider_views(common)}
    assert set(views) == {"sms", "wechat"}
    assert views["sms"].suggested.endswith("退订：${stop}")
    assert "${number}" in views["sms"].suggested and "【" not in views["sms"].suggested
    assert not views["wechat"].suggested and not views["sms"].reads
    # What is offered passes the check.
    save(views["sms"].suggested)
    again = {view.channel for view in provider_views(common)}
    assert again == {"wechat"}, "SMS has words of its own now"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_text_that_is_offered_would_be_taken(language: str) -> None:
    """So that a new house can have all of them approved at once."""
    offered = 0
    own = MessageTemplate.objects.exclude(
        topic__startswith="account_notice."
    )  # their words are fixed
    for template in own.filter(channel="", language=language):
        for view in provider_views(template):
            if view.suggested:
                save(
                    view.suggested,
                    topic=template.topic,
                    body=template.body,
                    language=language,
                )
                offered += 1
    assert offered > 10


def test_whoever_cannot_stop_gets_our_phone_instead_of_nothing(
    sms: SmsGateway, settings: Any
) -> None:
    """A provider refuses a message that lacks a variable of its template."""
    settings.COMPANY_PHONE = "400-000-1111"
    save("退订${td}", provider_fields={"td": "{stop}"})
    delivery("sms", PHONE, audience="agent")
    send_all("sms")
    assert json.loads(sms.sent[0]["param"]) == {"stop": "400-000-1111", "td": "400-000-1111"}


def test_wechat_gets_what_is_shown(wechat: WeChatPlatform) -> None:
    template = save(
        "运单号：{{no.DATA}}",
        channel="wechat",
        provider_fields={"no": "{number}"},
        provider_code="tpl-1",
    )
    (view,) = provider_views(template)
    shown = dict(view.request)
    assert json.loads(shown["data"]) == {"no": {"value": "YP12345678901"}}
    assert view.reads == "运单号：YP12345678901"
    assert sent_parameters(
        TOPICS["waybill.delivered"], channels.channel("wechat"), {"no": "{number}"}
    ) == ["no"]


def test_the_page_shows_both_sides(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "config.urls"
    settings.SMS_SIGN_NAME = "一票速递"
    sign_in(client, superuser())
    page = reverse("admin:notifications_messagetemplate_change", args=[save("退订${stop}").pk])
    html = client.get(page).content.decode()
    for part in ("TemplateParam", "SMS_42", "【一票速递】退订https://", "<code>stop</code>"):
        assert part in html, part


def test_health_names_what_is_told_without_a_template(
    client: Client, sms: SmsGateway, settings: Any
) -> None:
    settings.ROOT_URLCONF = "config.urls"
    sign_in(client, superuser())
    delivered, page = (
        str(TOPICS["waybill.delivered"].label),
        reverse("admin:notifications_delivery_health"),
    )

    def missing() -> list[str]:
        ((_label, topics),) = client.get(page).context["parts"][-1].rows
        return list(topics)

    assert delivered in missing()
    save("退订${stop}")
    assert delivered in missing(), "the English one is not there yet"
    save("Stop: ${stop}", language="en", body="Delivered {number}")
    assert delivered not in missing()
