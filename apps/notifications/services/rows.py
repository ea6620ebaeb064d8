"""Writing deliveries: the one INSERT, the one move."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from apps.accounts.queries import system_user
from apps.core.crypto import encrypt
from apps.core.enqueueing import enqueue_on_commit
from apps.events.services import record
from apps.notifications.addresses import index_of
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Attempt, Delivery
from apps.notifications.states import DELIVERY_MOVES, FINAL
from apps.notifications.topics import followed_topic

PAGE = 1_000
# The task that sends what is due on one channel.
SEND = "apps.notifications.tasks.send_due"
# Only these have an address of their own by which doubles are recognised.
ADDRESSED = frozenset(
    {
        *("sms", "email", "wechat", "wechat_talk", "phone", "wecom", "dingtalk", "feishu"),
        *("wecom_group", "dingtalk_group", "feishu_group"),
    }
)
_COLUMNS = {
    "cause": "varchar",
    "event_id": "bigint",
    "topic": "varchar",
    "policy_id": "bigint",
    "audience": "varchar",
    "channel": "varchar",
    "recipient": "varchar",
    "recipient_label": "varchar",
    "address": "text",
    "address_index": "varchar",
    "language": "varchar",
    "waybill_id": "bigint",
    "customer_id": "bigint",
    "case_id": "bigint",
    "data": "jsonb",
    "personal": "text",
    "link": "varchar",
    "urgent": "boolean",
    "quiet_from": "time",
    "quiet_until": "time",
    "digest_key": "varchar",
    "chain": "text",
    "previous_id": "bigint",
    "fallback_minutes": "integer",
    "state": "varchar",
    "state_reason": "varchar",
    "due_at": "timestamptz",
}
# What every new row begins with.
_BEGINS = {
    "attempts": "0",
    "worker": "''",
    "idempotency_key": "gen_random_uuid()",
    "provider_ref": "''",
}
# One JSON document instead of a parameter per value: most of the time went into quoting them.
_INSERT = f"""
INSERT INTO notifications_delivery ({", ".join([*_COLUMNS, *_BEGINS])})
SELECT {", ".join([*_COLUMNS, *_BEGINS.values()])}
FROM json_to_recordset(%s) AS r({", ".join(f"{n} {t}" for n, t in _COLUMNS.items())})
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608  # column names of ours


@dataclass
class NewDelivery:
    """A row to be queued. ``chain`` is what comes after this channel: [channel, address]."""

    cause: str
    topic: str
    audience: str
    channel: str
    recipient: str
    due_at: datetime
    label: str = ""
    address: str = ""
    language: str = "zh-hans"
    event_id: int | None = None
    policy_id: int | None = None
    waybill_id: int | None = None
    customer_id: int | None = None
    case_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    link: str = ""
    urgent: bool = False
    quiet: tuple[time, time] | None = None
    digest_key: str = ""
    chain: Sequence[Sequence[str]] = ()
    previous_id: int | None = None
    fallback_minutes: int | None = None
    state: DeliveryState = DeliveryState.QUEUED
    reason: str = ""

    @property
    def goes_at_once(self) -> bool:
        """As far as is known here; what only time brings is found by its due time."""
        return self.state == DeliveryState.QUEUED and not self.digest_key

    def values(self, sealed: dict[int, str]) -> tuple[Any, ...]:
        """``sealed`` remembers, by identity, what rows about one notice share."""
        index = index_of(self.address) if self.channel in ADDRESSED and self.address else ""
        if id(self.personal) not in sealed:
            given = {k: v for k, v in self.personal.items() if v}
            clear = json.dumps(given, ensure_ascii=False) if given else ""
            sealed[id(self.personal)] = encrypt(clear)
        quiet = self.quiet or (None, None)
        return (
            *(self.cause, self.event_id, self.topic, self.policy_id, self.audience),
            *(self.channel, self.recipient, self.label[:80], encrypt(self.address), index),
            *(self.language, self.waybill_id, self.customer_id, self.case_id, self.data),
            *(sealed[id(self.personal)], self.link, self.urgent, *quiet, self.digest_key),
            encrypt(json.dumps(list(self.chain))) if self.chain else "",
            *(self.previous_id, self.fallback_minutes, self.state, self.reason),
            # To the microsecond, which the encoder would cut to a millisecond.
            self.due_at.isoformat(),
        )


def insert(rows: Sequence[NewDelivery]) -> list[int]:
    """Add what is not there yet; the ids of what was added. Any number in a few statements."""
    if not rows:
        return []
    sealed: dict[int, str] = {}
    found: list[int] = []
    with connection.cursor() as cursor:
        for first in range(0, len(rows), PAGE):
            page = [
                dict(zip(_COLUMNS, row.values(sealed), strict=True))
                for row in rows[first : first + PAGE]
            ]
            cursor.execute(_INSERT, [json.dumps(page, cls=DjangoJSONEncoder, ensure_ascii=False)])
            found += [pk for (pk,) in cursor.fetchall()]
    if found:
        for channel in {row.channel for row in rows if row.goes_at_once}:
            enqueue_on_commit(SEND, channel)
    return found


def move(
    delivery: Delivery, to: DeliveryState, *, now: datetime, reason: str = "", **changes: Any
) -> Delivery:
    """The one place where a delivery changes its state; the caller holds its lock."""
    DELIVERY_MOVES.check(DeliveryState(delivery.state), to)
    for claimed in ("lease_until", "sender", "on_wire_since"):
        changes.setdefault(claimed, None)
    changes |= {"state": to, "state_since": now, "state_reason": reason[:60]}
    if to in (DeliveryState.DELIVERED, DeliveryState.READ) and delivery.delivered_at is None:
        changes.setdefault("delivered_at", now)
    if to in FINAL - {DeliveryState.ACCEPTED}:
        changes.setdefault("fallback_due", None)
    for name, value in changes.items():
        setattr(delivery, name, value)
    delivery.save(update_fields=list(changes))
    if to == DeliveryState.QUEUED and not delivery.digest_key:
        enqueue_on_commit(SEND, delivery.channel)
    if to in FINAL:
        _tell_its_app(delivery, now=now)
    if delivery.is_digest and to in FINAL | {DeliveryState.AMBIGUOUS, DeliveryState.QUEUED}:
        # What travels inside shares its fate.
        Delivery.objects.filter(carried_by=delivery).update(
            state=to,
            state_since=now,
            state_reason=reason[:60],
            delivered_at=delivery.delivered_at,
            read_on=delivery.read_on,
        )
    return delivery


def _tell_its_app(delivery: Delivery, *, now: datetime) -> None:
    topic = followed_topic(delivery.topic)
    if topic:
        data = {
            "topic": topic,
            "event": delivery.event_id,
            "channel": delivery.channel,
            "to": str(delivery.state),
        }
        record("delivery.moved", delivery, by=system_user("notifier"), at=now, data=data)


def note(delivery: Delivery, step: str, effect: str = "", code: str = "", **more: Any) -> Attempt:
    """Add a line to the history of a delivery."""
    return Attempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        step=step,
        effect=effect,
        code=code[:60],
        **more,
    )


def locked(delivery_id: int) -> Delivery:
    """Raises Delivery.DoesNotExist."""
    return Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)


__all__ = ["NewDelivery", "insert", "locked", "move", "note"]
