"""What a channel is: one class that sends one message, and says honestly what became of it.

``send`` runs with no transaction open, on a thread of its channel alone, and must come back
within ``lease``. It never raises for what the other side does; whatever it raises all the same
counts as “perhaps sent”.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import Promise

from apps.core.opaque import Id, hide, unhide
from apps.notifications.enums import Effect

if TYPE_CHECKING:
    from apps.notifications.models import Delivery
    from apps.notifications.queries.persons import Person


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Message:
    """One message, ready to go: words filled in, personal data masked as the channel must."""

    delivery_id: int
    topic: str
    recipient: str
    address: str
    language: str
    subject: str
    text: str
    key: str  # 32 hex digits, the same for every attempt
    number: int  # of the attempt, from 1
    at: datetime
    link: str = ""
    unsubscribe: str = ""
    urgent: bool = False
    provider_code: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    extra: Any = None  # what ``prepare`` returned
    # Called just before the first byte that could make the provider send it: see ``begins_itself``.
    begin: Callable[[], None] = field(default=_nothing, compare=False, repr=False)

    @property
    def reference(self) -> str:
        """Our number for the provider, which receipts and queries give back."""
        return reference_of(self.delivery_id)


@dataclass(frozen=True)
class Question:
    """What is known of a message whose fate is unclear."""

    delivery_id: int
    address: str
    provider_ref: str
    key: str
    first_attempt: datetime
    last_attempt: datetime

    @property
    def reference(self) -> str:
        return reference_of(self.delivery_id)


@dataclass(frozen=True)
class Outcome:
    effect: Effect
    code: str = ""
    ref: str = ""
    # Goes into the history as it is: no address, no name, no code.
    answer: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    # Seconds that the whole provider is left alone.
    pause: float | None = None
    # The provider itself is in trouble (as opposed to this one message).
    trouble: bool = False


def reference_of(delivery_id: int) -> str:
    return hide(Id.DELIVERY, delivery_id)


def delivery_of(reference: str) -> int | None:
    """The message that a receipt is about. Receipts of messages sent before references were
    hidden name the row itself."""
    digits = reference.removeprefix("yp")
    if reference.startswith("yp") and digits.isdecimal() and len(digits) < 19:
        return int(digits)
    return unhide(Id.DELIVERY, reference)


def within(per_second: float) -> tuple[float, float]:
    """The pace that keeps a provider's limit within *any* second: what goes at once after a rest
    is followed by as much less."""
    burst = max(1.0, per_second / 10)
    return per_second - (burst - 1.0), burst


class Channel:
    """Subclass, fill in, and name it in ``channels/__init__.py``: docs/changing.md says the rest."""

    name: str = ""
    label: Promise | str = ""
    # The provider drops a second message with the same key, for this long (None: for ever).
    idempotent: bool = False
    idempotent_for: timedelta | None = None
    # Receipts come, so silence means something and the next channel may take over.
    confirms: bool = False
    # ``query`` can be asked about an unclear message.
    can_ask: bool = False
    concurrency: int = 2
    # Settings without which the channel is passed over when messages are queued.
    needs: Sequence[str] = ()
    # At most one message under way per recipient, so that one slow recipient holds up only itself.
    one_per_recipient: bool = False
    # Seconds between attempts; after the last one the message has failed.
    waits: Sequence[int] = (60, 300, 900)
    lease: timedelta = timedelta(seconds=60)
    # An unclear message goes to a person after this long.
    patience: timedelta = timedelta(hours=1)
    # The provider has no record: sooner than this it may merely not have it yet.
    settling: timedelta = timedelta(minutes=2)
    # (seconds, messages) per address and kind of message.
    address_limits: Sequence[tuple[int, int]] = ()
    # ``send`` calls ``message.begin()`` itself, as late as it can: a process killed before then has
    # sent nothing. Otherwise that is written down before ``send`` is called. What ``begin`` raises
    # goes through: the message must not leave.
    begins_itself: bool = False
    # Kinds of personal data that may be shown in full.
    shows: frozenset[str] = frozenset()
    # Failures of the provider pause the channel.
    breaks: bool = True
    # How the provider writes a variable in words that it approved itself and fills in by name;
    # None: our own words are sent as they are.
    placeholder: re.Pattern[str] | None = None

    def pace(self) -> tuple[float, float]:
        """Messages per second, and how many may go at once after a rest."""
        return 50.0, 50.0

    def address_of(self, person: "Person") -> str | None:
        """Where this channel reaches a person who may be notified by any; None if it does not."""
        return person.addresses.get(str(self.name))

    def configured(self) -> bool:
        """Whether its settings are there."""
        return all(getattr(settings, name, "") for name in self.needs)

    def address_key(self, topic: str, address_index: str) -> str:
        """What ``address_limits`` count by."""
        return f"{self.name}:{address_index}"

    def limits_for(self, topic: str) -> Sequence[tuple[int, int]]:
        return self.address_limits

    def prepare(self, delivery: "Delivery") -> Any:
        """Read what ``send`` needs from the database; becomes ``message.extra``."""
        return None

    def send(self, message: Message) -> Outcome:
        raise NotImplementedError

    def request_of(self, message: Message) -> dict[str, Any]:
        """What the provider is given for a message, without keys and signatures. ``send`` sends
        this very thing and the back office shows it."""
        return {}

    def as_read(self, provider_text: str, message: Message) -> str:
        """What the person reads once the provider has filled in the words it approved."""
        given = self.parameters_of(message)
        pattern = self.placeholder
        if pattern is None:
            return message.text
        return pattern.sub(lambda found: given.get(found[1], found[0]), provider_text)

    def parameters_of(self, message: Message) -> dict[str, str]:
        """The provider's parameters by name."""
        return dict(message.fields)

    def query(self, question: Question) -> Outcome:
        """What became of an unclear message: ACCEPTED, DELIVERED, READ, FAILED, PENDING (ask
        again) or UNKNOWN (the provider never had it)."""
        return Outcome(Effect.PENDING, "cannot_ask")

    def settle(self, delivery: "Delivery", outcome: Outcome) -> None:
        """Write what the message leaves behind, in the transaction that records its outcome."""

    def is_safe_to_repeat(self, first_attempt: datetime | None, at: datetime) -> bool:
        if not self.idempotent:
            return False
        if self.idempotent_for is None or first_attempt is None:
            return True
        return at - first_attempt < self.idempotent_for
