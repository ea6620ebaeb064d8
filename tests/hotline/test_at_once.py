"""Twenty at once have one effect (CMP-10)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.files import NewFile
from apps.events.models import Event
from apps.hotline import services
from apps.hotline.enums import CallBackState, Direction, FileState
from apps.hotline.models import Call, CallBack, CallFile, Leg
from tests.at_once import at_once
from tests.factories import hotline as f
from tests.factories.accounts import UserFactory, superuser
from tests.factories.imports import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CMP-10")]
HANDS = 20


def test_twenty_imports_of_one_file_are_one() -> None:
    system, by, at, t = f.system(), superuser(), timezone.now(), f.ago(60)
    lines = f.answered_call("1.1", t) + f.missed_call("1.2", t + 60, caller="13800138002")
    file = NewFile(f.content(lines), "queue_log")

    def act(_n: int) -> None:
        row, _new = services.upload_call_file(system=system, file=file, by=by, at=at)
        services.take_call_file(file_id=row.pk, by=by, at=at)

    assert at_once(HANDS, act) == {"done": 1, "illegal_move": HANDS - 1}
    work()
    assert CallFile.objects.get().state == FileState.TAKEN
    assert (Call.objects.count(), Leg.objects.count(), CallBack.objects.count()) == (2, 1, 1)
    assert Event.objects.filter(kind="callfile.uploaded").count() == 1


def test_twenty_pushes_of_one_call_are_one_and_open_one_call_back() -> None:
    system, by, at = f.system(), UserFactory(), timezone.now()
    offered = at - timedelta(minutes=9)
    call = services.PushedCall(
        "7", Direction.IN, f.CALLER, offered, None, offered + timedelta(seconds=40), f.ABANDONED
    )
    at_once(HANDS, lambda _n: services.push_call(system=system, call=call, by=by, at=at))
    assert (Call.objects.count(), CallBack.objects.get().calls) == (1, 1)
    assert Event.objects.filter(kind="callback.opened").count() == 1


def test_twenty_closings_of_one_call_back_are_one() -> None:
    f.taken(f.system(), f.missed_call("1.1", f.ago(20)))
    row, by, at = CallBack.objects.get(), UserFactory(), timezone.now()

    def act(n: int) -> None:
        if n % 2:
            services.close_answered(by=by, at=at)
        services.end_call_back(
            call_back_id=row.pk, state=CallBackState.DONE, result=f"第{n}次", by=by, at=at
        )

    assert at_once(HANDS, act) == {"done": 1, "illegal_move": HANDS - 1}
    assert Event.objects.filter(kind="callback.done").count() == 1
