"""People and service users."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language, ObjectScope, SessionEnd, UserKind
from apps.accounts.models import ApiKey, User
from apps.accounts.rules import check_may_change, check_not_oneself
from apps.accounts.services.api_keys import revoke_api_key
from apps.accounts.services.sessions import end_user_sessions
from apps.core.errors import BadInput
from apps.core.phones import normalise_phone
from apps.core.row_checks import clean_row
from apps.events.services import record

CHANGEABLE = ("display_name", "staff_number", "email", "phone", "scope", "language")
# Their values are personal data, which the audit trail must not hold in clear.
PERSONAL = ("email", "phone")


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    by: User,
    kind: UserKind | str = UserKind.PERSON,
    password: str | None = None,
    staff_number: str = "",
    email: str = "",
    phone: str = "",
    scope: ObjectScope | str = ObjectScope.UNITS,
    language: Language | str = Language.CHINESE,
    password_is_temporary: bool = False,
    at: datetime | None = None,
) -> User:
    """Without a password, ``issue_temporary_password`` gives the first one."""
    user = User(
        username=username.strip().lower(),
        display_name=display_name.strip(),
        kind=kind,
        staff_number=staff_number.strip().upper(),
        email=email,
        phone=normalise_phone(phone, hotline=False) if phone else "",
        scope=scope,
        language=language,
        password_is_temporary=password_is_temporary,
    )
    user.set_password(password)
    try:
        clean_row(user)
    except ValidationError as error:
        raise _refusal(error) from error
    user.save()
    data = {"username": user.username, "kind": str(kind), "scope": str(scope)}
    record("user.created", user, by=by, at=at, data=data)
    return user


@transaction.atomic
def change_user(*, user: User, by: User, at: datetime | None = None, **changes: Any) -> User:
    """Change ``display_name``, ``staff_number``, ``email``, ``phone``, ``scope`` or ``language``."""
    user = User.objects.select_for_update().get(pk=user.pk)
    check_may_change(user, by=by)
    if changes.get("phone"):
        changes["phone"] = normalise_phone(changes["phone"], hotline=False)
    if "staff_number" in changes:
        changes["staff_number"] = changes["staff_number"].strip().upper()
    changed = {
        name: changes[name]
        for name in CHANGEABLE
        if name in changes and changes[name] != getattr(user, name)
    }
    if not changed:
        return user
    if "scope" in changed and not by.is_superuser:
        check_not_oneself(user, by=by)
    for name, value in changed.items():
        setattr(user, name, value)
    try:
        clean_row(user, exclude=["password"])
    except ValidationError as error:
        raise _refusal(error) from error
    user.save(update_fields=list(changed))
    data = {name: "changed" if name in PERSONAL else str(changed[name]) for name in changed}
    record("user.changed", user, by=by, at=at, data=data)
    return user


@transaction.atomic
def change_language(*, user: User, language: str, by: User, at: datetime | None = None) -> User:
    """A person's own choice of language."""
    if language not in Language.values:
        raise BadInput(_("Choose one of the languages offered."), code="unknown_language")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
        record("user.changed", user, by=by, at=at, data={"language": language})
    return user


@transaction.atomic
def deactivate_user(*, user: User, by: User, reason: str, at: datetime | None = None) -> User:
    """Ends every session and API key of the user at once. Users are never deleted: what they
    did stays theirs."""
    user = User.objects.select_for_update().get(pk=user.pk)
    check_may_change(user, by=by)
    check_not_oneself(user, by=by)
    if not user.is_active:
        return user
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("user.deactivated", user, by=by, at=at, data={"reason": reason})
    end_user_sessions(user=user, by=by, reason=SessionEnd.DEACTIVATED, at=at)
    for key in ApiKey.objects.filter(user=user, revoked_at__isnull=True):
        revoke_api_key(key=key, by=by, at=at)
    return user


@transaction.atomic
def reactivate_user(*, user: User, by: User, at: datetime | None = None) -> User:
    """Revoked keys stay revoked; roles that still run are theirs again."""
    user = User.objects.select_for_update().get(pk=user.pk)
    check_may_change(user, by=by)
    check_not_oneself(user, by=by)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("user.reactivated", user, by=by, at=at)
    return user


def _refusal(error: ValidationError) -> BadInput:
    field, problems = next(iter(error.error_dict.items()))
    if problems[0].code == "unique":
        return BadInput(
            _("This sign-in name is taken. Choose another."), code="username_taken", field=field
        )
    return BadInput(problems[0].messages[0], code="invalid", field=field)
