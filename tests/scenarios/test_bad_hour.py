"""A bad hour on the hotline: a queue_log with transfers and repeats is imported twice, the board shows 91 %, five
callers wait to be called back, and three of them are spoken with when they call again (CMP-10)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.hotline import services
from apps.hotline.enums import CallBackState, CallOutcome
from apps.hotline.models import Call, CallBack, CallFile, PhoneSystem
from apps.sla.models import Clock
from tests.factories import hotline as f
from tests.factories.accounts import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]


def hour_of(begin: int) -> list[str]:
    """100 calls that count: 91 answered, 9 in vain of five callers; three who hung up at once; a transfer; phones that
    rang in vain."""
    lines: list[str] = []
    for n in range(90):
        lines += f.answered_call(
            f"a.{n}", begin + n * 10, caller=f"1360000{n:04d}", extension=f"80{n % 4 + 1}"
        )
    at = begin + 905
    lines += [
        f.entered("t.1", at, "13612340000"), f.rang("t.1", at + 5, "801"), f.rang("t.1", at + 5, "803"),
        f.connected("t.1", at + 9, "802", 9),
        f"{at + 40}|t.1|hotline|SIP/802|BLINDTRANSFER|804|from-internal|9|31|1",
    ]  # fmt: skip
    for caller, times in enumerate((3, 2, 1, 2, 1)):
        for n in range(times):
            lines += f.missed_call(
                f"m.{caller}{n}", begin + caller * 60 + n * 200, caller=f"1390000000{caller}"
            )
    for n in range(3):
        lines += f.missed_call(f"s.{n}", begin + n * 50, waited=2, caller=f"1370000000{n}")
    return lines


def test_a_bad_hour(client: Client) -> None:
    director = UserFactory(roles=[Role.DIRECTOR])
    system: PhoneSystem = f.system(queues=["hotline"], internal=["800-899"])
    for n in range(1, 5):
        f.seat(system, f"80{n}")
    begin = f.ago(60)
    lines = hour_of(begin)

    # The file comes, and an hour later a longer one that begins with it; somebody sends the first again.
    first = f.taken(system, lines, by=director)
    assert first.lines_refused == 0
    again = f.uploaded(system, lines, by=director)
    assert again == first and CallFile.objects.count() == 1
    before = Call.objects.count()
    more = f.answered_call("z.1", begin + 1_400, caller="13611110000")
    assert f.taken(system, lines + more, by=director).calls_changed == 1
    assert Call.objects.count() == before + 1 == 104
    transferred = Call.objects.get(call_id="t.1")
    assert (transferred.outcome, transferred.extension, transferred.legs.count()) == (
        CallOutcome.ANSWERED,
        "802",
        3,
    )

    # 92 of 101 count as answered; the board says so in red, and who waits.
    sign_in(client, director)
    days = {timezone.localdate(at) for at in Call.objects.values_list("offered_at", flat=True)}
    if len(days) == 1:  # not around midnight
        shown = client.get(
            "/admin/hotline/call/board/", {"day": days.pop().isoformat()}
        ).content.decode()
        assert "91.0 %" in shown and "92 / 101" in shown and 'class="is-missed" id="rate"' in shown
        assert "刚呼入就挂断 3" in shown
    waiting = CallBack.objects.filter(state=CallBackState.OPEN)
    assert sorted(waiting.values_list("calls", flat=True)) == [1, 1, 2, 2, 3]
    assert Clock.objects.filter(matter__kind="call_back").count() == 5

    # Three of them call again and are answered: that is their call-back.
    later = [
        line
        for n in range(3)
        for line in f.answered_call(
            f"r.{n}", begin + 2_000 + n * 60, caller=f"1390000000{n}", talk=30
        )
    ]
    f.taken(system, later, by=director)
    done = CallBack.objects.filter(state=CallBackState.DONE)
    assert done.count() == 3 and all(row.answered_by_id and row.ended_by_id for row in done)

    # The other two are rung: one is reached, one is not.
    spoken, silent = waiting.order_by("pk")
    at = timezone.now()
    agent = UserFactory(roles=[Role.AGENT])
    services.end_call_back(
        call_back_id=spoken.pk, state=CallBackState.DONE, result="已告知派送时间", by=agent, at=at
    )
    services.end_call_back(
        call_back_id=silent.pk,
        state=CallBackState.UNREACHABLE,
        result="三次无人接听",
        by=agent,
        at=at + timedelta(seconds=1),
    )
    assert not waiting.exists()
    assert not Clock.objects.filter(matter__kind="call_back", state="running").exists()
