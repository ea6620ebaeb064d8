"""What is asked and answered when payments are matched."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ZERO = Decimal(0)


class Why(TextChoices):
    """The reason of a match, the strongest first."""

    CODE = "code", _("payment code or virtual sub-account")
    NUMBER = "number", _("our number in the text")
    TOKENS = "tokens", _("parts of the reference in the text")
    ACCOUNT = "account", _("payer's account number and the exact amount")
    ALIAS = "alias", _("confirmed alias and the exact amount")
    PAYER = "payer", _("known payer and the exact amount")
    SUM = "sum", _("known payer, items that add up exactly")
    TOLERANCE = "tolerance", _("known payer, within the tolerance")
    OLDEST = "oldest", _("known payer, oldest items first")
    NAME = "name", _("payer's name and the exact amount")
    NONE = "none", _("nothing fits")


@dataclass(frozen=True, slots=True)
class Payment:
    """A bank line. ``amount`` above zero came in. ``payer`` where it is known for certain (the owner
    of a virtual sub-account); ``account`` is the payer's number, or its blind index everywhere."""

    amount: Decimal
    text: str = ""
    ref: str = ""
    note: str = ""
    payer: Hashable | None = None
    name: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Something open: ``amount`` is what is left of it, with the sign of the payment that settles it
    (credit notes below zero). ``number`` is ours; ``refs`` are others by which it may be named
    (invoice, waybill, payment reference); ``code`` is its payment code; ``accounts`` the payer's
    known account numbers; ``since`` makes it older or younger."""

    id: Any
    amount: Decimal
    payer: Hashable | None = None
    payer_name: str = ""
    number: str = ""
    refs: tuple[str, ...] = ()
    code: str = ""
    accounts: frozenset[str] = frozenset()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Somebody who may have paid."""

    id: Hashable
    name: str
    accounts: frozenset[str] = frozenset()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Aliases:
    """What a person confirmed: account number or normalised name → payer."""

    accounts: Mapping[str, Hashable] = field(default_factory=dict)
    names: Mapping[str, Hashable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """``tolerance_percent`` of the item and ``tolerance_amount`` are both inclusive; the greater holds.
    ``may_part``: a known payer's payment that fits nothing exactly settles the oldest items.
    ``reads`` are the fields of the payment in which numbers are looked for. ``most`` items make a sum."""

    tolerance_percent: Decimal = ZERO
    tolerance_amount: Decimal = ZERO
    may_part: bool = False
    reads: tuple[str, ...] = ("text", "ref", "note")
    most: int = 12

    def within(self, owed: Decimal, paid: Decimal) -> bool:
        allowed = max(abs(owed) * self.tolerance_percent / 100, self.tolerance_amount)
        return abs(owed - paid) <= allowed


@dataclass(frozen=True, slots=True)
class Match:
    """``items`` oldest first. ``is_certain``: it may be posted without a person. ``write_off`` is a
    small difference within the policy (above zero: paid too little); ``rest`` stays open of the items,
    ``over`` of the payment."""

    items: tuple[Any, ...]
    why: Why
    is_certain: bool = True
    write_off: Decimal = ZERO
    rest: Decimal = ZERO
    over: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Tie:
    """Several fit equally well: a person chooses among ``candidates``."""

    candidates: tuple[Any, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing fits. ``near`` only orders what a person sees."""

    near: tuple[Any, ...] = ()
    why: Why = Why.NONE
