"""A provider's access token: fetched by one process at a time, stored for all in the database.

Fetching invalidates the last one or costs quota at the provider, so whoever takes the lease fetches,
with no transaction open, and the others wait for what it finds.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from apps.core.models import TokenHolder

LEASE = timedelta(seconds=15)
EARLY = 300  # seconds before its end that a token is renewed
WAIT = 12.0

Fetch = Callable[[], tuple[str, int]]


class NoToken(Exception):
    """The provider gives none just now; the text is a code."""


def current(rows: type[TokenHolder], key: str, fetch: Fetch) -> str:
    """A token of the holder ``key`` that is good for some minutes; ``fetch`` gets a new one and says how
    many seconds it lives, or raises NoToken. Raises NoToken."""
    end = time.monotonic() + WAIT
    while True:
        token = _stored_token(rows, key)
        if token:
            return token
        if _take_lease(rows, key):
            return _fetch_and_store(rows, key, fetch)
        if time.monotonic() > end:
            raise NoToken("token_busy")
        time.sleep(0.05)


def drop(rows: type[TokenHolder], key: str, token: str) -> None:
    """Discard ``token``, unless someone has fetched another one meanwhile."""
    state = rows._default_manager.filter(pk=key).first()
    if state is not None and state.access_token == token:
        rows._default_manager.filter(pk=key, token_expires=state.token_expires).update(
            access_token="", token_expires=None
        )


def _stored_token(rows: type[TokenHolder], key: str) -> str:
    live = rows._default_manager.filter(pk=key, token_expires__gt=Now())
    state = live.only("access_token").first()
    return state.access_token if state else ""


def _take_lease(rows: type[TokenHolder], key: str) -> bool:
    row = rows()
    row.pk = key
    rows._default_manager.bulk_create([row], ignore_conflicts=True)
    free = Q(token_lease__isnull=True) | Q(token_lease__lt=Now())
    gone = Q(token_expires__isnull=True) | Q(token_expires__lte=Now())
    taken = rows._default_manager.filter(free, gone, pk=key).update(token_lease=Now() + LEASE)
    return bool(taken)


def _fetch_and_store(rows: type[TokenHolder], key: str, fetch: Fetch) -> str:
    try:
        token, seconds = fetch()
    except NoToken:
        rows._default_manager.filter(pk=key).update(token_lease=None)
        raise
    # Short-lived tokens (tests, trouble) keep half their life instead of the usual margin.
    good_for = seconds - EARLY if seconds > 2 * EARLY else seconds // 2
    rows._default_manager.filter(pk=key).update(
        access_token=token,
        token_expires=Now() + timedelta(seconds=good_for),
        token_lease=None,
    )
    return token
