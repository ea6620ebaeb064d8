"""A summary with four signatures goes to the customer by their channel, and they say that they have it (REP-3)."""

import hashlib
from datetime import datetime
from io import BytesIO
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.queries.approvals import check_still_approved
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.reports.enums import SummaryFile, SummaryState
from apps.reports.models import Summary, SummaryReceipt, SummarySending
from apps.reports.queries.summary_papers import summary_file, summary_pdf, summary_xlsx
from apps.reports.rules.summaries import SUMMARY
from apps.reports.services import summary_clocks
from apps.reports.services.summaries import locked
from apps.reports.states import SUMMARY_MOVES


def send_summary(*, summary_id: int, by: User, at: datetime) -> Summary:
    """Once, under four signatures over what it is now. The papers are made before anything is locked: a second of the
    processor each. What was signed does not change between, or this is refused."""
    seen = Summary.objects.select_related("customer").get(pk=summary_id)
    SUMMARY_MOVES.check(SummaryState(seen.state), SummaryState.SENT)
    hashes = {
        "pdf_sha256": hashlib.sha256(summary_pdf(seen)).hexdigest(),
        "xlsx_sha256": hashlib.sha256(summary_xlsx(seen)).hexdigest(),
    }
    return _send(seen, hashes, by=by, at=at)


@transaction.atomic
def _send(seen: Summary, hashes: dict[str, str], *, by: User, at: datetime) -> Summary:
    row = locked(seen.pk)
    SUMMARY_MOVES.check(SummaryState(row.state), SummaryState.SENT)
    check_still_approved(SUMMARY, row)
    if row.sha256 != seen.sha256:
        raise RuleBroken(
            _("This was changed after it was approved: the approvals are void. Ask anew."),
            code="approval_void",
            rule="REP-3",
        )
    row.state, row.sent_at, row.sent_by = SummaryState.SENT, at, by
    row.save(update_fields=["state", "sent_at", "sent_by"])
    channel = row.customer.statement_channel
    SummarySending.objects.create(summary=row, channel=channel, at=at, by=by, **hashes)
    summary_clocks.moved(row, SummaryState.SENT, by=by, at=at)
    record("summary.sent", row, by=by, at=at, data={"way": channel, **hashes})
    return row


@transaction.atomic
def acknowledge_summary(
    *, summary_id: int, name: str, by_customer: bool, by: User, at: datetime
) -> SummaryReceipt:
    """The customer has it. The first word counts; whoever says so again gets that one."""
    row = locked(summary_id)
    if row.state != SummaryState.SENT:
        raise RuleBroken(_("It was not sent yet."), code="not_sent", rule="REP-3")
    tidy = " ".join(name.split())[:60]
    if not tidy:
        raise BadInput(_("Please enter your name."), code="name_missing", field="name")
    sending = row.sending
    known = SummaryReceipt.objects.filter(sending=sending).first()
    if known is not None:
        return known
    receipt = SummaryReceipt.objects.create(
        sending=sending, name=tidy, by_customer=by_customer, at=at, by=by
    )
    record("summary.acknowledged", row, by=by, at=at)
    return receipt


@transaction.atomic
def export_summary(
    *, summary_id: int, form: SummaryFile, by: User, at: datetime
) -> tuple[str, IO[bytes]]:
    """Name and open file of a summary that ``by`` may see; that it left the company is on record."""
    row = Summary.objects.visible_to(by).select_related("customer").get(pk=summary_id)
    record("summary.exported", row, by=by, at=at, data={"as": str(form)})
    return f"{row.number}.{form}", BytesIO(summary_file(row, form))
