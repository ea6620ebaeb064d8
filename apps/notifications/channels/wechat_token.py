"""The access token: fetched by one process at a time, kept for all in the database.

Fetching invalidates or costs quota at the provider, so whoever takes the lease fetches, with no
transaction open, and the others wait for what it finds.
"""

import json
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from apps.notifications import http
from apps.notifications.models import ProviderState

LEASE = timedelta(seconds=15)
EARLY = 300  # seconds before its end that a token is renewed
WAIT = 12.0


class NoToken(Exception):
    """The provider gives none just now; the text is a code."""


def current(channel: str) -> str:
    """A token that is good for some minutes. Raises NoToken."""
    end = time.monotonic() + WAIT
    while True:
        token = _kept(channel)
        if token:
            return token
        if _take_lease(channel):
            return _fetch(channel)
        if time.monotonic() > end:
            raise NoToken("token_busy")
        time.sleep(0.05)


def drop(channel: str, token: str) -> None:
    """Forget ``token``, unless someone has fetched another one meanwhile."""
    state = ProviderState.objects.filter(pk=channel).first()
    if state is not None and state.access_token == token:
        ProviderState.objects.filter(pk=channel, token_expires=state.token_expires).update(
            access_token="", token_expires=None
        )


def _kept(channel: str) -> str:
    state = (
        ProviderState.objects.filter(pk=channel, token_expires__gt=Now())
        .only("access_token")
        .first()
    )
    return state.access_token if state else ""


def _take_lease(channel: str) -> bool:
    ProviderState.objects.bulk_create([ProviderState(channel=channel)], ignore_conflicts=True)
    free = Q(token_lease__isnull=True) | Q(token_lease__lt=Now())
    gone = Q(token_expires__isnull=True) | Q(token_expires__lte=Now())
    return bool(
        ProviderState.objects.filter(free, gone, pk=channel).update(token_lease=Now() + LEASE)
    )


def _fetch(channel: str) -> str:
    try:
        token, seconds = _ask()
    except NoToken:
        ProviderState.objects.filter(pk=channel).update(token_lease=None)
        raise
    # Short-lived tokens (tests, trouble) keep half their life instead of the usual margin.
    good_for = seconds - EARLY if seconds > 2 * EARLY else seconds // 2
    ProviderState.objects.filter(pk=channel).update(
        access_token=token,
        token_expires=Now() + timedelta(seconds=good_for),
        token_lease=None,
    )
    return token


def _ask() -> tuple[str, int]:
    base = str(getattr(settings, "WECHAT_URL", "https://api.weixin.qq.com")).rstrip("/")
    body = {
        "grant_type": "client_credential",
        "appid": getattr(settings, "WECHAT_APP_ID", ""),
        "secret": getattr(settings, "WECHAT_APP_SECRET", ""),
    }
    try:
        answer = http.request(
            "POST",
            f"{base}/cgi-bin/stable_token",
            body=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            rules=http.Rules(timeout=8.0, check_address=False),
        )
        given = json.loads(answer.body)
        return str(given["access_token"]), int(given["expires_in"])
    except (http.NotSent, http.PerhapsSent) as error:
        raise NoToken(str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoToken("token_refused") from error
