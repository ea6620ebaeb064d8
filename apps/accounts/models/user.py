from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.core.validators import RegexValidator
from django.db import connections, models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import SYSTEM_NAMES, Language, ObjectScope, Role, UserKind
from apps.accounts.models.role import UserRole
from apps.accounts.models.unit import Unit
from apps.core.crypto import EncryptedTextField

# A colon marks the system's own users, so no person can be given such a name.
USERNAME = RegexValidator(
    r"\A[a-z0-9][a-z0-9._@+-]*\Z",
    _("Use small letters, digits and the signs . _ @ + -"),
)
STAFF_NUMBER = RegexValidator(
    r"\A[A-Z0-9][A-Z0-9-]*\Z", _("Use capital letters, digits and hyphens.")
)
SYSTEM_PREFIX = "system:"
_FIND = "SELECT {} FROM accounts_user WHERE username = %s"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def people(self) -> "UserQuerySet":
        return self.filter(kind=UserKind.PERSON)

    def with_role(self, *roles: Role) -> "UserQuerySet":
        """Who holds one of ``roles`` now; each user once."""
        held = UserRole.objects.current().filter(role__in=roles)
        return self.filter(pk__in=held.values("user_id"))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Without a password the user cannot sign in with one."""
        user = User(username=username.strip().lower(), **fields)
        if not user.display_name:
            user.display_name = user.username
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        fields.setdefault("scope", ObjectScope.ALL)
        return self.create_user(username, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        found: User = self.get(username=(username or "").strip().lower())
        return found

    def system(self, name: str) -> "User":
        """The system user of that name, made on first use. Kept by no cache: a row made in a
        transaction that is rolled back must not be handed out afterwards."""
        username = f"{SYSTEM_PREFIX}{name}"
        found = self._written_out(username)
        if found is None:
            found, _created = self.get_or_create(
                username=username,
                defaults={
                    "display_name": name.replace("_", " ").capitalize(),
                    "kind": UserKind.SYSTEM,
                    "scope": ObjectScope.ALL,
                    "password": "!",
                },
            )
        return found

    def _written_out(self, username: str) -> "User | None":
        """Nearly every act asks for one, and the ORM took longer to build this query than all else.
        Its phone stays out: it is encrypted, and a system user has none."""
        fields = [f.attname for f in User._meta.concrete_fields if f.attname != "phone"]
        with connections[self.db].cursor() as cursor:
            cursor.execute(_FIND.format(", ".join(fields)), [username])
            row = cursor.fetchone()
        return None if row is None else User.from_db(self.db, fields, row)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # django-otp's device manager is untyped
    """A person, the service user behind an API key, or the system acting by itself."""

    username = models.CharField(
        _("sign-in name"), max_length=60, unique=True, validators=[USERNAME]
    )
    display_name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=UserKind, default=UserKind.PERSON)
    # Who it is, whatever the sign-in names: all those of one person have the same.
    staff_number = models.CharField(
        _("staff number"),
        max_length=20,
        blank=True,
        validators=[STAFF_NUMBER],
        help_text=_("Approvals count persons by it. A person's further accounts get the same one."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    scope = models.CharField(
        _("sees"), max_length=10, choices=ObjectScope, default=ObjectScope.UNITS
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    # Given by someone else: the first thing its owner does is to replace it.
    password_is_temporary = models.BooleanField(default=False, editable=False)
    # Part of every session's hash: one more ends all of the user's sessions, wherever they are.
    session_version = models.PositiveIntegerField(default=1, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        default_permissions = ("view",)
        permissions = [
            ("manage_user", _("Can create, change and deactivate users")),
            ("grant_role", _("Can grant and end roles")),
            ("reset_two_factor", _("Can reset a user's two-factor sign-in")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")),
                name="accounts_user_username_small",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=UserKind.values), name="accounts_user_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=ObjectScope.values),
                name="accounts_user_scope_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=UserKind.SYSTEM, username__startswith=SYSTEM_PREFIX)
                | (~Q(kind=UserKind.SYSTEM) & ~Q(username__contains=":")),
                name="accounts_user_system_names_are_the_systems",
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(kind=UserKind.PERSON),
                name="accounts_user_only_people_are_superusers",
            ),
        ]

    def __str__(self) -> str:
        if self.kind == UserKind.SYSTEM:
            own = SYSTEM_NAMES.get(self.username.removeprefix(SYSTEM_PREFIX))
            return str(own or self.display_name)
        return self.display_name or self.username

    @property
    def person_key(self) -> str:
        """Who acts here, for rules that count persons: people by staff number ("" while none is on
        file), programs and the system by name."""
        if self.kind == UserKind.PERSON:
            return f"staff:{self.staff_number}" if self.staff_number else ""
        return f"{self.kind}:{self.username}"

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def is_staff(self) -> bool:
        """Only people open the back office; what they see there is a matter of permissions."""
        return self.kind == UserKind.PERSON

    def get_session_auth_hash(self) -> str:
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterable[str]:
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        return salted_hmac(
            "apps.accounts.session",
            f"{self.password}:{self.session_version}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @cached_property
    def current_roles(self) -> list[tuple[Role, str]]:
        """(role, path of the unit it is held in) as of now; read once per request. The system's own
        users hold none."""
        if self.kind == UserKind.SYSTEM:
            return []
        held = self.roles.current().values_list("role", "unit__path")
        return [(Role(role), path) for role, path in held]

    def has_role(self, *roles: Role) -> bool:
        """Holds any of ``roles`` now, in whatever unit. A superuser holds none by that alone."""
        return any(role in roles for role, _path in self.current_roles)

    def visible_unit_ids(self) -> set[int] | None:
        """The units whose rows this user sees; None means everything. Whoever sees listed
        customers only sees nothing by unit."""
        return self._visible_unit_ids

    @cached_property
    def _visible_unit_ids(self) -> set[int] | None:
        if not self.is_active:
            return set()
        if self.is_superuser or self.scope == ObjectScope.ALL:
            return None
        if self.scope == ObjectScope.CUSTOMERS:
            return set()
        paths = sorted({path for _role, path in self.current_roles})
        return set(Unit.objects.within(paths).values_list("pk", flat=True))
