"""People of the company's directory: who they are here, and what they hold because of their groups.

What the directory gave is known by its author: roles granted by the system user "directory" follow the
groups, roles that a person granted stay until a person ends them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.directory.claims import Person
from apps.accounts.enums import IdentityState, Role, UserKind
from apps.accounts.models import DirectoryGroup, DirectoryIdentity, Unit, User, UserRole
from apps.accounts.queries import system_user
from apps.accounts.rules import RULE, check_may_admit, check_may_change, check_not_oneself
from apps.accounts.services.roles import end_role, grant_role
from apps.accounts.services.users import change_user, create_user
from apps.accounts.states import IDENTITY_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import record

SYSTEM = "directory"


@transaction.atomic
def follow_directory(
    *, person: Person, signs_in: bool, at: datetime | None = None
) -> DirectoryIdentity:
    """Take over what the directory says of a person now. The first time they come they wait for a
    leader, unless one of their groups is mapped; each time their roles follow their groups."""
    at = at or timezone.now()
    by = system_user(SYSTEM)
    identity, is_new = _locked(person, at)
    _take_facts(identity, person, signs_in, at)
    wanted = _mapped(identity.groups, at)
    if identity.state != IdentityState.REFUSED:
        if identity.user is None and wanted and not _is_taken(identity.username):
            identity.user = _new_user(identity, by, at)
        if identity.user is not None:
            _store_facts(identity.user, person, by, at)
            _follow_groups(identity, wanted, by, at)
            _settle(identity, by, at)
    identity.save()
    if is_new and identity.state == IdentityState.WAITING:
        _record_waiting(identity, by, at)
    return identity


@transaction.atomic
def admit_identity(
    *,
    identity: DirectoryIdentity,
    role: Role | str,
    unit: Unit,
    by: User,
    at: datetime | None = None,
) -> DirectoryIdentity:
    """Let in somebody of the directory, with a first role. Whoever may not grant it is refused."""
    at = at or timezone.now()
    check_may_admit(str(role), by=by)
    identity = _lock(identity)
    IDENTITY_MOVES.check(IdentityState(identity.state), IdentityState.ADMITTED)
    if identity.user is None:
        if _is_taken(identity.username):
            raise RuleBroken(
                _(
                    "There is an account “%(name)s” here already. If it is theirs, link it; otherwise"
                    " have the name changed in the directory."
                )
                % {"name": identity.username},
                code="username_taken",
                rule=RULE,
            )
        identity.user = _new_user(identity, by, at)
    _check_active(identity.user)
    grant_role(user=identity.user, role=role, unit=unit, by=by, at=at)
    _follow_groups(identity, _mapped(identity.groups, at), system_user(SYSTEM), at)
    return _decide(identity, IdentityState.ADMITTED, by, at, {"user": identity.user.pk})


@transaction.atomic
def link_identity(
    *, identity: DirectoryIdentity, user: User, by: User, at: datetime | None = None
) -> DirectoryIdentity:
    """The account that a colleague had here before is theirs from the directory as well: what they held
    they keep. Never one's own, and a superuser's by superusers only."""
    at = at or timezone.now()
    identity = _lock(identity)
    IDENTITY_MOVES.check(IdentityState(identity.state), IdentityState.ADMITTED)
    user = User.objects.select_for_update().get(pk=user.pk)
    check_may_change(user, by=by)
    check_not_oneself(user, by=by)
    taken = DirectoryIdentity.objects.filter(issuer=identity.issuer, user=user)
    if identity.user_id or user.kind != UserKind.PERSON or taken.exists():
        raise RuleBroken(
            _("Either of the two is linked already, or the account is no person's."),
            code="already_linked",
            field="user",
            rule=RULE,
        )
    _check_active(user)
    identity.user = user
    record("user.directory_linked", user, by=by, at=at)
    _follow_groups(identity, _mapped(identity.groups, at), system_user(SYSTEM), at)
    return _decide(identity, IdentityState.ADMITTED, by, at, {"user": user.pk})


@transaction.atomic
def refuse_identity(
    *, identity: DirectoryIdentity, reason: str, by: User, at: datetime | None = None
) -> DirectoryIdentity:
    """They stay out, whatever their groups say, until somebody admits them after all."""
    at = at or timezone.now()
    identity = _lock(identity)
    IDENTITY_MOVES.check(IdentityState(identity.state), IdentityState.REFUSED)
    return _decide(identity, IdentityState.REFUSED, by, at, {"reason": reason})


def _lock(identity: DirectoryIdentity) -> DirectoryIdentity:
    """Its user is read afterwards: a join would still see what was there before the lock was waited for."""
    locked: DirectoryIdentity = DirectoryIdentity.objects.select_for_update().get(pk=identity.pk)
    return locked


def _locked(person: Person, at: datetime) -> tuple[DirectoryIdentity, bool]:
    """The row of this person, made where there is none; several at once get the same."""
    found, is_new = DirectoryIdentity.objects.get_or_create(
        issuer=person.issuer,
        subject=person.subject,
        defaults={
            "username": person.username,
            "display_name": person.display_name,
            "created_at": at,
            "seen_at": at,
        },
    )
    return _lock(found), is_new


def _take_facts(identity: DirectoryIdentity, person: Person, signs_in: bool, at: datetime) -> None:
    for name in ("username", "display_name", "email", "staff_number"):
        setattr(identity, name, getattr(person, name))
    identity.groups = list(person.groups)
    identity.refresh_token = person.refresh_token
    wait = timedelta(seconds=settings.OIDC["check_seconds"])
    identity.next_at = at + wait if person.refresh_token else None
    if signs_in:
        identity.seen_at = max(at, identity.seen_at)


def _mapped(groups: Iterable[str], at: datetime) -> dict[tuple[str, int], Unit]:
    """(role, unit) → unit, of the mappings that hold now; units out of use bring nothing."""
    running = DirectoryGroup.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at), since__lte=at, group__in=list(groups)
    )
    found = running.filter(unit__is_active=True).select_related("unit")
    return {(one.role, one.unit_id): one.unit for one in found}


def _is_taken(username: str) -> bool:
    """An account of that name is somebody's: it is never taken over because a name is the same."""
    return bool(User.objects.filter(username=username).exists())


