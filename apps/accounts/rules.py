"""Which users somebody may change."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role, UserKind
from apps.accounts.models import Unit, User
from apps.core.errors import RuleBroken

RULE = "STF-3"
# With these a leader admits somebody of the company's directory. Whoever may grant roles knows no limit.
ADMITTED_BY_LEADERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.FREIGHT_CLERK})


def check_may_change(user: User, *, by: User) -> None:
    """A superuser is changed by superusers only, the system's own users by nobody."""
    if user.kind == UserKind.SYSTEM:
        raise RuleBroken(
            _("This user is the system itself and cannot be changed."),
            code="system_user",
            rule=RULE,
        )
    if user.is_superuser and not by.is_superuser and by.kind != UserKind.SYSTEM:
        raise RuleBroken(
            _("Only a superuser changes a superuser."), code="superuser_only", rule=RULE
        )


def check_not_oneself(user: User, *, by: User) -> None:
    if user.pk == by.pk:
        raise RuleBroken(
            _("Ask a colleague to do this: nobody does it to their own account."),
            code="not_yourself",
            rule=RULE,
        )


def check_may_grant(user: User, unit: Unit, *, by: User) -> None:
    """Nobody gives a role to themselves, nor in a unit they cannot see."""
    check_may_change(user, by=by)
    if user.kind != UserKind.PERSON:
        raise RuleBroken(
            _("Roles are for people. Give a service user's API key the scopes it needs."),
            code="person_only",
            rule=RULE,
        )
    if not by.is_superuser:
        check_not_oneself(user, by=by)
    visible = by.visible_unit_ids()
    if visible is not None and unit.pk not in visible:
        raise RuleBroken(
            _("You grant roles in your own units only."),
            code="foreign_unit",
            field="unit",
            rule=RULE,
        )


def roles_admitted_by(by: User) -> list[Role]:
    """With which roles they may admit somebody of the directory."""
    knows_no_limit = by.has_perm("accounts.grant_role")
    return [role for role in Role if knows_no_limit or role in ADMITTED_BY_LEADERS]


def check_may_admit(role: str, *, by: User) -> None:
    if role not in ADMITTED_BY_LEADERS and not by.has_perm("accounts.grant_role"):
        raise RuleBroken(
            _(
                "Leaders admit agents, dispatchers and freight clerks. Every other role is granted by"
                " your IT administrator."
            ),
            code="role_by_it",
            field="role",
            rule=RULE,
        )
