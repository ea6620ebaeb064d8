"""An exception, locked."""

from apps.accounts.models import User
from apps.quality.models import ExceptionReport


def lock_exception(exception_id: int, by: User) -> ExceptionReport:
    """ExceptionReport.DoesNotExist for whoever may not see it."""
    return (
        ExceptionReport.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .select_related("waybill", "case", "late", "unit", "cause")
        .get(pk=exception_id)
    )
