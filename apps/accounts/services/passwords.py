"""Passwords: chosen by their owner, or lent once by an administrator."""

import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import SessionEnd, UserKind
from apps.accounts.models import User
from apps.accounts.rules import check_may_change, check_not_oneself
from apps.accounts.services.sessions import end_user_sessions
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record


@transaction.atomic
def change_password(
    *, user: User, current: str, new: str, keep: str | None, at: datetime | None = None
) -> User:
    """By its owner, who must know the present one. Ends all other sessions; ``keep`` is the key
    of the one in use."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.check_password(current):
        raise BadInput(_("The present password is not right."), code="wrong", field="current")
    _set(user, new, temporary=False)
    record("user.password_changed", user, by=user, at=at)
    end_user_sessions(user=user, by=user, reason=SessionEnd.PASSWORD, at=at, keep=keep)
    return user


@transaction.atomic
def replace_temporary_password(*, user: User, new: str, at: datetime | None = None) -> User:
    """On the first sign-in, between the second factor and the desk."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.password_is_temporary:
        raise RuleBroken(_("Your password is already your own."), code="not_temporary")
    if user.check_password(new):
        raise BadInput(
            _("Choose another password than the one you were given."), code="same", field="new"
        )
    _set(user, new, temporary=False)
    record("user.password_changed", user, by=user, at=at)
    end_user_sessions(user=user, by=user, reason=SessionEnd.PASSWORD, at=at)
    return user


@transaction.atomic
def issue_temporary_password(*, user: User, by: User, at: datetime | None = None) -> str:
    """Return a password to hand over in person; it is good for one sign-in, which replaces it."""
    user = User.objects.select_for_update().get(pk=user.pk)
    check_may_change(user, by=by)
    check_not_oneself(user, by=by)
    if user.kind != UserKind.PERSON:
        raise RuleBroken(_("Only people have passwords."), code="person_only")
    # 4 × 4 letters and digits without look-alikes: about 78 bits, short enough to read aloud.
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    text = "-".join("".join(secrets.choice(letters) for _n in range(4)) for _m in range(4))
    user.set_password(text)
    user.password_is_temporary = True
    user.save(update_fields=["password", "password_is_temporary"])
    record("user.password_reset", user, by=by, at=at)
    end_user_sessions(user=user, by=by, reason=SessionEnd.PASSWORD, at=at)
    return text


def _set(user: User, new: str, *, temporary: bool) -> None:
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), code="weak_password", field="new") from error
    user.set_password(new)
    user.password_is_temporary = temporary
    user.save(update_fields=["password", "password_is_temporary"])
