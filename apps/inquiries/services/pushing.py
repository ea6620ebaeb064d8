"""Kuaidi100 callbacks: the whole list each time it says something new, due times in the database.

A look at each followed shipment at its due time, sooner when its status moves. A push that is not
taken is tried three times more, 35 minutes apart; then the next news begins afresh.
"""

import json
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.accounts.queries import system_user
from apps.core import http
from apps.events.services import record
from apps.inquiries.enums import Monitor
from apps.inquiries.kuaidi100.documents import (
    empty_result,
    fingerprint_of,
    push_of,
    result_of,
)
from apps.inquiries.models import Kuaidi100Subscription
from apps.inquiries.services.kuaidi100 import callback_inside
from apps.inquiries.states import MONITOR_MOVES
from apps.tracking.enums import is_terminal
from apps.tracking.kuaidi100 import sign_push
from apps.tracking.models import Waybill
from apps.tracking.queries.public import PublicShipment, public_views

RETRY_AFTER = timedelta(minutes=35)
RETRIES = 3
LOOK_EVERY = timedelta(minutes=10)
NO_RESULT_AFTER = timedelta(days=3)
NO_CHANGE_AFTER = timedelta(days=60)
LEASE = timedelta(minutes=3)
BATCH = 40
TIMEOUT = 10.0
SENDERS = 8


@dataclass(frozen=True, slots=True)
class Push:
    """One document on its way; ``monitor`` is what the subscription becomes once it is told."""

    pk: int
    lease: datetime
    due: datetime | None
    url: str
    body: bytes
    mark: str
    monitor: Monitor


def make_due(waybill_ids: Collection[int]) -> int:
    """Something happened to these shipments: look now, unless a failed push waits for its turn."""
    numbers = Waybill.objects.filter(pk__in=waybill_ids).values("number")
    return (
        Kuaidi100Subscription.objects.filter(number__in=numbers, attempts=0)
        .exclude(monitor=Monitor.STOPPED)
        .update(due_at=Now())
    )


def push_due(*, at: datetime, limit: int = BATCH) -> int:
    """Look at what is due and push what is new; how many were looked at."""
    claimed = _claim(at, limit)
    if not claimed:
        return 0
    shipments = public_views({s.number for s in claimed})
    pushes: list[Push] = []
    for subscription in claimed:
        push = _prepare(subscription, shipments.get(subscription.number), at)
        if push is None:
            _rest(subscription, at)
        else:
            pushes.append(push)
    with ThreadPoolExecutor(max_workers=SENDERS) as senders:
        codes = list(senders.map(_send, pushes))
    for push, code in zip(pushes, codes, strict=True):
        _record(push, code, at)
    return len(claimed)


@transaction.atomic
def _claim(at: datetime, limit: int) -> list[Kuaidi100Subscription]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    rows = list(
        Kuaidi100Subscription.objects.select_for_update(skip_locked=True)
        .filter(free, due_at__lte=Now())
        .order_by("due_at", "pk")[:limit]
    )
    for row in rows:
        row.lease_until = at + LEASE
    Kuaidi100Subscription.objects.bulk_update(rows, ["lease_until"])
    return rows


def _prepare(
    subscription: Kuaidi100Subscription, shipment: PublicShipment | None, at: datetime
) -> Push | None:
    """What is to be told now; None when nothing is new."""
    if shipment is None or not shipment.events:
        if (
            subscription.monitor != Monitor.POLLING
            or at < subscription.created_at + NO_RESULT_AFTER
        ):
            return None
        result = empty_result(subscription.number, subscription.company)
        document = push_of(result, status="abort", message="3天查询无记录")
        return _push(subscription, document, Monitor.ABORT)
    result = result_of(shipment, company=subscription.company, at=at, level=subscription.level)
    ended = is_terminal(shipment.status, shipment.reason)
    monitor = Monitor.SHUTDOWN if ended else Monitor.POLLING
    if fingerprint_of(result) == subscription.pushed_mark:
        return _abandon(subscription, result, at)
    status = str(monitor)
    if subscription.monitor in (Monitor.SHUTDOWN, Monitor.ABORT):
        # News after the end: the whole list again, under the vendor's own word for it.
        status = "updateall"
    return _push(subscription, push_of(result, status=status), monitor)


