"""What the services of the ledger are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from apps.ledger.enums import AccountKind, PartyKind


@dataclass(frozen=True, slots=True)
class Party:
    """Whose balance it is: the number of the row, and what it is called in lists and the export."""

    kind: PartyKind
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Side:
    """An account by what it is; it is opened when it is first used."""

    kind: AccountKind
    party: Party | None = None
    # (kind, kind of party, its number): what it is found by; a month's end asks for it often.
    key: tuple[str, str, int | None] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        party = self.party
        of = ("", None) if party is None else (party.kind.value, party.id)
        object.__setattr__(self, "key", (self.kind.value, *of))


@dataclass(frozen=True, slots=True)
class NewPosting:
    """``amount`` in yuan, above zero, two places."""

    debit: Side
    credit: Side
    amount: Decimal
    waybill: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """``key`` makes it happen once; ``day`` is the day it counts for; ``text`` the 摘要; the subject
    is the row that it is about ("banking.bankline", "17")."""

    key: str
    kind: str
    day: date
    text: str
    postings: Sequence[NewPosting]
    subject_type: str
    subject_id: str
    reverses_id: int | None = None
