"""Name and password, with guesses counted where parallel requests cannot outrun the count."""

import hashlib
from datetime import datetime, timedelta

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


def check_password(
    *, request: HttpRequest, username: str, password: str, address: str, at: datetime | None = None
) -> User | None:
    """The user, or None for a wrong name or password.

    Raises RuleBroken("account_busy") when an account is being guessed at from many addresses:
    then it opens only from where it was opened before, so that an attacker can neither go on nor
    lock its owner out. Raises RuleBroken("address_busy") for one address trying many accounts.
    """
    at = at or timezone.now()
    with transaction.atomic():
        _take_turn(username)
        since = at - WINDOW
        if queries.address_failures(address, since=since) >= ADDRESS_LIMIT:
            raise _busy(
                _("Too many failed sign-ins from your network. Try again in %(minutes)s minutes."),
                "address_busy",
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


def _busy(message: object, code: str) -> RuleBroken:
    minutes = int(WINDOW.total_seconds() // 60)
    return RuleBroken(str(message) % {"minutes": minutes}, code=code, rule="STF-3")


def _take_turn(username: str) -> None:
    """One attempt per account at a time: each sees the failures of all before it."""
    digest = hashlib.sha256(f"sign-in:{username}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)]
        )
