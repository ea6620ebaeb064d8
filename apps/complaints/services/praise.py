"""Praise: the colleague it is about hears of it, and whoever leads them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries.duty import Roster
from apps.complaints.enums import CaseClass, CaseState
from apps.complaints.models import Praise
from apps.complaints.services.locking import begin, lock_case, write
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record

# Who leads a unit, as the clocks understand it, and those above.
LEADS = (
    *(Role.DIRECTOR, Role.DEPARTMENT_MANAGER, Role.PROJECT_MANAGER),
    *(Role.WAREHOUSE_MANAGER, Role.DELIVERY_MANAGER),
)


@transaction.atomic
def name_colleague(*, case_id: int, colleague: User, by: User, at: datetime) -> Praise:
    """Name whom the praise is about; naming another replaces a wrong name. The event tells both the colleague
    and their leaders. RuleBroken ``not_praise`` for a case of another class."""
    case = lock_case(case_id, by)
    if case.case_class != CaseClass.PRAISE or case.state in (
        CaseState.MERGED,
        CaseState.CANCELLED,
    ):
        raise RuleBroken(_("This case is no praise."), code="not_praise", field="case_class")
    if not colleague.is_active or not colleague.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="colleague")
    known = Praise.objects.filter(case=case).first()
    if known is not None and known.colleague_id == colleague.pk:
        raise RuleBroken(_("Nothing was changed."), code="nothing_changed", field="colleague")
    if case.is_live:
        begin(case, by=by, at=at)
    row = known or Praise(case=case)
    row.colleague, row.named_at, row.named_by = colleague, at, by
    row.save()
    write(case, at=at, bump=False)
    data = {
        "name": colleague.display_name,
        "colleague": colleague.pk,
        "recipients": leaders_of(colleague, at),
    }
    record("case.praised", case, by=by, at=at, data=data)
    return row


def leaders_of(colleague: User, at: datetime) -> list[int]:
    """Who leads the units this person works in, the nearest above each; not the person themselves."""
    roster = Roster(LEADS, at)
    found = [
        pk
        for _role, path in colleague.current_roles
        for pk in roster.holders(LEADS, path)
        if pk != colleague.pk
    ]
    return list(dict.fromkeys(found))
