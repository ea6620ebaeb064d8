"""Four signatures in order over one content, and the way back (REP-3)."""

from datetime import datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.services import ApprovalInput, approve, ask_approval, refuse
from apps.core.errors import BadInput
from apps.events.services import record
from apps.reports.enums import SummaryState
from apps.reports.models import TEXTS, Summary, SummaryLook
from apps.reports.queries.summary_words import text_label
from apps.reports.rules.summaries import SUMMARY
from apps.reports.services import summary_clocks
from apps.reports.services.summaries import agent_signing, begin_again, locked
from apps.reports.states import NEXT, SUMMARY_MOVES


@transaction.atomic
def write_summary(*, summary_id: int, by: User, at: datetime) -> Summary:
    """The agent signs, or who stands in for them: from now on it is checked. BadInput naming the text that is missing."""
    row = locked(summary_id)
    SUMMARY_MOVES.check(SummaryState(row.state), SummaryState.WRITTEN)
    away = agent_signing(row, by, at)
    for name in TEXTS:
        if not getattr(row, name):
            label = text_label(name)
            raise BadInput(
                _("Still missing: %(what)s.") % {"what": label}, code="text_missing", field=name
            )
    row.written_at, row.written_by, row.written_for = at, by, away
    row.returned_reason = ""
    request = ask_approval(kind=SUMMARY, subject=row, by=by, at=at)
    row.state, row.sha256 = SummaryState.WRITTEN, request.sha256
    row.save(
        update_fields=[
            "state", "sha256", "written_at", "written_by", "written_for", "returned_reason",
        ]
    )  # fmt: skip
    summary_clocks.moved(row, SummaryState.WRITTEN, by=by, at=at)
    record("summary.written", row, by=by, at=at, data={**_round(row), **_for(away)})
    return row


@transaction.atomic
def sign_summary(
    summary: Summary,
    *,
    by: User,
    at: datetime,
    **given: Unpack[ApprovalInput],
) -> Summary:
    """The next of the three signatures, over the content whose SHA-256 is ``seen``."""
    row = locked(summary.pk)
    request = approve(kind=SUMMARY, subject=row, by=by, at=at, **given)
    to = NEXT[SummaryState(row.state)]
    SUMMARY_MOVES.check(SummaryState(row.state), to)
    row.state = to
    row.save(update_fields=["state"])
    summary_clocks.moved(row, to, by=by, at=at)
    last = _last(request)
    data = {"as": last.seat, **_round(row), **_for(last.on_behalf_of)}
    record("summary.checked", row, by=by, at=at, data=data)
    return row


@transaction.atomic
def return_summary(summary: Summary, *, seen: str, reason: str, by: User, at: datetime) -> Summary:
    """Whose turn it is sends it back and says why: another round. The signatures so far are kept and void."""
    row = locked(summary.pk)
    request = refuse(kind=SUMMARY, subject=row, seen=seen, reason=reason, by=by, at=at)
    row.returned_reason = request.close_reason
    data = {"as": _last(request).seat, "reason": request.close_reason, **_round(row)}
    begin_again(row, by=by, at=at)
    record("summary.returned", row, by=by, at=at, data=data)
    return row


def look_at_summary(row: Summary, *, by: User, at: datetime) -> None:
    """Whose turn it is has opened it in this round; a look is nobody's news, so no event."""
    SummaryLook.objects.bulk_create(
        [SummaryLook(summary=row, user=by, round=row.round, at=at)], ignore_conflicts=True
    )


def _last(request: ApprovalRequest) -> Approval:
    return request.approvals.select_related("on_behalf_of").order_by("-pk")[0]


def _round(row: Summary) -> dict[str, Any]:
    return {"round": row.round}


def _for(away: Any) -> dict[str, Any]:
    return {"for": str(away)} if away else {}
