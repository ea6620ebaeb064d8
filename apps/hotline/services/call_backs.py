"""Callers who waited in vain are called back: opened, joined, closed, each once (CMP-10)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster
from apps.core.crypto import decrypt
from apps.core.database import write_columns
from apps.core.errors import RuleBroken
from apps.core.text import required_text
from apps.core.times import local
from apps.events.services import NewEvent, new_event, record, record_many
from apps.hotline.enums import CallBackState, CallOutcome, HotlineMatter
from apps.hotline.models import Call, CallBack
from apps.hotline.states import CALL_BACK_MOVES
from apps.sla import services as sla
from apps.sla.enums import FactKind
from apps.training.enums import Area
from apps.training.queries import check_may_work

S = CallBackState
# Whoever waited in vain longer ago is not called back by themselves: old files are history, not work.
FRESH = timedelta(hours=48)
_LOCK = "hotline.callbacks"
# The calls in vain among these that ask for a call-back, with the conversation that followed each. Whoever hung up
# within the policy's short seconds asks for none.
_MISSED = f"""
SELECT c.id, c.caller_index, c.caller, coalesce(c.ended_at, c.offered_at), u.unit_id, c.customer_id, a.id
FROM hotline_call c JOIN hotline_phonesystem u ON u.id = c.system_id
LEFT JOIN LATERAL (SELECT n.id FROM hotline_call n WHERE n.caller_index = c.caller_index
    AND n.answered_at > coalesce(c.ended_at, c.offered_at) ORDER BY n.answered_at LIMIT 1) a ON true
WHERE c.id = ANY(%(ids)s) AND c.call_back_id IS NULL AND coalesce(c.ended_at, c.offered_at) > %(since)s
    AND NOT (c.outcome = '{CallOutcome.ABANDONED}' AND coalesce(c.wait_s, 0) < (SELECT p.short_seconds
        FROM hotline_answerpolicy p WHERE p.since <= c.day ORDER BY p.since DESC LIMIT 1))
ORDER BY c.offered_at, c.id
"""  # noqa: S608  # words of ours
_ANSWERED = f"""
SELECT DISTINCT ON (b.id) b.id, c.id, c.answered_at, c.agent_id FROM hotline_callback b
JOIN hotline_call c ON c.caller_index = b.number_index AND c.answered_at > b.opened_at
WHERE b.state = '{S.OPEN}' ORDER BY b.id, c.answered_at
"""  # noqa: S608  # words of ours


class _Missed(NamedTuple):
    id: int
    number_index: str
    caller: str
    at: datetime
    unit_id: int
    customer_id: int | None
    answer_id: int | None


def follow_calls(*, missed: Sequence[int], by: User, at: datetime) -> None:
    """After calls were written, in their transaction: those in vain open or join the call-back of their number,
    and each open one whose number was spoken with since is done. Whoever does this waits for the others who do,
    so that each sees what the others left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])
        found: list[_Missed] = []
        if missed:
            cursor.execute(_MISSED, {"ids": list(missed), "since": at - FRESH})
            found = [_Missed(*row) for row in cursor.fetchall()]
    close_answered(by=by, at=at)
    groups: dict[str, dict[int | None, list[_Missed]]] = defaultdict(dict)
    for one in found:
        groups[one.number_index].setdefault(one.answer_id, []).append(one)
    waiting = [list(of_number.values()) for of_number in groups.values()]
    # A number that called in vain, was spoken with and called in vain again is two call-backs, one after the other.
    while waiting:
        _open([rounds[0] for rounds in waiting], by, at)
        close_answered(by=by, at=at)
        waiting = [rounds[1:] for rounds in waiting if len(rounds) > 1]


def _open(groups: Sequence[list[_Missed]], by: User, at: datetime) -> None:
    """The calls of each group, all of one number, open its call-back or join the one that is open."""
    numbers = [group[0].number_index for group in groups]
    there = CallBack.objects.filter(state=S.OPEN, number_index__in=numbers)
    known = {one.number_index: one for one in there.select_for_update(of=("self",)).order_by("pk")}
    # Whoever was spoken with before the open one began needs no second one.
    joined = [
        (known[group[0].number_index], group)
        for group in groups
        if group[0].number_index in known and group[0].answer_id is None
    ]
    fresh = [(_new(group), group) for group in groups if group[0].number_index not in known]
    CallBack.objects.bulk_create([row for row, _group in fresh])
    for row, group in joined:
        row.calls += len(group)
        row.last_at = max(row.last_at, group[-1].at)
    write_columns([row for row, _group in joined], ["calls", "last_at"])
    every = [*fresh, *joined]
    calls = [Call(pk=one.id, call_back=row) for row, group in every for one in group]
    write_columns(calls, ["call_back"])
    _clocks([row for row, _group in fresh], by, at)
    people = _people({row.unit_id for row, _group in every}, at)
    events: list[NewEvent] = []
    for row, group in every:
        events += [new_event("call.abandoned", Call(pk=one.id), by=by, at=at) for one in group]
        kind = "callback.joined" if row.number_index in known else "callback.opened"
        data = {"calls": row.calls, "people": people[row.unit_id]}
        events.append(new_event(kind, row, by=by, at=at, data=data))
    record_many(events)


