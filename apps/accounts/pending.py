"""A sign-in under way: the password was right, the rest is not done. Until it is, the session
knows nobody, so no page can take a half-signed-in person for a whole one."""

import time
from dataclasses import asdict, dataclass

from django.http import HttpRequest

from apps.accounts import held
from apps.accounts.models import User

NAME = "sign_in"
# When a finished sign-in was last noted as in use, in seconds since 1970.
SEEN = "seen_at"
GOOD_FOR_SECONDS = 600
# Stands where a device is named, if the directory said that it asked for two factors.
BY_DIRECTORY = "directory"
# In a finished session: that the directory vouched for the second factor, and when it let them in.
FACTOR, LET_IN = "directory_factor", "directory_let_in_at"


@dataclass
class Pending:
    user_id: int
    backend: str
    then: str
    started: int
    # What every session of the user hashes: a password changed meanwhile ends this attempt too.
    stamp: str
    # The second factor that was passed, as django-otp names devices.
    device: str = ""
    by_directory: bool = False
    directory_sid: str = ""


def begin(
    request: HttpRequest,
    user: User,
    *,
    then: str,
    device: str = "",
    by_directory: bool = False,
    directory_sid: str = "",
) -> None:
    """Under a fresh session key, so that one planted before the sign-in is worthless."""
    typed = held.carried(request)
    request.session.flush()
    if typed:
        request.session[held.NAME] = typed
    _write(
        request,
        Pending(
            user_id=user.pk,
            backend=user.backend,
            then=then,
            started=int(time.time()),
            stamp=user.get_session_auth_hash(),
            device=device,
            by_directory=by_directory,
            directory_sid=directory_sid,
        ),
    )


def load(request: HttpRequest) -> tuple[Pending, User] | None:
    """The sign-in under way and its user, unless it took too long or the user changed."""
    stored = request.session.get(NAME)
    if stored is None:
        return None
    pending = Pending(**stored)
    if time.time() - pending.started > GOOD_FOR_SECONDS:
        return None
    user: User | None = User.objects.active().people().filter(pk=pending.user_id).first()
    if user is None or user.get_session_auth_hash() != pending.stamp:
        return None
    user.backend = pending.backend
    return pending, user


def pass_factor(request: HttpRequest, pending: Pending, device: str) -> None:
    pending.device = device
    _write(request, pending)


def renew_stamp(request: HttpRequest, pending: Pending, user: User) -> None:
    """After the person replaced the temporary password on the way in."""
    pending.stamp = user.get_session_auth_hash()
    _write(request, pending)


def clear(request: HttpRequest) -> None:
    request.session.pop(NAME, None)


def _write(request: HttpRequest, pending: Pending) -> None:
    request.session[NAME] = asdict(pending)
