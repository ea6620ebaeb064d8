"""What a provider is given for a message, before any is sent: shown next to the words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise

from apps.core.notice_types import Topic
from apps.notifications import channels
from apps.notifications.channels import Channel, Message
from apps.notifications.enums import CANNOT_STOP
from apps.notifications.models import MessageTemplate, NotificationPolicy
from apps.notifications.queries.words import fill, newest_template, sample_values
from apps.notifications.stop_links import stop_key
from apps.notifications.topics import TOPICS
from apps.notifications.wording import stop_text

STOP = "stop"
LANGUAGES = ("zh-hans", "en")
SAMPLE = 12_345_678  # the number of a message that is not there
# What one text message holds, and each part of a longer one.
ONE, PART = 70, 67
_SAMPLE_ADDRESS = {"sms": "+8613800000001", "wechat": "oUvxx5GXyzAbCdEfGhIjKlMnOpQr"}
_SIGNED = re.compile(r"^(【\{company\}】|\{company\}:\s*)")


@dataclass(frozen=True)
class ProviderView:
    """One provider's side of some words, with sample data."""

    channel: str
    label: Promise | str
    request: list[tuple[str, str]]
    needed: list[str]
    unused: list[str]
    reads: str  # what the person reads; empty until the approved text is entered
    suggested: str  # what to have approved; empty once that is done

    @property
    def length(self) -> int:
        return len(self.reads)

    @property
    def parts(self) -> int:
        """Text messages that the provider counts."""
        return 1 if self.length <= ONE else -(-self.length // PART)


def needed_parameters(channel: Channel, text: str) -> list[str]:
    """In the order in which the provider's text names them."""
    found = channel.placeholder.findall(text) if channel.placeholder else []
    return list(dict.fromkeys(found))


def sent_parameters(topic: Topic, channel: Channel, fields: Mapping[str, str]) -> list[str]:
    names = list(fields) or [v.name for v in topic.variables if v.name != "lines"]
    return [*names, STOP] if channel.name == "sms" and STOP not in names else names


def can_be_stopped(topic: str) -> bool:
    """Does it go to somebody who may unsubscribe? A digest is made of such messages."""
    if topic == "digest":
        return True
    policies = NotificationPolicy.objects.filter(topic=topic, active=True)
    return policies.exclude(audience__in=CANNOT_STOP).exists()


def unapproved_words() -> list[tuple[Promise | str, list[str]]]:
    """Per channel in use: the topics that go out by it although the provider's template is not
    entered in both languages. Names in the language of the page."""
    used = [c for c in channels.all_channels() if c.placeholder and c.configured()]
    if not used:
        return []
    policies = NotificationPolicy.objects.filter(active=True).values_list("topic", "channels")
    newest = MessageTemplate.objects.order_by("topic", "channel", "language", "-version")
    entered = {
        (topic, channel, language)
        for topic, channel, language, code in newest.distinct(
            "topic", "channel", "language"
        ).values_list("topic", "channel", "language", "provider_code")
        if code
    }
    found = []
    for channel in used:
        topics = {topic for topic, names in policies if channel.name in names and topic in TOPICS}
        topics |= {"digest"} if topics else set()
        missing = [
            str(TOPICS[topic].label)
            for topic in sorted(topics)
            if any((topic, str(channel.name), code) not in entered for code in LANGUAGES)
        ]
        if missing:
            found.append((channel.label, missing))
    return found


def provider_views(template: MessageTemplate) -> list[ProviderView]:
    """For each provider that these words are for; none that has words of its own."""
    views = []
    topic = TOPICS.get(template.topic)
    for channel in channels.all_channels():
        if topic is None or channel.placeholder is None:
            continue
        name = str(channel.name)
        if template.channel and template.channel != name:
            continue
        used = newest_template(template.topic, name, template.language)
        if not template.channel and used and used.channel:
            continue
        views.append(_view(template, topic, channel))
    return views


def _view(template: MessageTemplate, topic: Topic, channel: Channel) -> ProviderView:
    message = _sample(template, topic, channel)
    needed = needed_parameters(channel, template.provider_text)
    given = channel.parameters_of(message)
    text = template.provider_text
    return ProviderView(
        channel=str(channel.name),
        label=channel.label,
        request=[(name, _shown(value)) for name, value in channel.request_of(message).items()],
        needed=needed,
        unused=[name for name in given if name not in needed] if text else [],
        reads=channel.as_read(text, message) if text else "",
        suggested="" if text or channel.name != "sms" else _suggestion(template),
    )


def _sample(template: MessageTemplate, topic: Topic, channel: Channel) -> Message:
    link = next((v.sample(template.language) for v in topic.variables if v.name == "link"), "")
    unsubscribe = f"{link.partition('/track')[0]}/notify/stop/{stop_key(SAMPLE)}"
    if not can_be_stopped(topic.key):
        unsubscribe = ""
    sample = sample_values(topic, template.language, channel.shows)
    values = {**sample, STOP: stop_text(unsubscribe)}
    name = str(channel.name)
    words = fill(template.topic, name, template.language, template, values)
    return Message(
        delivery_id=SAMPLE,
        topic=template.topic,
        recipient="",
        address=_SAMPLE_ADDRESS.get(name, ""),
        language=template.language,
        subject=words.subject,
        text=words.text,
        key="0123456789abcdef0123456789abcdef",
        number=1,
        at=datetime.now(UTC),
        link=link,
        unsubscribe=unsubscribe,
        provider_code=words.provider_code,
        fields=words.fields,
    )


def _suggestion(template: MessageTemplate) -> str:
    """Our own words as the provider writes them; its signature stands for the company's name."""
    text = re.sub(r"\{([a-z_]+)\}", r"${\1}", _SIGNED.sub("", template.body))
    if not can_be_stopped(template.topic):
        return text
    return f"{text} Stop: ${{stop}}" if template.language == "en" else f"{text} 退订：${{stop}}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
