"""Swaps: asked, taken, confirmed, in one act with the roster; the calendar link."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import DutyShift
from apps.accounts.services import plan_absence
from apps.core.errors import RuleBroken
from apps.shifts import services
from apps.shifts.enums import SwapState
from apps.shifts.models import Swap
from apps.shifts.states import SWAP_MOVES
from tests.factories import shifts as f
from tests.factories import training
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def setting(**fields: Any) -> tuple[Any, Any, Any, DutyShift]:
    """Asker, colleague, director, and a shift that runs since an hour."""
    unit, at = f.branch(), timezone.now()
    asker, other, boss = f.agent(unit), f.agent(unit), f.director(unit)
    since = at + fields.pop("since", -f.HOUR)
    return asker, other, boss, f.on_duty(asker, unit, since, since + 8 * f.HOUR)


def asked(shift: DutyShift, **fields: Any) -> Swap:
    at = timezone.now()
    return services.ask_swap(shift_id=shift.pk, by=shift.user, at=at, **fields)


def test_in_the_middle_of_a_shift() -> None:
    asker, other, boss, shift = setting()
    half = shift.starts_at + 4 * f.HOUR
    swap = asked(shift, starts_at=half, note="孩子发烧")
    services.take_swap(swap_id=swap.pk, by=other, at=timezone.now())
    swap = services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())
    rows = DutyShift.objects.standing().order_by("starts_at")
    assert [(row.user, row.starts_at, row.ends_at) for row in rows] == [
        (asker, shift.starts_at, half), (other, half, shift.ends_at),
    ]  # fmt: skip
    assert swap.new_shift == rows[1] and swap.state == SwapState.DONE
    with pytest.raises(RuleBroken):
        services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())


def test_a_whole_shift_ahead_becomes_the_colleagues() -> None:
    _asker, other, boss, shift = setting(since=f.DAY)
    swap = asked(shift, to_user=other)
    services.take_swap(swap_id=swap.pk, by=other, at=timezone.now())
    services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())
    assert DutyShift.objects.standing().get().user == other


def test_all_of_it_or_nothing() -> None:
    asker, other, boss, shift = setting(since=f.DAY)
    swap = asked(shift)
    services.take_swap(swap_id=swap.pk, by=other, at=timezone.now())
    f.on_duty(other, shift.unit, shift.starts_at + f.HOUR, shift.ends_at)
    with pytest.raises(RuleBroken):
        services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())
    swap.refresh_from_db()
    assert swap.state == SwapState.TAKEN
    assert DutyShift.objects.standing().filter(user=asker).get() == shift


def test_what_is_refused() -> None:
    asker, other, boss, shift = setting(since=f.DAY)
    at = timezone.now()
    away = f.agent(shift.unit)
    plan_absence(user=away, starts_at=shift.starts_at, ends_at=shift.ends_at, by=boss)
    for who, code in ((asker, "oneself"), (away, "may_not"), (UserFactory(), "may_not")):
        with pytest.raises(RuleBroken) as refusal:
            asked(shift, to_user=who)
        assert (refusal.value.code, refusal.value.field) == (code, "to_user")
    for since in (shift.starts_at - f.HOUR, shift.ends_at, at - f.HOUR):
        with pytest.raises(RuleBroken) as refusal:
            asked(shift, starts_at=since)
        assert (refusal.value.code, refusal.value.field) == ("past", "starts_at")
    with pytest.raises(RuleBroken):
        services.ask_swap(shift_id=shift.pk, by=other, at=at)
    over = f.on_duty(asker, shift.unit, at - 9 * f.HOUR, at - f.HOUR)
    with pytest.raises(RuleBroken):
        asked(over)
    swap = asked(shift, to_user=other)
    with pytest.raises(RuleBroken):
        asked(shift)
    with pytest.raises(RuleBroken):
        services.take_swap(swap_id=swap.pk, by=boss, at=at)
    services.take_swap(swap_id=swap.pk, by=other, at=at)
    with pytest.raises(RuleBroken) as refusal:
        services.confirm_swap(swap_id=swap.pk, by=other, at=at)
    assert refusal.value.code == "own_swap"
    with pytest.raises(RuleBroken):
        services.refuse_swap(swap_id=swap.pk, reason=" ", by=boss, at=at)
    services.refuse_swap(swap_id=swap.pk, reason="那天盘点", by=boss, at=at)
    assert Swap.objects.get().why == "那天盘点"


def test_who_is_not_qualified_takes_no_watch_of_cases() -> None:
    _asker, other, _boss, shift = setting(since=f.DAY)
    swap = asked(shift)
    training.required(training.exam(), waive_until=timezone.now() + 90 * f.DAY)
    newcomer = f.agent(shift.unit)
    with pytest.raises(RuleBroken, match=r"qualified|资格"):
        services.take_swap(swap_id=swap.pk, by=newcomer, at=timezone.now())
    assert services.take_swap(swap_id=swap.pk, by=other, at=timezone.now()).taken_by == other


def test_nobody_took_it() -> None:
    _asker, _other, _boss, shift = setting(since=f.HOUR)
    swap = asked(shift)
    assert services.work_handovers(at=shift.starts_at) == 1
    swap.refresh_from_db()
    assert swap.state == SwapState.EXPIRED


@pytest.mark.parametrize("state", SwapState)
def test_every_move_of_a_swap(state: SwapState) -> None:
    _asker, other, boss, shift = setting(since=f.DAY)
    swap, at = asked(shift), timezone.now()
    if state in (SwapState.TAKEN, SwapState.DONE):
        services.take_swap(swap_id=swap.pk, by=other, at=at)
    if state == SwapState.DONE:
        services.confirm_swap(swap_id=swap.pk, by=boss, at=at)
    elif state == SwapState.REFUSED:
        services.refuse_swap(swap_id=swap.pk, reason="x", by=boss, at=at)
    elif state == SwapState.EXPIRED:
        services.expire_swaps(at=shift.starts_at)
    acts = {
        SwapState.TAKEN: lambda: services.take_swap(swap_id=swap.pk, by=other, at=at),
        SwapState.DONE: lambda: services.confirm_swap(swap_id=swap.pk, by=boss, at=at),
        SwapState.REFUSED: lambda: services.refuse_swap(
            swap_id=swap.pk, reason="x", by=boss, at=at
        ),
    }
    for to, act in acts.items():
        if SWAP_MOVES.allows(state, to):
            with transaction.atomic():
                act()
                transaction.set_rollback(True)
        else:
            with pytest.raises(RuleBroken) as refusal:
                act()
            assert refusal.value.code == "illegal_move"


def test_the_calendar_link_can_be_revoked(client: Client) -> None:
    asker, _other, _boss, _shift = setting(since=timedelta(days=1))
    first = services.make_feed(by=asker, at=timezone.now())
    second = services.make_feed(by=asker, at=timezone.now())
    pages = [client.get(reverse("shifts:feed", args=[token])) for token in (first, second, "x")]
    assert [page.status_code for page in pages] == [404, 200, 404]
    assert pages[1]["Content-Type"].startswith("text/calendar") and "DTSTART" in pages[1].text
    assert "no-store" in pages[1]["Cache-Control"]
    services.revoke_feed(by=asker, at=timezone.now())
    assert client.get(reverse("shifts:feed", args=[second])).status_code == 404
