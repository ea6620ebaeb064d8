"""What recorded events mean to people and to merchants, as each app says in its ``notices``."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from apps.core.discovery import modules_named
from apps.core.notice_types import Follower, Notice, Payloads, Reader, Webhook
from apps.events.models import Event

_READERS: dict[str, Reader] = {}
_WEBHOOKS: dict[str, Webhook] = {}
_CONCERNED: dict[str, Callable[[set[int]], dict[int, dict[str, Any]]]] = {}
_FOLLOWED: dict[str, Follower] = {}
# Kind of event → the topic whose messages about the same thing ask for nothing any more.
SETTLED: dict[str, str] = {}
for _config, _module in modules_named("notices"):
    _READERS |= _module.NOTICES
    _WEBHOOKS |= getattr(_module, "WEBHOOKS", {})
    _CONCERNED |= getattr(_module, "CONCERNED", {})
    _FOLLOWED |= getattr(_module, "FOLLOWED", {})
    SETTLED |= getattr(_module, "SETTLED", {})
HEARD_KINDS = sorted({*_READERS, *_WEBHOOKS})
# What merchants may subscribe to; "ping" is only ever sent on request.
WEBHOOK_TYPES = tuple(dict.fromkeys(webhook.type for webhook in _WEBHOOKS.values()))


def notices_of(events: Sequence[Event]) -> list[Notice]:
    """What people are notified of, in order; an event of which nobody is notified is left out."""
    mine: dict[Reader, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind in _READERS:
            mine[_READERS[event.kind]].append(event)
    found = [notice for read, some in mine.items() for notice in read(some)]
    _add_concerned(found)
    return sorted(found, key=lambda notice: notice.event.pk if notice.event else 0)


def _add_concerned(notices: Sequence[Notice]) -> None:
    """Whose matter it is, where the app that sends the notice is on a lower floor than the app that knows."""
    unknown: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.event is not None and notice.case is None and notice.customer is None:
            unknown[notice.event.subject_type].append(notice)
    for subject_type, some in unknown.items():
        if subject_type in _CONCERNED:
            known = _CONCERNED[subject_type]({int(notice.event.subject_id) for notice in some})
            for notice in some:
                for name, row in known.get(int(notice.event.subject_id), {}).items():
                    setattr(notice, name, row)


def payloads_of(events: Sequence[Event]) -> dict[int, tuple[str, int, dict[str, Any]]]:
    """Event's number → (its name in webhooks, customer's number, its data): numbers,
    statuses and times, no personal data."""
    mine: dict[Payloads, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind in _WEBHOOKS:
            mine[_WEBHOOKS[event.kind].payloads].append(event)
    kinds = {event.pk: event.kind for event in events}
    return {
        pk: (_WEBHOOKS[kinds[pk]].type, customer, payload)
        for read, some in mine.items()
        for pk, (customer, payload) in read(some).items()
    }


def is_for_merchants(event: Event) -> bool:
    return event.kind in _WEBHOOKS


def follow(events: Sequence[Event]) -> None:
    """Hand to each app what became of its messages (events of kind ``delivery.moved``)."""
    theirs: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        theirs[event.data["topic"]].append(event)
    for topic, some in theirs.items():
        if topic in _FOLLOWED:
            _FOLLOWED[topic](some)
