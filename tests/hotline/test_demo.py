"""The demonstration's hotline: a believable week with one bad hour (CMP-10)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.hotline import demo
from apps.hotline.enums import CallBackState, FileState
from apps.hotline.models import Call, CallBack, CallFile
from apps.hotline.queries.board import counts_of, policy_of
from apps.hotline.rules.rate import Counts, percent
from tests.factories.accounts import UnitFactory, UserFactory, superuser

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]


def test_a_week_of_calls_in_few_statements() -> None:
    unit = UnitFactory()
    UserFactory(username="linzhuren", roles=[Role.DIRECTOR], unit=unit)
    for _n in range(6):
        UserFactory(roles=[Role.AGENT], unit=unit)
    now = timezone.now()
    with CaptureQueriesContext(connection) as asked:
        demo.make_hotline(seed=1, now=now)
        demo.make_call_file(seed=1, now=now)
    assert len(asked) < 150, len(asked)
    file = CallFile.objects.get()
    assert (file.state, file.calls_changed) == (FileState.TAKEN, demo.FILE_CALLS)
    assert file.lines_refused == demo.FILE_REFUSED == len(file.refusals)
    assert {one["code"] for one in file.refusals} == {
        "unknown_extension", "bad_wait", "future", "half",
    }  # fmt: skip
    assert Call.objects.count() == demo.CALLS
    states = list(CallBack.objects.values_list("state", flat=True))
    assert sorted(states) == [CallBackState.DONE] * 3 + [CallBackState.OPEN] * 2
    hour = demo._bad_hour(now)
    day, user = timezone.localdate(hour), superuser()
    slots = counts_of(day, user.visible_unit_ids(), policy_of(day))
    bad = sum((slots.get(hour.hour * 2 + n, Counts()) for n in (0, 1)), Counts())
    assert (bad.counted, bad.answered, percent(bad.rate)) == (100, 91, "91.0 %")
    for n in range(1, 7):
        other = timezone.localdate(now) - timedelta(days=n)
        if other != day:
            total = sum(
                counts_of(other, user.visible_unit_ids(), policy_of(other)).values(), Counts()
            )
            assert total.meets(policy_of(other).goal), (other, percent(total.rate))
