"""Reads of the accounts floor."""

import hashlib
import re
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.accounts.enums import UserKind
from apps.accounts.models import ApiKey, TotpDevice, User, UserRole, UserSession
from apps.core.database import Statement

API_KEY = re.compile(r"ypk_([a-z0-9]{8})_[A-Za-z0-9_-]{20,100}", re.ASCII)


def system_user(name: str) -> User:
    """The system acting by itself under ``name`` ("sweeper", "importer", …)."""
    found: User = User.objects.system(name)
    return found


def public_user() -> User:
    """Whoever asks from outside without an account."""
    return system_user("public")


# Written out, because the ORM took longer to build this one join than the rest of a look-up by
# API takes altogether. Phones stay out: they are encrypted, and a service user has none.
_KEY_FIELDS = [f.attname for f in ApiKey._meta.concrete_fields]
_USER_FIELDS = [f.attname for f in User._meta.concrete_fields if f.attname != "phone"]
_FIND_KEY = Statement(
    "find_api_key",
    f"""
SELECT {", ".join(f"k.{name}" for name in _KEY_FIELDS)}, {", ".join(f"u.{name}" for name in _USER_FIELDS)}
FROM accounts_apikey k JOIN accounts_user u ON u.id = k.user_id WHERE k.prefix = %s
""",  # noqa: S608  # column names of ours
)


_SECOND_FACTOR = """
SELECT (SELECT count(*) FROM accounts_rolepolicy
        WHERE role = ANY(%(roles)s::varchar[]) AND NOT two_factor_required),
    EXISTS (SELECT 1 FROM accounts_totpdevice WHERE user_id = %(user)s AND confirmed)
"""


def find_api_key(text: str, *, at: datetime) -> ApiKey | None:
    """The usable key of an active service user that has this text, else None. One query."""
    shape = API_KEY.fullmatch(text)
    if shape is None:
        return None
    with connection.cursor() as cursor:
        _FIND_KEY.run(cursor, [shape[1]])
        row = cursor.fetchone()
    if row is None:
        return None
    key = ApiKey.from_db("default", _KEY_FIELDS, row[: len(_KEY_FIELDS)])
    key.user = User.from_db("default", _USER_FIELDS, row[len(_KEY_FIELDS) :])
    same = constant_time_compare(hashlib.sha256(text.encode()).hexdigest(), key.hash)
    usable = key.usable_at(at) and key.user.is_active and key.user.kind == UserKind.SERVICE
    return key if same and usable else None


def totp_device(user: User) -> TotpDevice | None:
    found: TotpDevice | None = TotpDevice.objects.filter(user=user, confirmed=True).first()
    return found


def recovery_codes_left(user: User) -> int:
    return user.recovery_codes.filter(used_at__isnull=True).count()


def requires_two_factor(user: User) -> bool:
    """By any role held now, and always for superusers. A role without a policy row requires it."""
    return _second_factor(user)[0]


def needs_second_factor(user: User) -> bool:
    """Whether a session of this user counts only with the second factor passed."""
    return any(_second_factor(user))


def _second_factor(user: User) -> tuple[bool, bool]:
    """Whether a role asks for it, and whether there is a device for it. One query: every page of the
    back office asks."""
    roles = [str(role) for role in {role for role, _path in user.current_roles}]
    with connection.cursor() as cursor:
        cursor.execute(_SECOND_FACTOR, {"roles": roles, "user": user.pk})
        spared, has_device = cursor.fetchone()
    return user.is_superuser or spared < len(roles), has_device


def open_sessions(user: User) -> QuerySet[UserSession]:
    """Those whose cookie still opens something, newest first."""
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return UserSession.objects.open().filter(user=user, seen_at__gt=oldest).order_by("-seen_at")


def is_active_user(user_id: int | str | None) -> bool:
    return bool(User.objects.active().filter(pk=user_id).exists())


def service_users() -> QuerySet[User]:
    """Whom an API key can belong to."""
    users: QuerySet[User] = User.objects.active().filter(kind=UserKind.SERVICE)
    return users.order_by("display_name")


def roles_of(user: User) -> QuerySet[UserRole]:
    """The roles held now, with their units."""
    return user.roles.current().select_related("unit").order_by("role", "unit__path")


def session_of(session_key: str | None) -> UserSession | None:
    """The open sign-in behind a session, if it is one of ours."""
    if not session_key:
        return None
    return UserSession.objects.open().filter(session_key=session_key).first()


def account_failures(username: str, *, since: datetime) -> int:
    """Failed sign-ins for a name, from all addresses together."""
    return _failures(AccessAttempt.objects.filter(username=username), since)


def address_failures(address: str, *, since: datetime) -> int:
    """Failed sign-ins from an address, for all names together."""
    return _failures(AccessAttempt.objects.filter(ip_address=address), since)


def is_known_address(username: str, address: str) -> bool:
    """Whether this person has been signed in from there before."""
    return UserSession.objects.filter(user__username=username, address=address).exists()


def _failures(attempts: QuerySet[AccessAttempt], since: datetime) -> int:
    found = attempts.filter(attempt_time__gte=since).aggregate(n=Sum("failures_since_start"))
    return int(found["n"] or 0)
