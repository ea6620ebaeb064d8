"""Which act an exception report allows in which state, and what the database refuses (CMP-4, CMP-5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.quality import services
from apps.quality.enums import ExceptionState as X
from apps.quality.enums import MeetingState
from apps.quality.inputs import Verdict
from apps.quality.models import ExceptionReport, ReviewMeeting
from apps.quality.states import EXCEPTION_MOVES, MEETING_MOVES
from tests.factories.accounts import UnitFactory
from tests.factories.complaints import (
    action,
    any_cause,
    exception,
    exception_in,
    who,
)
from tests.factories.customers import png

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]


@pytest.mark.parametrize("to", list(X))
@pytest.mark.parametrize("frm", list(X))
def test_the_table_says_yes_or_refuses_clearly(frm: X, to: X) -> None:
    if to in EXCEPTION_MOVES.ends_of(frm):
        EXCEPTION_MOVES.check(frm, to)
    else:
        with pytest.raises(RuleBroken) as caught:
            EXCEPTION_MOVES.check(frm, to)
        assert caught.value.code == "illegal_move"


ACTS: dict[str, tuple[Callable[[ExceptionReport], Any], set[X]]] = {
    "investigate": (
        lambda r: services.investigate_exception(exception_id=r.pk, **who()),
        {X.OPEN, X.DECIDED, X.ACTING},
    ),
    "findings": (
        lambda r: services.note_findings(exception_id=r.pk, text="监控已调取", **who()),
        set(X) - {X.CLOSED},
    ),
    "decide": (
        lambda r: services.decide_exception(
            exception_id=r.pk, verdict=Verdict(any_cause().pk, "通报批评"), **who()
        ),
        {X.INVESTIGATING},
    ),
    "act": (action, {X.DECIDED, X.ACTING, X.CHECKED}),
    "check": (
        lambda r: services.check_exception(exception_id=r.pk, note="无需整改", **who()),
        {X.DECIDED},
    ),
    "close": (lambda r: services.close_exception(exception_id=r.pk, **who()), {X.CHECKED}),
    "reopen": (
        lambda r: services.reopen_exception(exception_id=r.pk, reason="又发生", **who()),
        {X.CLOSED},
    ),
    "put_right": (
        lambda r: services.put_right(exception_id=r.pk, line="当场重新绑扎", **who()),
        {X.OPEN},
    ),
    "evidence": (
        lambda r: services.add_evidence(
            exception_id=r.pk, file=NewFile(png(), "车厢.png"), note="绑扎前", **who()
        ),
        set(X) - {X.CLOSED},
    ),
    "chase": (
        lambda r: services.add_chase(
            exception_id=r.pk,
            whom=UnitFactory(),
            question="货在哪里？",
            due_at=timezone.now() + timedelta(hours=1),
            **who(),
        ),
        set(X) - {X.CLOSED},
    ),
    "judge": (
        lambda r: services.judge_seriousness(
            exception_id=r.pk, is_serious=True, reason="造成损失", **who()
        ),
        set(X) - {X.CLOSED},
    ),
}


@pytest.mark.parametrize("state", list(X))
@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_works_in_its_states_and_is_refused_in_the_others(act: str, state: X) -> None:
    made = exception_in(state)
    work, allowed = ACTS[act]
    if state in allowed:
        work(made)
        return
    with pytest.raises(RuleBroken):
        work(made)
    made.refresh_from_db()
    assert made.state == state


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "gone"},
        {"state": "closed"},
        {"state": "decided"},
        {"state": "investigating"},
        {"kind": "odd"},
        {"found_by": "chance"},
        {"title": ""},
        {"known_at": timezone.now() - timedelta(days=9)},
        {"reported_at": timezone.now() - timedelta(days=9)},
        {"happened_at": timezone.now() + timedelta(days=9)},
        {"closed_at": timezone.now()},
        {"decided_at": timezone.now()},
    ],
)
def test_the_database_refuses_what_must_never_be(columns: dict[str, Any]) -> None:
    made = exception()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExceptionReport.objects.filter(pk=made.pk).update(**columns)


def test_meetings_move_by_their_table() -> None:
    assert MEETING_MOVES.ends_of(MeetingState.PLANNED) == {MeetingState.HELD, MeetingState.DROPPED}
    made = services.plan_meeting(
        title="会",
        unit=UnitFactory(),
        planned_for=timezone.now(),
        exception_ids=[exception().pk],
        people=[],
        **who(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewMeeting.objects.filter(pk=made.pk).update(state="held")
