"""The three signatures after the agent's under a monthly summary: in order, by different people, over one content
(REP-3). Stand-ins sign for who is away; that does not go for money."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.queries.duty import Roster
from apps.backoffice.approval_kinds import Policy
from apps.backoffice.rules.approvals import Round
from apps.reports.enums import SummarySeat
from apps.reports.models import Summary
from apps.reports.queries.summary_words import signed_content, words_of
from apps.reports.rules.summaries import SUMMARY

# Nobody signs before the one before them has.
_IN_ORDER = [Round.of({seat: {seat}}) for seat in SummarySeat]


def stands_in_for(user: User, at: datetime) -> Mapping[str, User]:
    """Role → who holds it, is away and is replaced by ``user``; one query while they replace nobody."""
    away = Roster([], at).stood_in_for(user.pk)
    people = User.objects.active().in_bulk(away)
    return {
        str(role): people[pk]
        for pk in away
        if pk in people
        for role, _path in people[pk].current_roles
    }


def _makers(row: Summary) -> list[User]:
    """Whoever signed as the agent, and the agent for whom they did."""
    return [user for user in (row.written_by, row.written_for) if user is not None]


APPROVALS = (
    Policy(
        kind=SUMMARY,
        label=_("Monthly summary"),
        model="reports.Summary",
        rounds=lambda _row: _IN_ORDER,
        content=signed_content,
        seats=SummarySeat,
        makers=_makers,
        words=words_of,
        rule="REP-3",
        stand_ins=stands_in_for,
    ),
)
