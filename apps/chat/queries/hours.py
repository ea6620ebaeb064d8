"""Whether chats are answered now, and by when a message left instead will be (CMP-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.accounts.enums import Role
from apps.accounts.queries.duty import is_on_roster
from apps.chat.models import ChatSettings
from apps.chat.queries.seats import is_anyone_there, waiting_count
from apps.sla.queries.calendars import hours_by_code
from apps.sla.worktime import ALWAYS, NoWorkingTime, WorkCalendar, due_after, is_open


@dataclass(frozen=True, slots=True)
class Opening:
    """``is_open``: somebody new may begin a chat; ``is_attended``: somebody is there for those who
    did. ``reply_by`` is when a message left at this instant is answered at the latest."""

    is_open: bool
    is_attended: bool
    reply_by: datetime


def opening(settings: ChatSettings, now: datetime) -> Opening:
    """Open: within hours or somebody on the roster, somebody is there, and the queue is not too
    long. ``now`` is the database's."""
    calendar = calendar_of(settings)
    within = is_open(calendar, now) or is_on_roster(Role.AGENT, now)
    there = is_anyone_there(now)
    room = within and there and waiting_count() < settings.most_waiting
    return Opening(room, there, reply_by(settings, calendar, now))


def calendar_of(settings: ChatSettings) -> WorkCalendar:
    """A calendar that was renamed or removed closes nothing: round the clock then."""
    try:
        return hours_by_code(settings.calendar).calendar
    except KeyError:
        return ALWAYS


def reply_by(settings: ChatSettings, calendar: WorkCalendar, now: datetime) -> datetime:
    """To the next full quarter of an hour, so that the promise is one that people say."""
    try:
        due = due_after(calendar, now, settings.reply_within)
    except NoWorkingTime:
        due = now + timedelta(seconds=settings.reply_within)
    past = timedelta(minutes=due.minute % 15, seconds=due.second, microseconds=due.microsecond)
    return due if not past else due - past + timedelta(minutes=15)
