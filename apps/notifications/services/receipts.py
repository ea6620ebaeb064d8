"""What providers report later: SMS receipts, WeChat outcomes, read in the back office."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.core.database import database_now
from apps.core.masking import mask_text
from apps.core.text import keepable
from apps.notifications.addresses import index_of
from apps.notifications.channels import Outcome
from apps.notifications.channels.base import delivery_of
from apps.notifications.enums import ChannelName, DeliveryState, Effect, Step
from apps.notifications.models import Delivery
from apps.notifications.queries.threads import key_of
from apps.notifications.services.outcomes import take_receipt
from apps.notifications.services.rows import move, note

if TYPE_CHECKING:
    from apps.accounts.models import User

BAD_NUMBER = frozenset({"MOBILE_NOT_EXIST", "NOT_EXIST", "UNKNOWN_NUMBER", "DB:0103"})


def record_sms_receipts(reports: Sequence[Mapping[str, Any]]) -> int:
    """Aliyun's SmsReport rows (``out_id``, ``biz_id``, ``success``, ``err_code``); how many named a
    message of ours. Repeats and rows in any order change nothing."""
    return sum(_sms_receipt(report) for report in reports)


@transaction.atomic
def _sms_receipt(report: Mapping[str, Any]) -> bool:
    out_id, ref, code = (keepable(report.get(n, "")) for n in ("out_id", "biz_id", "err_code"))
    delivery = _find(ChannelName.SMS, out_id, ref)
    if delivery is None:
        return False
    arrived = report.get("success") in (True, "true", "True", 1)
    effect = Effect.DELIVERED if arrived else Effect.FAILED
    if not arrived and code in BAD_NUMBER:
        effect = Effect.SUPPRESSED
    _take(delivery, Outcome(effect, code[:60], ref=ref[:80]))
    return True


@transaction.atomic
def record_bounce(
    *, message_ids: Sequence[str], recipient: str, is_final: bool, code: str, says: str
) -> list[Delivery]:
    """A mail server says that a mail of ours was not delivered; the mails meant.

    ``is_final`` False: it still tries. A code 5.1.x is about the address, which is written to no
    more. Only whoever had the mail knows its id, so nobody else can make one bounce."""
    found, says = [], mask_text(says)[:300]
    for delivery in _bounced(message_ids, recipient):
        if not is_final:
            note(delivery, Step.RECEIPT, Effect.PENDING, code, answer={"said": says})
            continue
        effect = Effect.SUPPRESSED if code.startswith("5.1.") else Effect.FAILED
        outcome = Outcome(effect, f"bounced {code}".strip()[:60], answer={"said": says})
        take_receipt(delivery, outcome, database_now())
        found.append(delivery)
    return found


def _bounced(message_ids: Sequence[str], recipient: str) -> list[Delivery]:
    """An accepted one by its key; one that nobody knew about by its address as well."""
    keys = [key for key in map(key_of, message_ids) if key]
    by_address = Q(
        address_index=index_of(recipient.strip().lower()),
        idempotency_key__in=[UUID(key) for key in keys],
    )
    rows = Delivery.objects.filter(channel=ChannelName.EMAIL).filter(
        Q(provider_ref__in=keys) | by_address
    )
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:10]) if keys else []


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
