"""An exception, locked."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.quality.enums import ExceptionState
from apps.quality.models import ExceptionReport


def lock_exception(exception_id: int, by: User) -> ExceptionReport:
    """ExceptionReport.DoesNotExist for whoever may not see it."""
    return (
        ExceptionReport.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .select_related("waybill", "case", "late", "unit", "cause")
        .get(pk=exception_id)
    )


def locked_open(exception_id: int, by: User) -> ExceptionReport:
    """The report, locked; RuleBroken once it is closed."""
    report = lock_exception(exception_id, by)
    if report.state == ExceptionState.CLOSED:
        raise RuleBroken(
            _("This report is closed. Reopen it first."), code="illegal_move", field="state"
        )
    return report
