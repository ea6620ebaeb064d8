"""Approvals as arithmetic: canonical content, whose turn it is, who may decide. Pure."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken

# How long ago the second factor may have been proved where money is approved.
JUST_NOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seat:
    """One place of a round: a role or a department, that is the roles that make it up."""

    code: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Round:
    """Who decides at the same time. ``quorum`` of the seats are enough; 0: all of them."""

    seats: tuple[Seat, ...]
    quorum: int = 0

    @classmethod
    def of(cls, seats: Mapping[str, Collection[str]], *, quorum: int = 0) -> "Round":
        """From the roles that each seat is made up of."""
        made = [Seat(str(code), frozenset(map(str, roles))) for code, roles in seats.items()]
        return cls(tuple(made), quorum)

    @property
    def needs(self) -> int:
        return self.quorum or len(self.seats)


@dataclass(frozen=True, slots=True)
class Given:
    """An approval that counts: in which round, for which seat, by which person."""

    round: int
    seat: str
    person: str


def canonical(content: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no blanks: the same content is the same text. Values are plain:
    text, whole numbers, yes or no, None, lists and tables of these. Decimals and days go in as text.

    Raises TypeError for a float, which has no one way of being written, and for anything else."""
    _check_plain(content)
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _check_plain(value: Any) -> None:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of what is approved are text")
        for one in value.values():
            _check_plain(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _check_plain(one)
    elif value is not None and not isinstance(value, str | bool | int):
        raise TypeError(f"what is approved holds no {type(value).__name__}; write it as text")


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rounds_to_json(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Raises ValueError for rounds that could never end or end at once."""
    for one in rounds:
        codes = [seat.code for seat in one.seats]
        if not 0 < one.needs <= len(one.seats) or len(set(codes)) != len(codes):
            raise ValueError("a round has seats, each once, and a quorum among them")
    if not rounds:
        raise ValueError("an approval has a round")
    return [
        {
            "quorum": one.needs,
            "seats": [{"code": seat.code, "roles": sorted(seat.roles)} for seat in one.seats],
        }
        for one in rounds
    ]


def rounds_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Round, ...]:
    return tuple(
        Round(
            tuple(Seat(seat["code"], frozenset(seat["roles"])) for seat in one["seats"]),
            one["quorum"],
        )
        for one in stored
    )


def current_round(rounds: Sequence[Round], given: Collection[Given]) -> int | None:
    """The number of the first round (from 1) without its quorum; None: all have it."""
    for number, one in enumerate(rounds, start=1):
        if len({g.person for g in given if g.round == number}) < one.needs:
            return number
    return None


def free_seats(rounds: Sequence[Round], given: Collection[Given], number: int) -> list[Seat]:
    taken = {g.seat for g in given if g.round == number}
    return [seat for seat in rounds[number - 1].seats if seat.code not in taken]


def seat_for(
    rounds: Sequence[Round],
    given: Collection[Given],
    *,
    person: str,
    roles: Collection[str],
    makers: Collection[str],
    words: Any = str,
) -> tuple[int, Seat]:
    """The round and seat that this person decides for now. Raises RuleBroken when it is not their
    turn or place. Of several free seats they take the first that their roles fit."""
    number = current_round(rounds, given)
    if number is None:
        raise RuleBroken(_("All approvals are there already."), code="all_approved")
    free = free_seats(rounds, given, number)
    named = {"who": " / ".join(str(words(seat.code)) for seat in free)}
    if not person:
        raise RuleBroken(
            _("Your staff number is not on file. Ask IT to enter it: approvals count persons."),
            code="no_staff_number",
        )
    if person in makers:
        raise RuleBroken(
            _("Whoever made this cannot approve it. Ask somebody else: %(who)s.") % named,
            code="maker_approves",
        )
    fitting = [seat for seat in free if seat.roles & frozenset(roles)]
    if not fitting:
        raise RuleBroken(
            _("The next to decide: %(who)s. You do not hold that role.") % named,
            code="not_your_turn",
        )
    if any(g.person == person for g in given):
        raise RuleBroken(
            _("You have approved this already; somebody else must be next: %(who)s.") % named,
            code="approved_twice",
        )
    return number, fitting[0]


def check_second_factor(
    confirmed_at: datetime | None, *, within: timedelta | None, at: datetime
) -> None:
    """``within``: how long before ``at`` it may have been checked; None: it is not asked for."""
    if within is None:
        return
    if confirmed_at is None or not timedelta(0) <= at - confirmed_at <= within:
        raise BadInput(
            _("Enter a code of your second factor: this approval needs one given just now."),
            code="second_factor_missing",
            field="code",
        )
