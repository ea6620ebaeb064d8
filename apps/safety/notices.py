"""Tampering and unusual access, for the safety officer and for whoever runs the system (COD-6)."""

from collections.abc import Sequence

from django.utils.translation import override

from apps.core.notice_types import Notice, subject_link
from apps.events.models import Event
from apps.safety.enums import AlertKind, Tampering

# The verify page tells the officer itself, in words of its own.
TOLD_ELSEWHERE = frozenset({AlertKind.NOT_OURS})


def _tampered(events: Sequence[Event]) -> list[Notice]:
    return [
        _notice(
            "staff.record_tampered",
            event,
            {
                "table": event.data["table"],
                "what": _in_both(Tampering(event.data["tampering"]).label),
                "count": event.data["count"],
                "detail": event.data["rows"] or event.data["seals"],
            },
        )
        for event in events
    ]


def _alerted(events: Sequence[Event]) -> list[Notice]:
    return [
        _notice(
            "staff.security_alert",
            event,
            {"person": event.data["person"], "what": _in_both(AlertKind(event.data["rule"]).label)},
        )
        for event in events
        if event.data["rule"] not in TOLD_ELSEWHERE
    ]


def _in_both(label: object) -> str:
    """A message is worded in its reader's language; what was found is said in both."""
    words = []
    for language in ("zh-hans", "en"):
        with override(language):
            words.append(str(label))
    return " / ".join(dict.fromkeys(words))


def _notice(topic: str, event: Event, data: dict[str, object]) -> Notice:
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        data={"when": event.at, **data},
        link=subject_link(event),
        at_once=True,
    )


NOTICES = {"sealfinding.found": _tampered, "securityalert.raised": _alerted}
