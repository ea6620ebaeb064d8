"""What providers tell us later: SMS receipts, WeChat outcomes, read in the back office."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.notifications.channels import Outcome
from apps.notifications.channels.base import delivery_of
from apps.notifications.enums import ChannelName, DeliveryState, Effect
from apps.notifications.models import Delivery
from apps.notifications.services.outcomes import take_receipt
from apps.notifications.services.rows import database_now, move

if TYPE_CHECKING:
    from apps.accounts.models import User

BAD_NUMBER = frozenset({"MOBILE_NOT_EXIST", "NOT_EXIST", "UNKNOWN_NUMBER", "DB:0103"})


def record_sms_receipts(reports: Sequence[Mapping[str, Any]]) -> int:
    """Aliyun's SmsReport rows (``out_id``, ``biz_id``, ``success``, ``err_code``); how many named a
    message of ours. Repeats and rows in any order change nothing."""
    return sum(_sms_receipt(report) for report in reports)


@transaction.atomic
def _sms_receipt(report: Mapping[str, Any]) -> bool:
    delivery = _find(ChannelName.SMS, str(report.get("out_id", "")), str(report.get("biz_id", "")))
    if delivery is None:
        return False
    arrived = report.get("success") in (True, "true", "True", 1)
    code = str(report.get("err_code", ""))[:60]
    effect = Effect.DELIVERED if arrived else Effect.FAILED
    if not arrived and code in BAD_NUMBER:
        effect = Effect.SUPPRESSED
    _take(delivery, Outcome(effect, code, ref=str(report.get("biz_id", ""))[:80]))
    return True


@transaction.atomic
def record_wechat_outcome(msg_id: str, status: str) -> bool:
    """TEMPLATESENDJOBFINISH: ``success``, ``failed:user block`` or ``failed: system failed``;
    whether the message is one of ours."""
    delivery = _find(ChannelName.WECHAT, "", str(msg_id))
    if delivery is None:
        return False
    arrived = status.strip().lower() == "success"
    code = status.strip().lower().replace(" ", "_")[:60]
    _take(delivery, Outcome(Effect.DELIVERED if arrived else Effect.FAILED, code))
    return True


def _find(channel: str, out_id: str, ref: str) -> Delivery | None:
    pk = delivery_of(out_id)
    rows = Delivery.objects.select_for_update(of=("self",)).filter(channel=channel)
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None and ref:
        found = rows.filter(provider_ref=ref).order_by("-pk").first()
    return found


def _take(delivery: Delivery, outcome: Outcome) -> None:
    take_receipt(delivery, outcome, database_now())


@transaction.atomic
def mark_read(*, by: "User", delivery_ids: Sequence[int] | None, at: datetime) -> int:
    """What the bell showed was seen; without ids, all of it. Only one's own."""
    rows = Delivery.objects.select_for_update(of=("self",)).filter(
        channel=ChannelName.IN_APP, recipient=f"user:{by.pk}", state=DeliveryState.DELIVERED
    )
    if delivery_ids is not None:
        rows = rows.filter(pk__in=delivery_ids)
    unread = list(rows.order_by("pk")[:1000])
    for delivery in unread:
        move(delivery, DeliveryState.READ, now=at, read_on=at)
    return len(unread)
