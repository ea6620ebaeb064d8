"""Reads for the staff pages: finding messages, the bell, the health of the channels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import BadInput
from apps.core.phones import search_key
from apps.core.typed import tidy_typed
from apps.customers.models import Customer
from apps.customers.queries.search import matching
from apps.events.kinds import label_of
from apps.notifications.addresses import index_of, is_email
from apps.notifications.enums import (
    REASONS,
    ChannelName,
    DeliveryState,
    Effect,
    Step,
    TaskState,
)
from apps.notifications.models import Announcement, Attempt, Delivery, PhoneTask, ProviderState
from apps.notifications.queries.words import render, render_for_staff
from apps.notifications.topics import TOPICS
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number

BELL = 15
MOST_NAMED = 20  # customers or colleagues that one search text may mean
DAY = timedelta(hours=24)


def find(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    """By waybill number, phone, e-mail address, name or code of a customer, name of a colleague,
    or ``#123`` for an event."""
    text = tidy_typed(text)
    if text.startswith("#") and text[1:].isdecimal() and len(text) < 19:
        return rows.filter(event=int(text[1:]))
    if is_email(text.lower()):
        return rows.filter(address_index=index_of(text.lower()))
    try:
        number = parse_waybill_number(text)
    except BadInput:
        return _by_phone(rows, text)
    return rows.filter(waybill__in=Waybill.objects.filter(number=number).values("pk"))


