"""What reports mean to customers and to colleagues (REP-2, REP-3)."""

from collections.abc import Sequence

from apps.accounts.queries.duty import Roster
from apps.core.notice_types import Notice, subject_link
from apps.core.public_links import public_link
from apps.customers.enums import PaperChannel
from apps.events.models import Event
from apps.reports.enums import SummarySeat, SummaryState
from apps.reports.models import DailyReport, Summary
from apps.reports.queries.summary_links import token_of

# These carry a link; what goes by paper is a task for a person, who prints, sends and calls.
WITH_LINK = frozenset({PaperChannel.EMAIL, PaperChannel.WECHAT})
NEXT_SEAT = {
    SummaryState.WRITTEN: SummarySeat.PROJECT_MANAGER,
    SummaryState.PROJECT: SummarySeat.DIRECTOR,
    SummaryState.DIRECTOR: SummarySeat.DEPUTY_GENERAL_MANAGER,
}


def _summaries(events: Sequence[Event]) -> list[tuple[Event, Summary]]:
    """Each event with its summary, read once."""
    rows = Summary.objects.select_related("customer__unit", "agent")
    by_id = {str(row.pk): row for row in rows.filter(pk__in={one.subject_id for one in events})}
    return [(event, by_id[event.subject_id]) for event in events if event.subject_id in by_id]


def _sent(events: Sequence[Event]) -> list[Notice]:
    """By the customer's own channel."""
    found = []
    for event, row in _summaries(events):
        channel = PaperChannel(row.customer.statement_channel)
        found.append(
            Notice(
                topic="summary.sent",
                cause=f"event:{event.pk}",
                at=event.at,
                event=event,
                customer=row.customer,
                data={
                    "summary": row.number, "month": f"{row.month:%Y-%m}", "way": str(channel.label),
                },
                link=public_link("portal:summary", token_of(row)),
                prefers=str(channel) if channel in WITH_LINK else "",
                channels=() if channel in WITH_LINK else ("phone",),
            )
        )  # fmt: skip
    return found


def _waits(events: Sequence[Event]) -> list[Notice]:
    """Whoever holds the next seat, or stands in; nobody where it has moved on since."""
    found = []
    roster = Roster([seat.value for seat in SummarySeat], events[0].at)
    for event, row in _summaries(events):
        seat = NEXT_SEAT.get(SummaryState(row.state))
        if seat is not None:
            people = roster.holders([seat.value], row.customer.unit.path)
            found.append(_staff("staff.summary_waits", event, row, people))
    return found


def _returned(events: Sequence[Event]) -> list[Notice]:
    """The agent, with the reason."""
    return [
        _staff("staff.summary_returned", event, row, [row.agent_id], reason=event.data["reason"])
        for event, row in _summaries(events)
        if row.agent_id is not None
    ]


def _staff(topic: str, event: Event, row: Summary, people: Sequence[int], **data: str) -> Notice:
    return Notice(
        topic=topic,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        people=tuple(people),
        stands_in=True,
        data={
            "customer": row.customer.display_name, "summary": row.number, "when": event.at,
            "month": f"{row.month:%Y-%m}", **data,
        },
        link=subject_link(event),
    )  # fmt: skip


def _card(events: Sequence[Event]) -> list[Notice]:
    """The same ten lines by every channel."""
    rows = DailyReport.objects.select_related("unit")
    by_id = {str(row.pk): row for row in rows.filter(pk__in={one.subject_id for one in events})}
    return [
        Notice(
            topic="staff.daily_card",
            cause=f"event:{event.pk}",
            at=event.at,
            event=event,
            people=tuple(event.data["people"]),
            stands_in=True,
            data={
                "when": event.at, "unit": row.unit.name, "day": f"{row.day:%Y-%m-%d}",
                "card": event.data["card"], "card_en": event.data["card_en"],
            },
            link=subject_link(event),
        )
        for event in events
        if (row := by_id.get(event.subject_id)) is not None
    ]  # fmt: skip


NOTICES = {
    "summary.sent": _sent,
    "summary.written": _waits,
    "summary.checked": _waits,
    "summary.returned": _returned,
    "dailyreport.card_sent": _card,
}
