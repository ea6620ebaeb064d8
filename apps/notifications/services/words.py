"""Keeping words and policies: every save of words is a new version, checked before it counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.notifications import channels
from apps.notifications.enums import Audience, Platform
from apps.notifications.models import MessageTemplate, NotificationPolicy
from apps.notifications.seeding import built_in_words
from apps.notifications.services.provider_words import check_provider_words
from apps.notifications.topics import TOPICS
from apps.notifications.wording import check_words

if TYPE_CHECKING:
    from apps.accounts.models import User

GROUPS = frozenset(f"{platform}_group" for platform in Platform.values)


@transaction.atomic
def save_template(
    *,
    topic: str,
    channel: str,
    language: str,
    subject: str,
    body: str,
    provider_code: str = "",
    provider_text: str = "",
    provider_fields: Mapping[str, str] | None = None,
    by: "User",
    at: datetime,
) -> MessageTemplate:
    """A new version of these words. Raises BadInput for an unknown topic or variable, and for a
    provider's text that needs what we do not send or lacks the link that stops the messages."""
    fields = dict(provider_fields or {})
    check_template(
        topic=topic,
        channel=channel,
        subject=subject,
        body=body,
        provider_code=provider_code,
        provider_text=provider_text,
        provider_fields=fields,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))",
            [f"{topic}|{channel}|{language}"],
        )
    same = MessageTemplate.objects.filter(topic=topic, channel=channel, language=language)
    last = same.aggregate(last=Max("version"))["last"] or 0
    template = MessageTemplate.objects.create(
        topic=topic,
        channel=channel,
        language=language,
        version=last + 1,
        subject=subject.strip(),
        body=body.strip(),
        provider_code=provider_code.strip(),
        provider_text=provider_text.strip(),
        provider_fields=fields,
        created_by=by,
    )
    record("messagetemplate.saved", template, by=by, at=at, data={"template": str(template)})
    return template


def check_template(
    *,
    topic: str,
    channel: str,
    subject: str,
    body: str,
    provider_code: str = "",
    provider_text: str = "",
    provider_fields: Mapping[str, str],
) -> None:
    """Raises BadInput for words that would not be saved; writes nothing."""
    known = _topic(topic)
    if not body.strip():
        raise BadInput(_("The text is empty."), code="empty", field="body")
    if known.fixed:
        _check_unchanged(topic, channel, subject, body, provider_fields)
    check_words(known, [("subject", subject), ("body", body)])
    check_provider_words(known, channel, provider_code, provider_text, provider_fields)


def _check_unchanged(
    topic: str, channel: str, subject: str, body: str, provider_fields: Mapping[str, str]
) -> None:
    """Only the provider's number and text can be entered; the words themselves come from the code."""
    ours = {
        words for (key, where, _language), words in built_in_words().items()
        if key == topic and where in ("", channel)
    }  # fmt: skip
    if (subject.strip(), body.strip()) not in ours or provider_fields:
        raise RuleBroken(
            _(
                "The words of this message are fixed, so that nobody can put another account into it."
            ),
            code="fixed_words",
            field="body",
            rule="COD-3",
        )


@transaction.atomic
def save_policy(
    values: Mapping[str, Any], *, policy_id: int | None = None, by: "User", at: datetime
) -> NotificationPolicy:
    """Change or add a line of the policy table. Raises BadInput."""
    policy = (
        NotificationPolicy.objects.select_for_update().get(pk=policy_id)
        if policy_id
        else NotificationPolicy()
    )
    for name, value in values.items():
        setattr(policy, name, value)
    _topic(policy.topic)
    _check_policy(policy)
    policy.changed_at, policy.changed_by = at, by
    policy.save()
    shown = {
        "topic": policy.topic,
        "audience": policy.audience,
        "channels": policy.channels,
        "active": policy.active,
    }
    record("notificationpolicy.saved", policy, by=by, at=at, data=shown)
    return policy


def _check_policy(policy: NotificationPolicy) -> None:
    if not policy.channels or not all(channels.known(name) for name in policy.channels):
        raise BadInput(
            _("Choose at least one channel that is set up."), code="bad_channels", field="channels"
        )
    if len(set(policy.channels)) != len(policy.channels):
        raise BadInput(_("Name each channel once."), code="bad_channels", field="channels")
    if "phone" in policy.channels[:-1]:
        raise BadInput(
            _("A call by a person is the last resort; put it last."),
            code="bad_channels",
            field="channels",
        )
    if policy.audience == Audience.GROUP and set(policy.channels) - GROUPS:
        raise BadInput(
            _("Groups are reached by their robots only: %(names)s.")
            % {"names": ", ".join(sorted(GROUPS))},
            code="bad_channels",
            field="channels",
        )
    if policy.audience != Audience.GROUP and set(policy.channels) & GROUPS:
        raise BadInput(
            _("Robots write to groups, so choose “Groups with a robot”."),
            code="bad_channels",
            field="channels",
        )
    if policy.audience != Audience.GROUP and (policy.audience == Audience.ROLE) != bool(
        policy.role
    ):
        raise BadInput(
            _("Choose a role for “everyone with a role”, and only then."),
            code="bad_role",
            field="role",
        )
    if (policy.quiet_from is None) != (policy.quiet_until is None):
        raise BadInput(_("Quiet hours need both ends."), code="bad_quiet", field="quiet_from")
    same = NotificationPolicy.objects.filter(
        topic=policy.topic, audience=policy.audience, role=policy.role
    )
    if same.exclude(pk=policy.pk).exists():
        raise BadInput(
            _("There is a line for this already; change that one."), code="policy_exists"
        )


def _topic(key: str) -> Any:
    if key not in TOPICS:
        raise BadInput(_("There is no such topic."), code="unknown_topic", field="topic")
    return TOPICS[key]
