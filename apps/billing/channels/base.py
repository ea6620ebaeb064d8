"""What a tax channel is: one class that has invoices issued and red forms entered at the tax bureau, and
says honestly what became of each (docs/adr/0033).

Its methods run with no transaction open, come back within ``lease``, and never raise for what the other
side does. ``begin`` is called when the connection stands and before a byte of the request leaves; what it
raises goes through, and then nothing has left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from apps.billing.enums import EnteredBy, InvoiceKind, RedFormAction, RedReason, TaxEffect

Begin = Callable[[], None]


def nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Yuan with two places; ``gross`` is ``net`` + ``tax``. ``item_code`` is the 税收分类编码, 19 digits."""

    name: str
    item_code: str
    rate_ppm: int
    gross: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """An invoice to be issued. ``number`` is ours, at most 20 characters, and issues one at most."""

    number: str
    kind: InvoiceKind
    title: str
    tax_number: str
    lines: Sequence[OrderLine]

    @property
    def gross(self) -> Decimal:
        return sum((line.gross for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order. DONE has ``number`` (20 digits) and ``issued_on`` (a day of China)."""

    effect: TaxEffect
    code: str = ""
    words: str = ""
    ref: str = ""
    number: str = ""
    issued_on: date | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RedPart:
    """What is taken back of the ``nth`` line of the invoice, counted from 1; amounts above zero."""

    nth: int
    line: OrderLine


@dataclass(frozen=True, slots=True)
class RedOrder:
    """A red form. ``parts`` empty: the whole invoice. ``uuid`` is the bureau's, where it is known."""

    number: str
    invoice_number: str
    kind: InvoiceKind
    title: str
    tax_number: str
    reason: RedReason
    entered_by: EnteredBy
    parts: Sequence[RedPart] = ()
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class RedOutcome:
    """What became of a red form. DONE: the provider shows it, with the bureau's code (01 … 16), what it
    takes back (above zero, as far as it says so) and, once there is one, the red invoice."""

    effect: TaxEffect
    code: str = ""
    words: str = ""
    bureau_state: str = ""
    number: str = ""
    uuid: str = ""
    ref: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    red_number: str = ""
    red_issued_on: date | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FoundForm:
    """A red form that a payer entered and that waits for us. ``entered_at`` is aware."""

    number: str
    order: str
    uuid: str
    bureau_state: str
    invoice_number: str
    reason: RedReason
    net: Decimal
    tax: Decimal
    entered_at: datetime
    # The parts by the line's place; empty: the whole invoice.
    parts: tuple[tuple[int, Decimal, Decimal], ...] = ()


class TaxChannel:
    """Subclass, fill in, and let ``tax_channel`` choose it."""

    name = ""
    # Longer than all time-outs of one piece of work together.
    lease = timedelta(seconds=120)
    # The provider has no record: sooner than this it may merely not have it yet.
    settling = timedelta(minutes=2)

    def configured(self) -> bool:
        raise NotImplementedError

    def issue(self, order: Order, begin: Begin = nothing) -> Outcome:
        """Ask for an invoice. NOT_DONE only where nothing can have been taken."""
        raise NotImplementedError

    def ask(self, order: Order) -> Outcome:
        """What became of an order: PENDING, DONE, REFUSED, NOT_THERE, UNCLEAR."""
        raise NotImplementedError

    def tell(self, form: RedOrder, action: RedFormAction, begin: Begin = nothing) -> RedOutcome:
        """Enter a red form, or confirm, refuse or withdraw one that is there."""
        raise NotImplementedError

    def ask_form(self, form: RedOrder) -> RedOutcome:
        """Where a red form stands: DONE with what the bureau says, NOT_THERE, UNCLEAR."""
        raise NotImplementedError

    def waiting_forms(self) -> Sequence[FoundForm]:
        """Red forms that payers entered and that wait for us; none where it cannot be told now."""
        raise NotImplementedError
