"""One thing to tell about: what the readers of events make, and the policies are applied to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.events.models import Event
from apps.tracking.models import Waybill


@dataclass
class Notice:
    """One thing to tell about. ``at`` is when it happened, not when we heard of it."""

    topic: str
    cause: str
    at: datetime
    event: Event | None = None
    waybill: Waybill | None = None
    customer: Customer | None = None
    case: Case | None = None
    owner_id: int | None = None  # the person it belongs to, if not the customer's agent
    unit_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    link: str = ""
    # ("sms", "+86…", "zh-hans") for the audience “one addressee”.
    addressee: tuple[str, str, str] | None = None
    # For the audience “named people”: their user numbers, and by which channels instead of the
    # policy's.
    people: Sequence[int] = ()
    channels: Sequence[str] = ()
    # The channel that the person themselves used, before the others that fit.
    prefers: str = ""
    # They have just written to us and wait for this: quiet hours do not hold it.
    at_once: bool = False
    # Not sent before this moment; and gathered with others into one, because it comes late.
    not_before: datetime | None = None
    gather: bool = False
