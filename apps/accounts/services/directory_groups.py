"""Which groups of the directory bring which role in which unit, and since when."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import DirectoryGroup, DirectoryIdentity, Unit, User
from apps.accounts.rules import RULE
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record


@transaction.atomic
def map_group(
    *, group: str, role: Role | str, unit: Unit, by: User, at: datetime | None = None
) -> DirectoryGroup:
    """From now on; it reaches each person with their next sign-in, or the next look at who is signed
    in. Nobody maps a group of their own, nor to a unit that they do not see."""
    at = at or timezone.now()
    group = group.strip()
    if not group:
        raise BadInput(_("Name the group."), code="required", field="group")
    _check_may_map(group, unit, by)
    with refused_as(
        RuleBroken(
            _("This group already brings this role in this unit."),
            code="group_already_mapped",
            field="group",
            rule=RULE,
        )
    ):
        mapping = DirectoryGroup.objects.create(
            group=group, role=role, unit=unit, since=at, mapped_by=by
        )
    data = {"group": group, "role": str(role), "unit": unit.code}
    record("directorygroup.mapped", mapping, by=by, at=at, data=data)
    return mapping


@transaction.atomic
def end_mapping(*, mapping: DirectoryGroup, by: User, at: datetime | None = None) -> DirectoryGroup:
    """From now on; whoever holds the role by it loses it with their next sign-in, or the next look at
    who is signed in. Ending it twice changes nothing."""
    at = at or timezone.now()
    mapping = (
        DirectoryGroup.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=mapping.pk)
    )
    if mapping.until is not None and mapping.until <= at:
        return mapping
    _check_may_map(mapping.group, mapping.unit, by)
    mapping.until, mapping.ended_by = max(at, mapping.since), by
    mapping.save(update_fields=["until", "ended_by"])
    data = {"group": mapping.group, "role": mapping.role, "unit": mapping.unit.code}
    record("directorygroup.ended", mapping, by=by, at=at, data=data)
    return mapping


def _check_may_map(group: str, unit: Unit, by: User) -> None:
    """A mapping gives roles, so what holds for granting one holds for it."""
    if by.is_superuser:
        return
    if DirectoryIdentity.objects.filter(user=by, groups__contains=[group]).exists():
        raise RuleBroken(
            _("You are in this group yourself. Ask a colleague: nobody gives themselves a role."),
            code="not_yourself",
            field="group",
            rule=RULE,
        )
    visible = by.visible_unit_ids()
    if visible is not None and unit.pk not in visible:
        raise RuleBroken(
            _("You grant roles in your own units only."),
            code="foreign_unit",
            field="unit",
            rule=RULE,
        )
