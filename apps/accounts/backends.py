"""Where permissions come from: the roles a person holds at this moment."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role, UserKind
from apps.accounts.models import Unit, User, UserRole
from apps.accounts.services.roles import GROUP_PREFIX

if TYPE_CHECKING:
    from django.db.models.query import RawQuerySet

# What stands in the prepared statement where a request puts its own.
_WHOM, _WHEN = -1, datetime(1, 1, 1, tzinfo=UTC)


class RoleBackend(ModelBackend):
    """A role that begins or ends by date needs nobody to move anyone between groups: the groups
    of config/roles.py are looked up through the roles held now. Only people sign in."""

    def get_user(self, user_id: Any) -> User | None:
        """Whoever is signed in, with what every page asks next: roles, units in sight, permissions.
        One query instead of five."""
        user = next(iter(_read_with_rights(user_id)), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        return _cache_rights(user)

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and user.kind == UserKind.PERSON

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        names = {f"{GROUP_PREFIX}{role}" for role, _path in user_obj.current_roles}
        return Permission.objects.filter(group__name__in=names)


def _read_with_rights(user_id: Any) -> "RawQuerySet[User]":
    """Every staff request asks this, and putting the statement together costs more than asking it:
    so that is done once, and each request fills in whom it is about and what time it is."""
    statement, blanks = _statement()
    given = {_WHOM: User._meta.pk.to_python(user_id), _WHEN: timezone.now()}
    found: RawQuerySet[User] = User._default_manager.raw(
        statement, [given.get(one, one) for one in blanks]
    )
    return found


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    query = _with_rights(_WHEN).filter(pk=_WHOM).query
    query.clear_ordering(force=True)
    statement, blanks = query.sql_with_params()
    return statement, tuple(blanks)


def _with_rights(at: datetime) -> QuerySet[User]:
    current = UserRole.objects.current(at)
    held = current.filter(user=OuterRef("pk"))
    held_by_them = current.filter(user=OuterRef(OuterRef("pk")))
    named = held_by_them.values(group=Concat(Value(GROUP_PREFIX), "role"))
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    above = held_by_them.annotate(below=path).filter(below__startswith=F("unit__path"))
    label = Concat("content_type__app_label", Value("."), "codename")
    people: QuerySet[User] = User._default_manager.annotate(
        roles_held=ArraySubquery(held.values(held=Concat("role", Value(" "), "unit__path"))),
        rights_of_roles=ArraySubquery(
            Permission.objects.filter(group__name__in=named).order_by().values(label=label)
        ),
        rights_of_their_own=ArraySubquery(
            Permission.objects.filter(user=OuterRef("pk")).order_by().values(label=label)
        ),
        units_in_sight=ArraySubquery(Unit.objects.filter(Exists(above)).order_by().values("pk")),
    )
    return people


def _cache_rights(user: Any) -> User:
    """Where the user's own properties and Django's backend would keep them after asking."""
    pairs = (text.split(" ", 1) for text in user.roles_held)
    user.current_roles = [(Role(role), path) for role, path in pairs]
    if not user.is_superuser:
        user._group_perm_cache = set(user.rights_of_roles)
        user._user_perm_cache = set(user.rights_of_their_own)
        if user.scope == ObjectScope.UNITS:
            user._visible_unit_ids = set(user.units_in_sight)
    found: User = user
    return found