def _abandon(
    subscription: Kuaidi100Subscription, result: dict[str, Any], at: datetime
) -> Push | None:
    since = subscription.changed_on or subscription.created_at
    if subscription.monitor != Monitor.POLLING or at < since + NO_CHANGE_AFTER:
        return None
    return _push(
        subscription, push_of(result, status="abort", message="60天无变化时"), Monitor.ABORT
    )


def _push(subscription: Kuaidi100Subscription, document: dict[str, Any], monitor: Monitor) -> Push:
    param = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    fields: dict[str, bytes | str] = {"param": param}
    if subscription.salt:
        fields["sign"] = sign_push(param, subscription.salt)
    assert subscription.lease_until is not None  # noqa: S101  # it was claimed
    return Push(
        subscription.pk,
        subscription.lease_until,
        subscription.due_at,
        subscription.callback,
        urlencode(fields).encode(),
        fingerprint_of(document["lastResult"]),
        monitor,
    )


def _send(push: Push) -> str:
    """The receiver's code, ``200`` when it has taken the list; on a thread without a database."""
    rules = http.Rules(
        timeout=TIMEOUT,
        allow_http=bool(getattr(settings, "KUAIDI100_CALLBACK_HTTP", True)),
        inside=callback_inside(),
    )
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    try:
        answer = http.request("POST", push.url, body=push.body, headers=headers, rules=rules)
    except (http.NotSent, http.PerhapsSent) as problem:
        return str(problem)[:60] or "failed"
    if answer.status != 200:
        return f"http_{answer.status}"
    try:
        body = json.loads(answer.body)
        code = str(body["returnCode"])
        taken = body["result"] in (True, "true") and code == "200"
    except (ValueError, KeyError, TypeError):
        return "bad_answer"
    return "200" if taken else f"code_{code}"[:60]


def _rest(subscription: Kuaidi100Subscription, at: datetime) -> None:
    """Nothing to tell: look again later, or not at all once it is over."""
    mine = Kuaidi100Subscription.objects.filter(
        pk=subscription.pk, lease_until=subscription.lease_until
    )
    over = subscription.monitor != Monitor.POLLING
    mine.filter(due_at=subscription.due_at).update(
        due_at=None if over else at + LOOK_EVERY, attempts=0, trying=""
    )
    # Woken meanwhile, the due time stays as it is.
    mine.update(lease_until=None)


@transaction.atomic
def _record(push: Push, code: str, at: datetime) -> None:
    found = Kuaidi100Subscription.objects.select_for_update().get(pk=push.pk)
    if found.monitor == Monitor.STOPPED or found.lease_until != push.lease:
        return  # stopped meanwhile, or the claim ran out and somebody else has it
    found.lease_until, found.last_code = None, code
    if code == "200":
        found.pushes += 1
        found.last_success = at
        _delivered(found, push, at)
    else:
        # The first failure of this list, or of another one than was tried before.
        found.attempts = found.attempts + 1 if found.trying == push.mark else 1
        found.trying = push.mark
        if found.attempts > RETRIES:
            _delivered(found, push, at)
        else:
            found.due_at = at + RETRY_AFTER
    found.save()


def _delivered(found: Kuaidi100Subscription, push: Push, at: datetime) -> None:
    if push.mark != found.pushed_mark:
        found.changed_on = at
    found.pushed_mark, found.trying, found.attempts = push.mark, "", 0
    if found.monitor != push.monitor:
        MONITOR_MOVES.check(Monitor(found.monitor), push.monitor)
        found.monitor = push.monitor
        if push.monitor != Monitor.POLLING:
            data = {"monitor": str(push.monitor)}
            by = system_user("kuaidi100")
            record("kuaidi100subscription.concluded", found, by=by, at=at, data=data)
    if found.due_at == push.due:
        # Otherwise news came while this was on its way, and the next look is due already.
        found.due_at = at + LOOK_EVERY if found.monitor == Monitor.POLLING else None
