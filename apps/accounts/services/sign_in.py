"""Name and password, with guesses counted where parallel requests cannot outrun the count."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts import queries
from apps.accounts.models import User
from apps.core.errors import RuleBroken

# Over all addresses together; the limit of one address and account is AXES_FAILURE_LIMIT.
ACCOUNT_LIMIT = 30
ADDRESS_LIMIT = 100
WINDOW = timedelta(minutes=15)
# And of one address for all names within a minute, so that guessing does not keep the system busy.
MINUTE, MINUTE_LIMIT = timedelta(minutes=1), 20
# A namespace of advisory locks; the second half of each is a place at the door.
_PLACES = 0x51611
AGAIN_SECONDS = 3


class TooManySignIns(RuleBroken):
    """As many passwords are being checked as may be at a time; nothing was tried."""


def check_password(
    *, request: HttpRequest, username: str, password: str, address: str, at: datetime | None = None
) -> User | None:
    """The user, or None for a wrong name or password.

    Raises RuleBroken("account_busy") when an account is being guessed at from many addresses:
    then it opens only from where it was opened before, so that an attacker can neither go on nor
    lock its owner out. Raises RuleBroken("address_busy") for one address trying many accounts.
    Raises TooManySignIns rather than wait: checking a password is slow by purpose, for an unknown name as
    for a known one, and whoever waited would hold one of the processes that answer everybody.
    """
    at = at or timezone.now()
    with transaction.atomic():
        _take_place()
        _take_turn(username)
        since = at - WINDOW
        for length, most in ((WINDOW, ADDRESS_LIMIT), (MINUTE, MINUTE_LIMIT)):
            if queries.address_failures(address, since=at - length) >= most:
                raise _busy(
                    _(
                        "Too many failed sign-ins from your network. Try again in %(minutes)s minutes."
                    ),
                    "address_busy",
                    length,
                )
        if queries.account_failures(
            username, since=since
        ) >= ACCOUNT_LIMIT and not queries.is_known_address(username, address):
            raise _busy(
                _(
                    "Many wrong passwords were tried for this account. Sign in from where you "
                    "usually do, try again in %(minutes)s minutes, or ask your IT administrator."
                ),
                "account_busy",
            )
        found = authenticate(request, username=username, password=password)
    return found if isinstance(found, User) else None


def _busy(message: object, code: str, wait: timedelta = WINDOW) -> RuleBroken:
    minutes = int(wait.total_seconds() // 60)
    return RuleBroken(str(message) % {"minutes": minutes}, code=code, rule="STF-3")


def _take_place() -> None:
    """One of the company's few places where a password is checked, until the transaction ends. They
    are locks of the database, so that they hold for all processes and are freed with any of them."""
    with connection.cursor() as cursor:
        for place in range(settings.SIGN_INS_AT_ONCE):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_PLACES, place])
            if cursor.fetchone()[0]:
                return
    raise TooManySignIns(
        _("Many people are signing in just now. Nothing was tried; send it again in a moment."),
        code="door_busy",
        rule="STF-3",
    )


def _take_turn(username: str) -> None:
    """One attempt per account at a time: each sees the failures of all before it."""
    digest = hashlib.sha256(f"sign-in:{username}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)]
        )
