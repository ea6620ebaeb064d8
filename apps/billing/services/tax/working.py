"""The work of the tax channel: what is due, one after the other (BIL-4)."""

import logging

from apps.accounts.queries import system_user
from apps.billing.channels import tax_channel
from apps.billing.models import Invoice, RedForm
from apps.billing.services.tax.issuing import work_on_invoice
from apps.billing.services.tax.red_forms import take_found_form
from apps.billing.services.tax.red_outcomes import work_on_form
from apps.billing.services.tax.turns import LostTurn, claim
from apps.core.database import database_now

log = logging.getLogger(__name__)


def work_tax_channel() -> int:
    """Send and ask what is due, until nothing is; returns how much that was. Any number of workers may do
    it at once, and each may be killed at any moment."""
    channel = tax_channel()
    if channel is None:
        return 0
    done, by = 0, system_user("billing")
    for rows, work in ((Invoice, work_on_invoice), (RedForm, work_on_form)):
        while (turn := claim(rows, channel.lease)) is not None:
            try:
                work(turn, channel, by=by, at=database_now())
            except LostTurn:
                log.warning("%s %s is worked on by somebody else", rows.__name__, turn.pk)
            done += 1
    return done


def look_for_red_forms() -> int:
    """Red forms that payers entered at the tax bureau: each waits for us 72 hours."""
    channel = tax_channel()
    if channel is None:
        return 0
    by, at = system_user("billing"), database_now()
    return sum(
        take_found_form(found, by=by, at=at) is not None for found in channel.waiting_forms()
    )
