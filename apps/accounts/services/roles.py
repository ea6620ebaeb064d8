"""Who holds which role where, and what each role asks and allows."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role, SessionEnd
from apps.accounts.models import RolePolicy, Unit, User, UserRole
from apps.accounts.rules import RULE, check_may_change, check_may_grant, check_not_oneself
from apps.accounts.services.sessions import end_user_sessions
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

GROUP_PREFIX = "role:"


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role | str,
    unit: Unit,
    by: User,
    since: datetime | None = None,
    until: datetime | None = None,
    at: datetime | None = None,
) -> UserRole:
    """Holds from ``since`` (now) until ``until`` (for ever). The user signs in again, so that
    what the new role requires is asked for."""
    at = at or timezone.now()
    since = since or at
    check_may_grant(user, unit, by=by)
    if until is not None and until <= since:
        raise BadInput(_("The role must end after it begins."), code="bad_period", field="until")
    with refused_as(
        RuleBroken(
            _("The user already holds this role in this unit at that time."),
            code="role_already_held",
            rule=RULE,
        )
    ):
        held = UserRole.objects.create(
            user=user, role=role, unit=unit, since=since, until=until, granted_by=by
        )
    data = {"role": str(role), "unit": unit.code, "until": until}
    record("user.role_granted", user, by=by, at=at, data=data)
    end_user_sessions(user=user, by=by, reason=SessionEnd.ROLES, at=at)
    return held


@transaction.atomic
def end_role(*, held: UserRole, by: User, at: datetime | None = None) -> UserRole:
    """Ends it now; one that has not begun never will."""
    at = at or timezone.now()
    held = (
        UserRole.objects.select_for_update(of=("self",))
        .select_related("user", "unit")
        .get(pk=held.pk)
    )
    check_may_change(held.user, by=by)
    if not by.is_superuser:
        check_not_oneself(held.user, by=by)
    if held.until is not None and held.until <= at:
        return held
    held.until = max(at, held.since)
    held.ended_by = by
    held.save(update_fields=["until", "ended_by"])
    data = {"role": held.role, "unit": held.unit.code}
    record("user.role_ended", held.user, by=by, at=at, data=data)
    end_user_sessions(user=held.user, by=by, reason=SessionEnd.ROLES, at=at)
    return held


@transaction.atomic
def change_role_policy(
    *, policy: RolePolicy, two_factor_required: bool, by: User, at: datetime | None = None
) -> RolePolicy:
    policy = RolePolicy.objects.select_for_update().get(pk=policy.pk)
    if policy.two_factor_required != two_factor_required:
        policy.two_factor_required = two_factor_required
        policy.save(update_fields=["two_factor_required"])
        data = {"two_factor_required": two_factor_required}
        record("rolepolicy.changed", policy, by=by, at=at, data=data)
    return policy


@transaction.atomic
def sync_role_groups(table: Mapping[Role, frozenset[str]]) -> set[str]:
    """Make one group per role that holds exactly the permissions the table names
    ("app.codename"); return those that do not exist yet, as while their app is being migrated."""
    known = {
        f"{app}.{codename}": pk
        for app, codename, pk in Permission.objects.values_list(
            "content_type__app_label", "codename", "pk"
        )
    }
    _make_rows(table)
    groups = dict(Group.objects.filter(name__startswith=GROUP_PREFIX).values_list("name", "pk"))
    wanted = {
        (groups[f"{GROUP_PREFIX}{role}"], known[name])
        for role, names in table.items()
        for name in names
        if name in known
    }
    through = Group.permissions.through.objects
    held = {
        (group, permission): pk
        for pk, group, permission in through.filter(group_id__in=groups.values()).values_list(
            "pk", "group_id", "permission_id"
        )
    }
    through.filter(pk__in=[pk for pair, pk in held.items() if pair not in wanted]).delete()
    through.bulk_create(
        [
            Group.permissions.through(group_id=group, permission_id=permission)
            for group, permission in sorted(wanted - held.keys())
        ],
        ignore_conflicts=True,
    )
    return {name for names in table.values() for name in names if name not in known}


def _make_rows(roles: Iterable[Role]) -> None:
    """One group and one policy per role; those that are there stay as they are."""
    roles = list(roles)
    Group.objects.bulk_create(
        [Group(name=f"{GROUP_PREFIX}{role}") for role in roles], ignore_conflicts=True
    )
    RolePolicy.objects.bulk_create([RolePolicy(role=role) for role in roles], ignore_conflicts=True)
