"""Taking what is due for the tax channel, one at a time and each by one worker.

A turn is claimed with SKIP LOCKED by the database's clock and has a lease; what comes back after another
turn has begun is not written: whoever has that turn asks.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.billing.channels import TaxChannel, tax_channel
from apps.billing.models import Invoice, RedForm
from apps.core.enqueueing import enqueue_on_commit
from apps.core.errors import RuleBroken

WORK = "apps.billing.tasks.work_tax_channel"
# Seconds between two looks at what is under way.
WAITS = (5, 15, 60, 300, 900, 3600)

Rows = type[Invoice] | type[RedForm]


@dataclass(frozen=True, slots=True)
class Turn:
    """Of the row ``pk``; ``nth`` counts the turns of that row."""

    rows: Rows
    pk: int
    nth: int


class LostTurn(Exception):
    """Somebody else has the next turn: nothing may leave any more."""


def demand_channel() -> TaxChannel:
    """RuleBroken ``no_channel`` where everything goes by hand."""
    channel = tax_channel()
    if channel is None:
        raise RuleBroken(
            _("No tax channel is set up: issue it at the tax bureau and note its number."),
            code="no_channel",
        )
    return channel


@transaction.atomic
def claim(rows: Rows, lease: timedelta) -> Turn | None:
    """The one that has been due for the longest and that nobody is at."""
    due = rows.objects.filter(channel_due_at__lte=Now()).order_by("channel_due_at")
    row = due.select_for_update(skip_locked=True).only("pk", "channel_turn").first()
    if row is None:
        return None
    nth = row.channel_turn + 1
    rows.objects.filter(pk=row.pk).update(channel_due_at=Now() + lease, channel_turn=nth)
    return Turn(rows, row.pk, nth)


def begin(turn: Turn, **values: str) -> None:
    """Write down that the request is about to leave. LostTurn when it must not."""
    mine = turn.rows.objects.filter(pk=turn.pk, channel_turn=turn.nth, channel_due_at__gt=Now())
    if not mine.update(channel_sent_at=Now(), channel_tries=0, **values):
        raise LostTurn


def due_now(row: Invoice | RedForm) -> None:
    """For the next worker that looks, who is called once this is committed; not saved here."""
    row.channel_due_at, row.channel_tries = Now(), 0
    enqueue_on_commit(WORK)


def wait(row: Invoice | RedForm, *, at_least: timedelta | None = None) -> None:
    """Look again after a pause that grows; not saved here."""
    pause = timedelta(seconds=WAITS[min(row.channel_tries, len(WAITS) - 1)])
    row.channel_due_at = Now() + max(pause, at_least or pause)
    row.channel_tries += 1
