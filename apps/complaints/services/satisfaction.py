"""Asking how satisfied the customer is, and acting on the answer (CMP-7)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries.duty import people_for
from apps.complaints.enums import CaseChannel, CaseState, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, SatisfactionAsk
from apps.complaints.rules.cases import check_score, escalates, is_dissatisfied
from apps.complaints.services import clocks
from apps.complaints.services.changing import raise_severity
from apps.complaints.services.locking import lock_case, write
from apps.complaints.services.reopening import reopen
from apps.complaints.services.talking import add_entry
from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.sla.enums import FactKind


@transaction.atomic
def ask_satisfaction(
    *, case_id: int, by: User, at: datetime, channel: CaseChannel | None = None
) -> SatisfactionAsk:
    """Ask once the case is solved or closed, by the channel the customer used unless told
    otherwise. The event has it sent; the link in it is ``queries.satisfaction.token_of(ask)``.
    One that is still unanswered is asked again rather than a second one put."""
    case = lock_case(case_id, by)
    if case.state not in (CaseState.SOLVED, CaseState.CLOSED):
        raise RuleBroken(
            _("Ask once there is a solution."), code="not_yet", field="state", rule="CMP-7"
        )
    channel = channel or CaseChannel(case.channel)
    if channel == CaseChannel.OWN_CHECK:
        raise RuleBroken(
            _("We found this ourselves; there is nobody to ask."), code="nobody", field="channel"
        )
    ask = case.satisfaction_asks.filter(answered_at__isnull=True).first()
    ask = ask or SatisfactionAsk(case=case)
    ask.channel, ask.asked_at, ask.asked_by = channel, at, by
    ask.save()
    data = {"ask": ask.pk, "channel": str(channel), "owner": case.owner_id}
    record("case.satisfaction_asked", case, by=by, at=at, data=data)
    return ask


@transaction.atomic
def answer_satisfaction(
    *, ask_id: int, score: int, comment: str, by: User, at: datetime
) -> SatisfactionAsk:
    """The customer's own answer, 1–5, once: RuleBroken ``answered`` afterwards.

    2 or less reopens the case, the second time it escalates; more confirms the result of a case
    that was only solved so far. What they write stands in the conversation."""
    check_score(score)
    found = SatisfactionAsk.objects.values_list("case_id", flat=True).get(pk=ask_id)
    case = lock_case(found, by)
    ask = SatisfactionAsk.objects.select_for_update(no_key=True).get(pk=ask_id)
    if ask.answered_at is not None:
        raise RuleBroken(_("You have answered already. Thank you."), code="answered")
    _fill(ask, score, comment, by=by, at=at)
    if comment.strip():
        message = NewMessage(EntryKind.MESSAGE_IN, comment, CaseChannel(ask.channel))
        add_entry(case, message, ask.comment, by=by, at=at)
    if case.state == CaseState.SOLVED and not is_dissatisfied(score):
        write(case, at=at, confirmed_at=at, confirmed_by=by)
        clocks.done(case, FactKind.FED_BACK, FactKind.SOLVED, by=by, at=at)
    act_on_score(case, score, by=by, at=at)
    return ask


def record_answer(
    case: Case, score: int, comment: str, channel: CaseChannel, *, by: User, at: datetime
) -> None:
    """The question and its answer in one; one that was sent out before is answered by this."""
    ask = case.satisfaction_asks.filter(answered_at__isnull=True).first()
    ask = ask or SatisfactionAsk(case=case, channel=channel, asked_at=at, asked_by=by)
    _fill(ask, score, comment, by=by, at=at)


def _fill(ask: SatisfactionAsk, score: int, comment: str, *, by: User, at: datetime) -> None:
    ask.score, ask.comment = score, comment.strip()[:2000]
    ask.answered_at, ask.answered_by = max(at, ask.asked_at), by
    ask.save()


def act_on_score(case: Case, score: int, *, by: User, at: datetime) -> None:
    """Keep it on the case; who is dissatisfied is not let go. The caller holds the lock."""
    write(case, at=at, satisfied_score=score, satisfied_at=at, satisfied_by=by)
    data = {"score": score, "owner": case.owner_id, "revision": case.version}
    record("case.satisfaction_answered", case, by=by, at=at, data=data)
    if not is_dissatisfied(score):
        return
    leaders_take_over = escalates(case)
    reason = _("Dissatisfied with the result: %(score)d of 5.") % {"score": score}
    if case.state in (CaseState.SOLVED, CaseState.CLOSED):
        reopen(case, reason, by=by, at=at)
    if leaders_take_over:
        raise_severity(case, reason, by=by, at=at)
        people = people_for([Role.DIRECTOR, Role.DEPARTMENT_MANAGER], case.unit.path, at)
        recipients = [person.pk for person in people]
        news = {"score": score, "recipients": recipients, "number": case.number}
        record("case.escalated", case, by=by, at=at, data=news)