def _new(group: list[_Missed]) -> CallBack:
    first, last = group[0], group[-1]
    return CallBack(
        number=decrypt(first.caller),
        number_index=first.number_index,
        unit_id=first.unit_id,
        calls=len(group),
        opened_at=first.at,
        last_at=last.at,
        customer_id=first.customer_id,
    )


def _clocks(rows: Sequence[CallBack], by: User, at: datetime) -> None:
    if not rows:
        return
    units = Unit.objects.in_bulk({row.unit_id for row in rows})
    matters = [
        sla.NewMatter(
            kind=HotlineMatter.CALL_BACK,
            subject=row,
            title=_("Call-back %(number)s") % {"number": row.pk},
            opened_at=row.opened_at,
            unit=units[row.unit_id],
        )
        for row in rows
    ]
    sla.open_matters(matters, by=by, at=at)


def _people(unit_ids: Iterable[int], at: datetime) -> dict[int, list[int]]:
    """Who is to call back: the agents on duty for the unit, else those who hold the role there."""
    roster = Roster([Role.AGENT], at)
    paths = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "path"))
    return {pk: roster.people(Role.AGENT, path) for pk, path in paths.items()}


def close_answered(*, by: User, at: datetime) -> int:
    """Open call-backs whose number was spoken with since, in whichever direction; how many were done by that."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    if not found:
        return 0
    open_ones = CallBack.objects.filter(pk__in=found, state=S.OPEN)
    rows = list(open_ones.select_for_update(of=("self",)).order_by("pk"))
    agents = User.objects.in_bulk({agent for _call, _at, agent in found.values() if agent})
    done, events = [], []
    for row in rows:
        call_id, answered_at, agent_id = found[row.pk]
        row.state, row.ended_at, row.answered_by_id = S.DONE, answered_at, call_id
        row.ended_by = agents.get(agent_id, by)
        done.append(sla.Done(row, row.ended_by, answered_at))
        data = {"answered_by": True, "call": call_id, "calls": row.calls}
        events.append(new_event("callback.done", row, by=row.ended_by, at=at, data=data))
    write_columns(rows, ["state", "ended_at", "answered_by", "ended_by"])
    sla.finish_each(done, kind=FactKind.DONE)
    record_many(events)
    return len(rows)


@transaction.atomic
def take_call_back(*, call_back_id: int, by: User, at: datetime) -> CallBack:
    """``by`` will call: colleagues see so, and its clock is theirs. Raises CallBack.DoesNotExist for one that they may
    not see, RuleBroken (``taken_already``, ``ended``) where somebody was quicker, ``not_qualified`` for who may not work on
    the hotline."""
    row = (
        CallBack.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("taken_by", "ended_by")
        .get(pk=call_back_id)
    )
    check_may_work(by, Area.HOTLINE, at)
    if row.state != S.OPEN:
        raise RuleBroken(
            _("This is settled already: %(state)s, by %(name)s.")
            % {"state": S(row.state).label, "name": row.ended_by},
            code="ended",
        )
    if row.taken_by is not None and row.taken_at is not None:
        raise RuleBroken(
            _("%(name)s took it at %(time)s.")
            % {"name": row.taken_by, "time": local(row.taken_at)},
            code="taken_already",
        )
    row.taken_by, row.taken_at = by, at
    row.save(update_fields=["taken_by", "taken_at"])
    sla.change_matter(subject=row, owner=by, by=by, at=at)
    record("callback.taken", row, by=by, at=at, data={"calls": row.calls})
    return row


@transaction.atomic
def end_call_back(
    *, call_back_id: int, state: CallBackState, result: str, by: User, at: datetime
) -> CallBack:
    """Spoken with, could not be reached, or needless: what came of it is said in words. Raises RuleBroken
    (``illegal_move``) where somebody was quicker, ``not_qualified`` for who may not work on the hotline, BadInput
    without words."""
    check_may_work(by, Area.HOTLINE, at)
    needed = _("Say what came of it.")
    result = required_text(
        result, field="result", least=1, most=400, message=needed, code="required"
    )
    row = CallBack.objects.select_for_update(of=("self",)).get(pk=call_back_id)
    CALL_BACK_MOVES.check(S(row.state), state)
    row.state, row.result, row.ended_at, row.ended_by = state, result, at, by
    row.save(update_fields=["state", "result", "ended_at", "ended_by"])
    if state == S.NEEDLESS:
        sla.stop_matter(subject=row, reason=S.NEEDLESS.label, by=by, at=at)
    else:
        sla.record_fact(subject=row, kind=FactKind.DONE, by=by, at=at)
        sla.close_matter(subject=row, by=by, at=at)
    record(f"callback.{state.value}", row, by=by, at=at, data={"calls": row.calls})
    return row
