"""Questions are written once; the words of this floor's own messages."""

from typing import Any

from apps.core.first_rows import FirstRows
from apps.core.sql import append_only

# The words of this floor's own messages; staff change them like all others.
WORDS = [
    (
        "inquiry.answer",
        "zh-hans",
        "{number}",
        "{number} {sentence}。{link} 咨询请致电{hotline}。",
    ),
    ("inquiry.answer", "en", "{number}", "{number} {sentence}. {link} Questions? Call {hotline}."),
    (
        "inquiry.code",
        "zh-hans",
        "绑定验证码",
        "您的绑定验证码为{code}，{minutes}分钟内有效，请勿告诉他人。如非本人操作请致电{hotline}。",
    ),
    (
        "inquiry.code",
        "en",
        "Code to bind your account",
        "Your code is {code}, valid for {minutes} minutes. Tell it to nobody. Not you? Call {hotline}.",
    ),
]


def plant(apps: Any, schema_editor: Any) -> None:
    template = apps.get_model("notifications", "MessageTemplate")
    template.objects.bulk_create(
        [
            template(
                topic=topic, channel="", language=language, version=1, subject=subject, body=body
            )
            for topic, language, subject, body in WORDS
        ],
        ignore_conflicts=True,
    )


OPERATIONS = [
    append_only("inquiries_inquiry"),
    FirstRows(plant),
]
