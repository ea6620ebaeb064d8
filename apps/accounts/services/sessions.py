"""Sign-ins of people: listed, seen, and ended at once."""

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.accounts.enums import SessionEnd
from apps.accounts.models import User, UserSession
from apps.events.services import record


def _store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore()


@transaction.atomic
def start_session(
    *,
    user: User,
    session_key: str,
    address: str,
    browser: str,
    two_factor: bool,
    directory_sid: str = "",
    at: datetime | None = None,
) -> UserSession:
    at = at or timezone.now()
    session = UserSession.objects.create(
        user=user,
        session_key=session_key,
        started_at=at,
        seen_at=at,
        address=address[:64],
        browser=browser[:200],
        two_factor=two_factor,
        directory_sid=directory_sid,
    )
    record("user.signed_in", user, by=user, at=at, data={"two_factor": two_factor})
    return session


def touch_session(*, session_key: str, at: datetime) -> None:
    """Note that the session is in use; the caller asks at most once a minute."""
    UserSession.objects.open().filter(session_key=session_key).update(
        seen_at=Greatest(F("seen_at"), at)
    )


def follow_session(*, old_key: str, new_key: str) -> None:
    """The same sign-in goes on under a new cookie."""
    UserSession.objects.open().filter(session_key=old_key).update(session_key=new_key)


@transaction.atomic
def end_session(
    *, session: UserSession, by: User, reason: SessionEnd, at: datetime | None = None
) -> None:
    """The next request with its cookie is a stranger's. Ending it twice changes nothing."""
    at = at or timezone.now()
    ended = (
        UserSession.objects.open()
        .filter(pk=session.pk)
        .update(ended_at=at, ended_by=by, end_reason=reason)
    )
    _store().delete(session.session_key)
    if ended:
        kind = "user.signed_out" if reason == SessionEnd.SIGNED_OUT else "user.session_ended"
        record(kind, session.user, by=by, at=at, data={"reason": str(reason)})


@transaction.atomic
def end_user_sessions(
    *,
    user: User,
    by: User,
    reason: SessionEnd,
    at: datetime | None = None,
    keep: str | None = None,
) -> int:
    """End all of a user's sessions, but for the one with the key ``keep``.

    Raising ``session_version`` also ends any that is not listed; whoever keeps theirs must write
    the new hash into it (``update_session_auth_hash``).
    """
    at = at or timezone.now()
    User.objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)
    user.refresh_from_db(fields=["session_version"])
    sessions = list(
        UserSession.objects.select_for_update()
        .open()
        .filter(user=user)
        .exclude(session_key=keep or "")
    )
    store = _store()
    for session in sessions:
        store.delete(session.session_key)
    UserSession.objects.filter(pk__in=[s.pk for s in sessions]).update(
        ended_at=at, ended_by=by, end_reason=reason
    )
    if sessions:
        data = {"reason": str(reason), "sessions": len(sessions)}
        record("user.sessions_ended", user, by=by, at=at, data=data)
    return len(sessions)


def clear_expired_sessions() -> None:
    """Delete what no cookie can open any more; the sign-ins stay listed as history."""
    _store().clear_expired()