def _new_user(identity: DirectoryIdentity, by: User, at: datetime) -> User:
    return create_user(
        username=identity.username,
        display_name=identity.display_name,
        email=identity.email,
        staff_number=identity.staff_number,
        by=by,
        at=at,
    )


def _store_facts(user: User, person: Person, by: User, at: datetime) -> None:
    facts = {
        name: getattr(person, name)
        for name in ("display_name", "email", "staff_number")
        if getattr(person, name)
    }
    change_user(user=user, by=by, at=at, **facts)


def _follow_groups(
    identity: DirectoryIdentity, wanted: dict[tuple[str, int], Unit], by: User, at: datetime
) -> None:
    user = identity.user
    running = list(
        UserRole.objects.filter(Q(until__isnull=True) | Q(until__gt=at), user=user).select_related(
            "unit"
        )
    )
    over = [
        held
        for held in running
        if held.granted_by_id == by.pk and (held.role, held.unit_id) not in wanted
    ]
    held_already = {(held.role, held.unit_id) for held in running}
    new = [
        (role, unit) for (role, _pk), unit in wanted.items() if (role, unit.pk) not in held_already
    ]
    if not (over or new) or user is None:
        return
    for held in over:
        end_role(held=held, by=by, at=at)
    for role, unit in new:
        grant_role(user=user, role=role, unit=unit, by=by, at=at)
    data = {
        "user": user.pk,
        "ended": [f"{held.role} {held.unit.code}" for held in over],
        "began": [f"{role} {unit.code}" for role, unit in new],
    }
    record("directoryidentity.remapped", identity, by=by, at=at, data=data)


def _settle(identity: DirectoryIdentity, by: User, at: datetime) -> None:
    """Whoever holds a role, or will, is in; whoever holds none any more waits for a leader again. When a
    role began is not asked: of two who come at once the second may have been asked first."""
    ahead = UserRole.objects.filter(Q(until__isnull=True) | Q(until__gt=at))
    holds = ahead.filter(user=identity.user).exists()
    if identity.state == IdentityState.WAITING and holds:
        _move(identity, IdentityState.ADMITTED, by, at)
        record("directoryidentity.admitted", identity, by=by, at=at)
    elif identity.state == IdentityState.ADMITTED and not holds:
        _move(identity, IdentityState.WAITING, by, at)
        _record_waiting(identity, by, at)


def _decide(
    identity: DirectoryIdentity,
    state: IdentityState,
    by: User,
    at: datetime,
    data: dict[str, object],
) -> DirectoryIdentity:
    _move(identity, state, by, at)
    identity.save()
    record(f"directoryidentity.{state}", identity, by=by, at=at, data=data)
    return identity


def _move(identity: DirectoryIdentity, state: IdentityState, by: User, at: datetime) -> None:
    IDENTITY_MOVES.check(IdentityState(identity.state), state)
    identity.state, identity.decided_at, identity.decided_by = state, at, by


def _record_waiting(identity: DirectoryIdentity, by: User, at: datetime) -> None:
    data = {"groups": ", ".join(identity.groups[:20])}
    record("directoryidentity.waiting", identity, by=by, at=at, data=data)


def _check_active(user: User) -> None:
    if not user.is_active:
        raise RuleBroken(
            _("This account is deactivated. Reactivate it first, or leave the person out."),
            code="user_inactive",
            field="user",
            rule=RULE,
        )
