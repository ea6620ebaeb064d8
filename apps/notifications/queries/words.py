"""The words of a message: the newest version of its template, filled for one channel."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core.notice_types import Topic
from apps.notifications import seeding, wording
from apps.notifications.models import Delivery, MessageTemplate
from apps.notifications.topics import TOPICS, is_fixed

# A text message has no room for a list; the page behind its link names everything.
SHORT = frozenset({"sms", "wechat"})
# Nor do its own words of a provider take whole texts.
TOO_LONG = frozenset({"lines", "text"})
THEIRS_ALONE = frozenset({"case.satisfaction", "survey.satisfaction"})


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    provider_code: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    template_id: int | None = None


def newest_template(topic: str, channel: str, language: str) -> MessageTemplate | None:
    """Words for this channel, else words for every channel; the newest version of them."""
    rows = MessageTemplate.objects.filter(
        topic=topic, language=language, channel__in=["", channel]
    ).order_by("-channel", "-version")
    return rows.first()


def render(
    delivery: Delivery,
    shows: frozenset[str],
    language: str | None = None,
    *,
    unsubscribe: str = "",
    link: str | None = None,
) -> Words:
    """The words of ``delivery`` in ``language`` (its own by default), masked as asked; with
    ``link`` instead of its own where one is given."""
    language = language or delivery.language
    own = {v.name for v in _variables(delivery.topic) if not v.personal}
    values = wording.texts_of(delivery.data, own)
    values |= wording.values_of(delivery.data, language, delivery.link if link is None else link)
    values["stop"] = wording.stop_text(unsubscribe)
    if delivery.is_digest:
        values |= digest_values(delivery, language)
    values |= personal_values(delivery, shows)
    template = newest_template(delivery.topic, delivery.channel, language)
    return fill(delivery.topic, delivery.channel, language, template, values)


def render_for_staff(
    delivery: Delivery, shows: frozenset[str], language: str | None = None
) -> Words:
    """Likewise, but with no link by which a customer rates the answer or acknowledges what was sent: it is
    theirs alone."""
    hidden = "…" if delivery.topic in THEIRS_ALONE or is_fixed(delivery.topic) else None
    return render(delivery, shows, language, link=hidden)


def fill(
    topic: str,
    channel: str,
    language: str,
    template: MessageTemplate | None,
    values: Mapping[str, str],
) -> Words:
    if template is None or is_fixed(topic):
        # A fresh database in between migrations, a topic nobody has written words for, or one whose words
        # nobody may write: of a row there only what the provider needs is taken.
        book = seeding.built_in_words()
        subject, body = book.get((topic, channel, language)) or book.get(
            (topic, "", language), ("", "")
        )
        return Words(
            wording.fill(subject, values),
            wording.fill(body, values),
            (template.provider_code if template else "") or default_code(topic),
            named_fields(topic, values),
            template.pk if template else None,
        )
    parameters = template.provider_fields or {}
    return Words(
        subject=wording.fill(template.subject, values),
        text=wording.fill(template.body, values),
        provider_code=template.provider_code or default_code(topic),
        fields={name: wording.fill(text, values) for name, text in parameters.items()}
        or named_fields(topic, values),
        template_id=template.pk,
    )


def default_code(topic: str) -> str:
    """Until somebody enters the provider's own: a name that says which one is missing."""
    return "YP_" + topic.replace(".", "_").upper()


def named_fields(topic: str, values: Mapping[str, str]) -> dict[str, str]:
    names = TOPICS[topic].variables if topic in TOPICS else ()
    return {v.name: values.get(v.name, "") for v in names if v.name not in TOO_LONG}


def personal_values(delivery: Delivery, shows: frozenset[str]) -> dict[str, str]:
    """Codes are meant to be seen by whoever asked for them; the rest is masked by channel."""
    if not delivery.personal:
        return {}
    kinds = {v.name: v.personal for v in _variables(delivery.topic)}
    given: dict[str, Any] = json.loads(delivery.personal)
    allowed = shows | {"code"}
    return {
        name: wording.masked(kinds.get(name) or "name", str(value), allowed)
        for name, value in given.items()
    }


def digest_values(delivery: Delivery, language: str) -> dict[str, str]:
    items = carried(delivery)
    numbers = list(
        dict.fromkeys(str(data.get("number") or data.get("order") or "") for _t, data in items)
    )
    values = wording.values_of({"numbers": numbers, "count": len(items)}, language, delivery.link)
    short = delivery.channel in SHORT
    lines = (
        "" if short else "\n".join(wording.line_of(data, topic, language) for topic, data in items)
    )
    return {"count": str(len(items)), "numbers": values["numbers"], "lines": lines}


def carried(delivery: Delivery) -> list[tuple[str, dict[str, Any]]]:
    """What travels inside a digest, oldest first."""
    return list(delivery.carries.order_by("pk").values_list("topic", "data"))


def sample_values(topic: Topic, language: str, shows: frozenset[str]) -> dict[str, str]:
    """Masked as a channel that ``shows`` these kinds of personal data masks the real ones."""
    allowed = shows | {"", "code"}
    return {
        v.name: wording.masked(v.personal, v.sample(language), allowed) for v in topic.variables
    }


def _variables(topic: str) -> tuple[Any, ...]:
    return TOPICS[topic].variables if topic in TOPICS else ()


def digest_lines(delivery: Delivery, language: str) -> list[str]:
    """One line for each message inside a digest."""
    return [wording.line_of(data, topic, language) for topic, data in carried(delivery)]


def versions_of(template: MessageTemplate) -> list[MessageTemplate]:
    """Newest first."""
    return list(
        MessageTemplate.objects.filter(
            topic=template.topic, channel=template.channel, language=template.language
        )
        .select_related("created_by")
        .order_by("-version")[:20]
    )
