"""What somebody preference: whether a message is wanted (one rule when it is queued and once more when it is
sent), and their quiet hours. Instants are aware, hours are local.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.notifications.enums import Audience
from apps.notifications.models import Delivery, Preference

# Whoever brought a case is answered, even if they want no other messages from us.
ANSWERS = frozenset({"case.received", "case.reply", "case.solved"})
# One of these asked for this very message, or is no person.
_ASKED_FOR_IT = frozenset({Audience.ADDRESSEE, Audience.ENDPOINT})


def keys_of(recipient: str, customer_id: int | None) -> list[str]:
    """Whose preferences count for a recipient, in this order: their own, then those of the customer
    whose contact they are."""
    if recipient.startswith("contact:") and customer_id:
        return [recipient, f"customer:{customer_id}"]
    return [recipient]


def preference_of(
    recipient: str, customer_id: int | None, known: Mapping[str, Preference]
) -> Preference | None:
    """The first that there are; ``known`` by recipient."""
    return next((known[k] for k in keys_of(recipient, customer_id) if k in known), None)


def is_unwanted(preference: Preference | None, *, topic: str, audience: str, urgent: bool) -> bool:
    if preference is None or urgent or audience in _ASKED_FOR_IT:
        return False
    if topic in ANSWERS:
        return topic in preference.muted_topics
    return preference.opted_out or topic in preference.muted_topics


def is_unwanted_by_now(delivery: Delivery) -> bool:
    """By the preferences of this moment. A digest goes while anything in it is wanted."""
    keys = keys_of(delivery.recipient, delivery.customer_id)
    known = {p.recipient: p for p in Preference.objects.filter(recipient__in=keys)}
    preference = preference_of(delivery.recipient, delivery.customer_id, known)
    if preference is None:
        return False
    topics = {delivery.topic}
    if delivery.is_digest:
        topics = set(delivery.carries.values_list("topic", flat=True)) or topics
    return all(
        is_unwanted(preference, topic=topic, audience=delivery.audience, urgent=delivery.urgent)
        for topic in topics
    )


def quiet_end(
    at: datetime, start: time | None, end: time | None, zone: ZoneInfo
) -> datetime | None:
    """When the quiet hours around ``at`` end, or None if it is not quiet then.

    Half open: ``start`` is quiet, ``end`` is not. Equal hours mean never. Where a clock change
    makes ``end`` happen twice, the first one counts.
    """
    if start is None or end is None or start == end:
        return None
    here = at.astimezone(zone)
    now = here.time()
    if start < end:
        quiet, tomorrow = start <= now < end, False
    else:
        quiet, tomorrow = now >= start or now < end, now >= start
    if not quiet:
        return None
    day = here.date() + timedelta(days=1 if tomorrow else 0)
    until = datetime.combine(day, end, tzinfo=zone)
    return max(until, at)
