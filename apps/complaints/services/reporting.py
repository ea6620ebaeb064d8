"""The report to the leaders within five minutes, and the plan told to the customer (CMP-2)."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CaseEntry
from apps.complaints.queries.team import report_recipients
from apps.complaints.rules.cases import check_live, needed
from apps.complaints.services import clocks
from apps.complaints.services.locking import add_to_search, begin, lock_case, write
from apps.complaints.services.talking import ANSWER, add_entry, add_internal, answered
from apps.core.errors import RuleBroken
from apps.events.services import NewEvent, new_event, record, record_many
from apps.sla.enums import FactKind
from apps.sla.services import mail_after


@transaction.atomic
def record_report(
    *, case_id: int, channel: CaseChannel, note: str, by: User, at: datetime
) -> CaseEntry:
    """The agent reported the case to the department manager and QC, for a direct complaint to the
    general manager too (CMP-2). Meets the report clock at ``at``; the event names the recipients.
    Reporting again is a further report, with what is new in ``note``.

    Off hours the report is a phone call now (``channel`` PHONE); the e-mail follows by itself before
    the next working day begins, at 09:00 at the latest; within them it follows at once.
    RuleBroken ``not_trouble`` for an inquiry, a suggestion, praise.
    """
    case = lock_case(case_id, by)
    check_live(case)
    if not case.is_trouble:
        raise RuleBroken(
            _(
                "Only a complaint, loss or damage is reported. Change its class first if it became one."
            ),
            code="not_trouble",
            field="case_class",
            rule="CMP-2",
        )
    people = report_recipients(case, at)
    text = note.strip() or case.title
    entry = add_internal(case, EntryKind.REPORT, text, by=by, at=at, channel=channel)
    values: dict[str, Any] = add_to_search(case, note)
    if case.reported_at is None:
        values |= {"reported_at": at, "reported_by": by}
        clocks.done(case, FactKind.REPORTED, by=by, at=at)
    write(case, at=at, bump=False, **values)
    data = {"entry": entry.pk, "channel": str(channel), "recipients": [p.pk for p in people]}
    mail_by = mail_after(at)
    data |= {"number": case.number, "mail_by": mail_by.isoformat() if mail_by else None}
    record("case.reported", case, by=by, at=at, data=data)
    return entry


@transaction.atomic
def reply_plan(
    *, case_id: int, text: str, channel: CaseChannel, by: User, at: datetime
) -> CaseEntry:
    """Tell the customer what will be done and by when; meets the plan clock, and the first word
    and the response with it (CMP-2: four hours for a major case, twelve for an ordinary one)."""
    case = lock_case(case_id, by)
    check_live(case)
    answer = add_answer(case, EntryKind.PLAN, text, channel, by=by, at=at)
    facts: tuple[FactKind, ...] = ANSWER
    if case.planned_at is None:
        answer.values.update(planned_at=at, planned_by=by)
        facts = (*ANSWER, FactKind.PLANNED)
    clocks.done(case, *facts, by=by, at=at)
    write(case, at=at, bump=False, **answer.values)
    data = {"entry": answer.entry.pk, "channel": str(channel), "owner": case.owner_id}
    record_many([*answer.events, new_event("case.planned", case, by=by, at=at, data=data)])
    return answer.entry


class Answer(NamedTuple):
    """Words to the customer that are on record, what to write on the case, and what happened by that."""

    entry: CaseEntry
    values: dict[str, Any]
    events: list[NewEvent]


def add_answer(
    case: Case, kind: EntryKind, text: str, channel: CaseChannel, *, by: User, at: datetime
) -> Answer:
    """Put words to the customer on record; ``ANSWER``, the values and the events are the caller's to
    write down, who holds the lock. By a channel that writes, ``case.message_out`` has them sent."""
    text = needed(text, "text")
    begin(case, by=by, at=at)
    entry = add_entry(case, NewMessage(kind, text, channel), text, by=by, at=at)
    values = {**answered(case, by=by, at=at), **add_to_search(case, text)}
    events: list[NewEvent] = []
    if channel not in (CaseChannel.PHONE, CaseChannel.IN_PERSON, CaseChannel.OWN_CHECK):
        data = {"entry": entry.pk, "channel": str(channel), "owner": case.owner_id, "files": 0}
        events.append(new_event("case.message_out", case, by=by, at=at, data=data))
    return Answer(entry, values, events)
