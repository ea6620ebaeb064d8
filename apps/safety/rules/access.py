"""When access to account data is unusual. Pure: what is known about a person comes in, alerts come out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from apps.safety.enums import AlertKind

# Events that show a number in clear.
REVEALS = ("bankaccount.revealed", "payee.revealed")
# One such event is reason enough, whoever it is by.
BY_ITSELF = {
    "user.second_factor_refused": AlertKind.WRONG_CODES,
    "accountchange.attempt_refused": AlertKind.ATTEMPT_REFUSED,
    "payee.attempt_refused": AlertKind.ATTEMPT_REFUSED,
    "payout.attempt_refused": AlertKind.ATTEMPT_REFUSED,
    "account_notice.not_ours": AlertKind.NOT_OURS,
}
# An account's page was opened, which shows no number in clear: unusual only where it is many accounts.
VIEWS = {"bankaccount.viewed": AlertKind.MANY_PAGES, "payee.viewed": AlertKind.MANY_PAGES}
# Roles that may move money, or say where it goes.
MONEY_ROLES = frozenset({"finance", "cashier", "settlement_clerk", "safety_officer", "deputy_general_manager",
                         "general_manager"})  # fmt: skip


@dataclass(frozen=True)
class AccountAccess:
    """One event: a number shown in clear, an account's page that was opened, or what a rule is about by itself."""

    event: int
    kind: AlertKind | None  # None: a number shown in clear
    person: int
    at: datetime
    subject: str


@dataclass(frozen=True)
class Known:
    """``new_since``: since when the person has their newest role. ``shifts`` of the roster; None: the
    person is on no roster, and is asked about none."""

    new_since: datetime | None = None
    shifts: Sequence[tuple[datetime, datetime]] | None = None


@dataclass(frozen=True)
class Limit:
    """A rule's numbers."""

    most: int
    within: timedelta
    from_hour: int = 0
    to_hour: int = 0


@dataclass(frozen=True)
class Unusual:
    """What is told: up to and with which event, how many since when."""

    kind: AlertKind
    person: int
    event: int
    count: int
    since: datetime
    last_at: datetime


def unusual(
    happened: Sequence[AccountAccess],
    fresh: Collection[int],
    limits: Mapping[AlertKind, Limit],
    known: Mapping[int, Known],
) -> Iterator[Unusual]:
    """What the rules say of the ``fresh`` events among what happened, in the order of time. The others are
    there to be counted: those of the longest time that a rule looks back."""
    for one in sorted(happened, key=lambda h: (h.at, h.event)):
        if one.event not in fresh:
            continue
        about = known.get(one.person, Known())
        for kind, limit in limits.items():
            counted = _counted(kind, limit, one, happened, about)
            if len(counted) > limit.most and _values(kind, counted) > limit.most:
                count, since = _values(kind, counted), min(h.at for h in counted)
                yield Unusual(kind, one.person, one.event, count, since, one.at)


def _values(kind: AlertKind, counted: Sequence[AccountAccess]) -> int:
    """How many there are of what the rule counts."""
    if kind in (AlertKind.MANY_ACCOUNTS, AlertKind.MANY_PAGES):
        return len({one.subject for one in counted})
    return len(counted)


def _counted(
    kind: AlertKind,
    limit: Limit,
    one: AccountAccess,
    happened: Sequence[AccountAccess],
    about: Known,
) -> list[AccountAccess]:
    """What counts with ``one``: nothing, where the rule is not about it."""
    if one.kind is not None:
        if one.kind != kind:
            return []
    elif not _is_odd(kind, limit, one, about):
        return []
    return [
        other
        for other in happened
        if (other.person, other.kind) == (one.person, one.kind)
        and one.at - limit.within < other.at <= one.at
        and (other.kind is not None or _is_odd(kind, limit, other, about))
    ]


def _is_odd(kind: AlertKind, limit: Limit, one: AccountAccess, about: Known) -> bool:
    """Whether a number shown in clear is what this rule counts."""
    if kind in (AlertKind.MANY_REVEALS, AlertKind.MANY_ACCOUNTS):
        return True
    if kind == AlertKind.AT_NIGHT:
        return is_between(timezone.localtime(one.at).hour, limit.from_hour, limit.to_hour)
    if kind == AlertKind.NEWCOMER:
        return about.new_since is not None and one.at < about.new_since + limit.within
    if kind == AlertKind.OFF_DUTY:
        return about.shifts is not None and not any(a <= one.at < b for a, b in about.shifts)
    return False


def is_between(hour: int, start: int, end: int) -> bool:
    """Whether an hour of Asia/Shanghai lies in a span that may go over midnight; the same hour twice is
    no span."""
    return start <= hour < end if start <= end else hour >= start or hour < end
