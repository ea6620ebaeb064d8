"""Where permissions come from: the roles a person holds at this moment."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from apps.accounts.enums import UserKind
from apps.accounts.services.roles import GROUP_PREFIX


class RoleBackend(ModelBackend):
    """A role that begins or ends by date needs nobody to move anyone between groups: the groups
    of config/roles.py are looked up through the roles held now. Only people sign in."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and user.kind == UserKind.PERSON

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        names = {f"{GROUP_PREFIX}{role}" for role, _path in user_obj.current_roles}
        return Permission.objects.filter(group__name__in=names)
