"""Long work of this floor that a person asks for."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.backoffice.job_kinds import JobKind, Run
from apps.billing.services.closing import CLOSE_MONTH, freeze_batch
from apps.core.times import now


def close_month(run: Run) -> None:
    """Each step freezes a batch, as one transaction with its progress; statements that somebody is
    writing into come last. Killed, it goes on with what is open."""
    month, at = date.fromisoformat(run.given["month"]), now()
    while (turn := run.place.get("turn", 0)) < 2:
        with run.step():
            frozen = freeze_batch(month=month, by=run.by, at=at, waits=turn == 1)
            run.done += len(frozen)
            run.total = max(run.total or 0, run.done)
            if not frozen:
                run.place = {"turn": turn + 1}


JOBS = (JobKind(CLOSE_MONTH, _("Closing of a month"), "billing.freeze_statement", close_month),)