def _by_phone(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    key = search_key(text)
    if key is None:
        return _by_name(rows, text)
    index = index_of(key)
    return rows.filter(Q(address_index=index) | Q(recipient=f"phone:{index}"))


def _by_name(rows: QuerySet[Delivery], text: str) -> QuerySet[Delivery]:
    """Names of consignees are kept encrypted: they are found by their phone."""
    named = User.objects.people().filter(Q(username=text.lower()) | Q(display_name=text))
    colleagues = [f"user:{pk}" for pk in named.values_list("pk", flat=True)[:MOST_NAMED]]
    found = matching(Customer.objects.all(), text).values_list("pk", flat=True)
    return rows.filter(Q(recipient__in=colleagues) | Q(customer__in=list(found[:MOST_NAMED])))


def topic_label(key: str) -> str:
    return str(TOPICS[key].label) if key in TOPICS else key


def delivery_page(delivery: Delivery, shows: frozenset[str]) -> dict[str, Any]:
    """Everything on a message's own page; ``shows`` as the channel is allowed."""
    return {
        "words": render_for_staff(delivery, shows)
        if delivery.channel != ChannelName.WEBHOOK
        else None,
        "history": _history(delivery),
        "reason": in_words(delivery.state_reason),
        "happened": label_of(delivery.event.kind) if delivery.event else "",
        "topic": topic_label(delivery.topic),
        "before": delivery.previous,
        "after": Delivery.objects.filter(previous=delivery).first(),
        "carried": list(delivery.carries.select_related("waybill").order_by("pk")[:200])
        if delivery.is_digest
        else [],
        "task": PhoneTask.objects.filter(delivery=delivery).first(),
    }


def in_words(code: str) -> tuple[str, bool]:
    """(words, True) for a code of ours, (code, False) for a provider's."""
    return (str(REASONS[code]), True) if code in REASONS else (code, False)


def _history(delivery: Delivery) -> list[Attempt]:
    lines = list(delivery.history.select_related("by", "template"))
    for line in lines:
        line.words = in_words(line.code)  # type: ignore[attr-defined]  # for the page alone
    return lines


@dataclass
class Bell:
    unread: int
    latest: list[dict[str, Any]] = field(default_factory=list)


def bell(user: User) -> Bell:
    """How many messages wait unread (up to 100), and the newest ones with their words."""
    mine = Delivery.objects.filter(
        channel=ChannelName.IN_APP, recipient=f"user:{user.pk}"
    ).on_its_own()
    unread = mine.filter(state=DeliveryState.DELIVERED)[:100].count()
    rows = mine.filter(state__in=[DeliveryState.DELIVERED, DeliveryState.READ]).order_by("-id")
    return Bell(unread, [_bell_line(row) for row in rows.select_related("waybill")[:BELL]])


def _bell_line(delivery: Delivery) -> dict[str, Any]:
    words = render(delivery, frozenset())
    return {
        "id": delivery.pk,
        "title": words.subject,
        "text": words.text,
        "at": delivery.created_at,
        "unread": delivery.state == DeliveryState.DELIVERED,
        "number": delivery.waybill.number if delivery.waybill else "",
        "link": delivery.link if delivery.link.startswith("/admin/") else "",
    }


def unread_count(user: User) -> int:
    return (
        Delivery.objects.filter(
            channel=ChannelName.IN_APP, recipient=f"user:{user.pk}", state=DeliveryState.DELIVERED
        )
        .on_its_own()[:100]
        .count()
    )


@dataclass
class ChannelHealth:
    name: str
    label: str
    configured: bool
    waiting: int = 0
    held: int = 0
    sending: int = 0
    ambiguous: int = 0
    lag: timedelta = timedelta(0)
    day: Mapping[str, int] = field(default_factory=dict)
    failures: list[tuple[str, int]] = field(default_factory=list)
    provider: ProviderState | None = None

    @property
    def is_paused(self) -> bool:
        until = self.provider.paused_until if self.provider else None
        return until is not None and until > timezone.now()

    @property
    def is_behind(self) -> bool:
        return self.lag > timedelta(minutes=5)


def health(channels: Iterable[tuple[str, str, bool]]) -> list[ChannelHealth]:
    """How far behind each channel (name, label, set up?) is, what failed today and why; three
    queries in all."""
    now = timezone.now()
    found = {name: ChannelHealth(name, label, ready) for name, label, ready in channels}
    open_states = [
        DeliveryState.QUEUED,
        DeliveryState.HELD,
        DeliveryState.SENDING,
        DeliveryState.AMBIGUOUS,
    ]
    due = Min("due_at", filter=Q(due_at__lte=Now()))
    rows = (
        Delivery.objects.on_its_own()
        .filter(state__in=open_states)
        .values("channel", "state")
        .annotate(n=Count("pk"), oldest=due)
    )
    for row in rows:
        if row["channel"] in found:
            _count(found[row["channel"]], row, now)
    for line in (
        Attempt.objects.filter(at__gte=now - DAY, step__in=[Step.ANSWERED, Step.RECEIPT])
        .values("delivery__channel", "effect", "code")
        .annotate(n=Count("pk"))
    ):
        _tally(found.get(line["delivery__channel"]), line)
    for state in ProviderState.objects.all():
        if state.channel in found:
            found[state.channel].provider = state
    for one in found.values():
        one.failures = sorted(one.failures, key=lambda pair: -pair[1])[:5]
    return list(found.values())


def _count(one: ChannelHealth, row: Mapping[str, Any], now: datetime) -> None:
    state = row["state"]
    if state in (DeliveryState.QUEUED, DeliveryState.HELD):
        one.waiting += row["n"] if state == DeliveryState.QUEUED else 0
        one.held += row["n"] if state == DeliveryState.HELD else 0
        if row["oldest"]:
            one.lag = max(one.lag, now - row["oldest"])
    elif state == DeliveryState.SENDING:
        one.sending = row["n"]
    else:
        one.ambiguous = row["n"]


def _tally(one: ChannelHealth | None, row: Mapping[str, Any]) -> None:
    if one is None:
        return
    day = dict(one.day)
    day[row["effect"]] = day.get(row["effect"], 0) + row["n"]
    one.day = day
    if row["effect"] in (Effect.RETRY, Effect.FAILED, Effect.SUPPRESSED, Effect.AMBIGUOUS):
        one.failures.append((in_words(row["code"])[0], row["n"]))


def unclear(user: User, limit: int = 50) -> list[Delivery]:
    rows = Delivery.objects.visible_to(user).on_its_own().filter(state=DeliveryState.AMBIGUOUS)
    return list(rows.select_related("waybill").order_by("state_since")[:limit])


def open_calls(user: User) -> int:
    return (
        PhoneTask.objects.visible_to(user)
        .filter(state__in=[TaskState.OPEN, TaskState.TAKEN])
        .count()
    )


def current_announcements(at: datetime, language: str) -> list[dict[str, Any]]:
    """What the public pages show now, urgent ones first: title, text, urgent, since."""
    short = "en" if language.startswith("en") else "zh"
    rows = Announcement.objects.current(at).order_by("-urgent", "-starts_at")[:5]
    return [
        {
            "title": getattr(row, f"title_{short}"),
            "text": getattr(row, f"body_{short}"),
            "urgent": row.urgent,
            "since": row.starts_at,
        }
        for row in rows
    ]
