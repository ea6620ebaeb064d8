"""Sessions that the directory ends: at once by its logout tokens, and where it sends none by looking."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.directory import provider
from apps.accounts.directory.refusals import RULE, DirectoryRefusal, SessionGone
from apps.accounts.enums import SessionEnd
from apps.accounts.models import DirectoryIdentity, DirectoryLogout, User, UserSession
from apps.accounts.queries import system_user
from apps.accounts.services.directory import SYSTEM, follow_directory
from apps.accounts.services.sessions import end_session, end_user_sessions
from apps.core.database import refused_as
from apps.core.errors import RuleBroken

log = logging.getLogger(__name__)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# An older token is refused, so what was taken in need be remembered no longer than twice that.
GOOD_FOR = timedelta(days=1)
# Somebody who is just typing their second factor has no session yet.
SIGNING_IN = timedelta(minutes=15)
AT_ONCE = 20


def end_by_logout_token(*, text: str, at: datetime | None = None) -> int:
    """Sessions ended by a logout token (OpenID Connect Back-Channel Logout 1.0), which counts once.
    Raises DirectoryRefusal or RuleBroken."""
    at = at or timezone.now()
    claims = provider.logout_claims(text)  # may ask the directory for its keys: no transaction yet
    _check_is_logout(claims)
    sub, sid = str(claims.get("sub") or ""), str(claims.get("sid") or "")
    issuer = str(claims["iss"])
    with transaction.atomic():
        _take_once(issuer, str(claims["jti"]), at)
        if sid:
            ended = _end_directory_session(issuer, sub, sid, at)
        else:
            ended = sum(_end_all(one.user, at) for one in _identities(issuer, sub))
        if sub:
            quiet = _identities(issuer, sub)
            DirectoryIdentity.objects.filter(
                pk__in=[one.pk for one in quiet if not _open(one.user)]
            ).update(refresh_token="", next_at=None)
    return ended


def check_signed_in(*, at: datetime | None = None) -> int:
    """Ask the directory about those whose turn it is. Moved there, they are moved here; gone there,
    they are signed out here. While it does not answer nobody is thrown out."""
    at = at or timezone.now()
    taken = _claim(at)
    for identity in taken:
        try:
            _check(identity, at)
        except RuleBroken as refusal:
            log.warning("somebody of the directory could not be looked at: %s", refusal.code)
    return len(taken)


def purge_logouts(*, at: datetime) -> int:
    """Forget logout tokens that are too old to be sent again."""
    count, _by_model = DirectoryLogout.objects.filter(received_at__lt=at - 2 * GOOD_FOR).delete()
    return count


def _check_is_logout(claims: dict[str, Any]) -> None:
    """Section 2.6: what makes a token one of logout, and nothing else."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise DirectoryRefusal("incomplete", "events")
    if "nonce" in claims or not (claims.get("sub") or claims.get("sid")):
        raise DirectoryRefusal("incomplete", "nonce" if "nonce" in claims else "sub")
    if float(claims["iat"]) < time.time() - GOOD_FOR.total_seconds():
        raise DirectoryRefusal("expired", "iat")


def _take_once(issuer: str, token_id: str, at: datetime) -> None:
    with refused_as(
        RuleBroken(
            _("This logout of the directory was taken in already."), code="replayed", rule=RULE
        )
    ):
        DirectoryLogout.objects.create(issuer=issuer, token_id=token_id[:255], received_at=at)


def _identities(issuer: str, sub: str) -> list[DirectoryIdentity]:
    found = DirectoryIdentity.objects.filter(issuer=issuer, subject=sub, user__isnull=False)
    return list(found.select_related("user"))


def _end_directory_session(issuer: str, sub: str, sid: str, at: datetime) -> int:
    found = UserSession.objects.open().filter(
        directory_sid=sid[:200], user__identities__issuer=issuer
    )
    if sub:
        found = found.filter(user__identities__subject=sub)
    sessions = list(found.select_related("user").distinct())
    for session in sessions:
        end_session(session=session, by=system_user(SYSTEM), reason=SessionEnd.DIRECTORY, at=at)
    return len(sessions)


def _end_all(user: User | None, at: datetime) -> int:
    if user is None:
        return 0
    return end_user_sessions(user=user, by=system_user(SYSTEM), reason=SessionEnd.DIRECTORY, at=at)


def _open(user: User | None) -> bool:
    return UserSession.objects.open().filter(user=user).exists()


@transaction.atomic
def _claim(at: datetime) -> list[DirectoryIdentity]:
    """The next few, whose next turn comes later from now on: a process killed meanwhile loses nothing."""
    due = DirectoryIdentity.objects.select_for_update(skip_locked=True, of=("self",))
    taken = list(due.filter(next_at__lte=at).select_related("user").order_by("next_at")[:AT_ONCE])
    later = at + timedelta(seconds=settings.OIDC["check_seconds"])
    DirectoryIdentity.objects.filter(pk__in=[one.pk for one in taken]).update(next_at=later)
    return taken


def _check(identity: DirectoryIdentity, at: datetime) -> None:
    """No transaction while the directory is asked."""
    row = DirectoryIdentity.objects.filter(pk=identity.pk)
    if not _open(identity.user):
        if identity.seen_at < at - SIGNING_IN:
            row.update(refresh_token="", next_at=None)
        return
    try:
        person = provider.renew(identity.refresh_token, identity.subject)
    except SessionGone:
        with transaction.atomic():
            _end_all(identity.user, at)
            row.update(refresh_token="", next_at=None)
        return
    follow_directory(person=person, signs_in=False, at=at)
