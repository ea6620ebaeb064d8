"""A message that came in is worked on once, however often and by however many it is brought."""

from datetime import datetime
from typing import Any

from django.db import connection

from apps.core.crypto import blind_index
from apps.inquiries.enums import MessageState, Way
from apps.inquiries.models import InboundMessage

# What the redeliveries of a message have no way of outliving.
KEEP_DAYS = 7
_CLAIM = """
INSERT INTO inquiries_inboundmessage (way, key, received_at, asker, asker_index, asker_label,
    subject, text, thread, language, number, outcome, reply, state, reason, attempts)
VALUES (%s, %s, %s, '', '', '', '', '', '', 'zh-hans', '', '', '', %s, '', 0)
ON CONFLICT (way, key) DO NOTHING RETURNING id
"""


def key_of(way: Way, identity: str) -> str:
    return blind_index(identity, f"inquiries.message.{way}")


def stored(way: Way, key: str) -> InboundMessage | None:
    return InboundMessage.objects.filter(way=way, key=key).first()


def claim(way: Way, key: str, at: datetime) -> InboundMessage | None:
    """A fresh row for this message; None when somebody else has it.

    Inside a transaction. Whoever comes second waits here until the first one is done, so that
    ``stored`` then finds its reply.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [way, key, at, MessageState.ANSWERED])
        row = cursor.fetchone()
    return None if row is None else InboundMessage.objects.get(pk=row[0])


def keep(message: InboundMessage, **fields: Any) -> InboundMessage:
    for name, value in fields.items():
        setattr(message, name, value)
    message.save(update_fields=list(fields))
    return message
