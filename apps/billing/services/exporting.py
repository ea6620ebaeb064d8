"""Statements leave as files: a short one at once, a long one and a month's by a job (BIL-7).

On record before the first row leaves.
"""

from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.models import Job
from apps.backoffice.services.jobs import ask_job
from apps.billing.enums import StatementFile, StatementState
from apps.billing.models import Charge, Statement
from apps.billing.queries.files import statement_file
from apps.core.errors import RuleBroken
from apps.events.services import record

FILES, PERMISSION = "billing.statements", "billing.export_statement"
AT_ONCE = 3_000


def export_statement(
    *, statement_id: int, form: StatementFile, by: User, at: datetime
) -> tuple[str, IO[bytes]] | Job:
    """The open file with its name, or the job that makes it, where it has more than AT_ONCE lines."""
    _demand(by)
    with transaction.atomic():
        found = Statement.objects.visible_to(by).select_related("bill_to", "station")
        statement = found.get(pk=statement_id)
        record("statement.exported", statement, by=by, at=at, data={"as": str(form)})
        lines = Charge.objects.filter(statement=statement).values_list("pk", flat=True)
        if lines[AT_ONCE : AT_ONCE + 1]:
            given = {"statement": statement.pk, "form": str(form)}
            title = _("Statement %(number)s") % {"number": statement.number}
            return ask_job(kind=FILES, title=title, given=given, by=by, at=at)
        return statement_file(statement, form)


@transaction.atomic
def ask_statement_files(*, month: date, form: StatementFile, by: User, at: datetime) -> Job:
    """A job that puts every frozen statement of ``month`` (its first day) that ``by`` may see into one
    archive. RuleBroken ``none`` while none is frozen."""
    _demand(by)
    frozen = Statement.objects.visible_to(by).exclude(state=StatementState.OPEN)
    if not frozen.filter(period=month).exists():
        message = _("No statement of %(month)s is frozen yet.") % {"month": f"{month:%Y-%m}"}
        raise RuleBroken(message, code="none")
    given = {"month": month.isoformat(), "form": str(form)}
    title = _("Statements of %(month)s") % {"month": f"{month:%Y-%m}"}
    return ask_job(kind=FILES, title=title, given=given, by=by, at=at)


def _demand(by: User) -> None:
    if not by.has_perm(PERMISSION):
        raise RuleBroken(_("You may not export this."), code="not_permitted")
