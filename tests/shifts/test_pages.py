"""Staff pages of duty and handover: who may open them, their main jobs, their statements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import DutyShift
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import day_start
from apps.shifts import services
from apps.shifts.enums import GapEnd, HandoverState, SwapState
from apps.shifts.models import Gap, Need, Pattern, PatternFill, ShiftFeed, Swap
from tests.factories import shifts as f
from tests.factories.accounts import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def own(client: Client, address: str, **given: Any) -> tuple[str, int]:
    """The page, and how many statements it asked of this app."""
    with CaptureQueriesContext(connection) as queries:
        text = client.get(address, given).text
    return text, sum('"shifts_' in query["sql"] for query in queries)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_take_the_same_statements_for_one_row_and_three(
    client: Client, rows: int
) -> None:
    unit, giver, receiver, _row = f.ending()
    boss = f.director(unit)
    sign_in(client, boss)
    f.need(unit, boss)
    for n in range(rows - 1):
        f.need(unit, boss)
        other, at = f.agent(unit), timezone.now()
        f.on_duty(other, unit, at - f.HOUR, at + timedelta(minutes=20 + n))
        services.open_due(at=at)
    for n in range(rows):
        since = timezone.now() + (30 + n) * f.DAY
        shift = f.on_duty(giver, unit, since, since + f.HOUR)
        services.ask_swap(shift_id=shift.pk, to_user=receiver, by=giver, at=timezone.now())
    for name, most in (("gap", 2), ("swap", 2), ("handover", 2), ("need", 3)):
        text, asked = own(client, reverse(f"admin:shifts_{name}_changelist"))
        assert unit.name in text and asked <= most, name


@pytest.mark.parametrize("clocks", [1, 12])
def test_a_handovers_page_takes_the_same_statements_whatever_its_length(
    client: Client, clocks: int
) -> None:
    _unit, giver, _receiver, row = f.ending(clocks=clocks)
    sign_in(client, giver)
    text, asked = own(client, reverse("admin:shifts_handover_change", args=[row.pk]))
    assert f"CS{clocks - 1}" in text and asked <= 8


def test_handed_over_and_accepted_on_their_pages(client: Client) -> None:
    _unit, giver, receiver, row = f.ending(clocks=2)
    first, second = row.items.all()
    sign_in(client, giver)
    offer = reverse("admin:shifts_handover_act", args=[row.pk, "offer"])
    wrong = client.post(offer, {"offer-receiver": giver.pk})
    assert wrong.status_code == 422
    answer = client.post(
        offer,
        {
            "offer-receiver": receiver.pk, "offer-note": "一切正常",
            f"offer-word_{first.pk}": "先打这个", f"offer-keep_{second.pk}": "on",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:2000]
    sign_in(client, receiver)
    page = reverse("admin:shifts_handover_change", args=[row.pk])
    text = client.get(page).text
    assert "先打这个" in text and "一切正常" in text
    accept = reverse("admin:shifts_handover_act", args=[row.pk, "accept"])
    assert client.post(accept, {f"accept-why_{first.pk}": "没有权限"}).status_code == 302
    row.refresh_from_db()
    assert row.state == HandoverState.ACCEPTED
    assert "没有权限" in client.get(page).text
    sign_in(client, giver)
    assert client.get(reverse("admin:shifts_handover_away")).status_code == 200


def test_a_colleague_whom_it_does_not_concern_finds_nothing(client: Client) -> None:
    unit, _giver, _receiver, row = f.ending()
    sign_in(client, f.agent(unit))
    assert client.get(reverse("admin:shifts_handover_change", args=[row.pk])).status_code == 404


def test_a_gap_is_asked_about_and_taken_from_the_link(client: Client) -> None:
    unit = f.branch()
    boss, volunteer = f.director(unit), f.agent(unit, scope=ObjectScope.UNITS)
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at").first()
    assert gap is not None
    sign_in(client, boss)
    ask = reverse("admin:shifts_gap_act", args=[gap.pk, "ask"])
    assert client.post(ask, {"ask-users": [volunteer.pk]}).status_code == 302
    sign_in(client, volunteer)
    page = client.get(f"/admin/desk/open/shifts.gap/{gap.pk}", follow=True)
    take = reverse("admin:shifts_gap_act", args=[gap.pk, "take"])
    assert take in page.text and ask not in page.text
    assert client.post(ask, {"ask-users": [volunteer.pk]}).status_code == 403
    assert client.post(take).status_code == 302
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED
    again = client.post(take, follow=True)
    assert again.status_code == 200 and DutyShift.objects.count() == 1


def test_the_ribbon_shows_gaps_in_text_and_plans_by_a_form(client: Client) -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    sign_in(client, boss)
    address = reverse("admin:shifts_gap_ribbon")
    assert client.get(address).status_code == 200, "nothing is needed yet"
    f.need(unit, boss, begins="20:00", ends="24:00")
    client.cookies["django_language"] = "en"
    text = client.get(address, headers={"accept-language": "en"}).text
    assert 'class="gap"' in text and "1 missing 20:00–00:00" in text
    assert "no phone" in text, "who cannot be reached is marked"
    day = timezone.localdate() + 2 * f.DAY
    given = {"day": day.isoformat(), "begins": "20:00", "ends": "24:00", "user": one.pk}
    where = f"{address}?unit={unit.pk}&role=agent"
    for wrong in ({"ends": "25:00"}, {"day": "2020-01-01"}, {"user": boss.pk}):
        assert client.post(where, given | wrong).status_code == 422
    assert client.post(where, given).status_code == 302
    assert one.display_name in client.get(where).text
    assert client.get(address, {"first": "2026-99-99", "unit": "x" * 50}).status_code == 200


def test_a_shift_is_moved_on_the_ribbon_and_the_server_checks_it(client: Client) -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    begins = day_start(timezone.localdate(), 2) + 8 * f.HOUR
    shift = f.on_duty(one, unit, begins, begins + 8 * f.HOUR)
    where = f"{reverse('admin:shifts_gap_ribbon')}?unit={unit.pk}&role=agent"
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    given = {"shift": shift.pk, "start": 1, "end": 2}
    assert client.post(where, given).status_code == 403
    sign_in(client, boss)
    assert f'data-shift="{shift.pk}"' in client.get(where).text
    for wrong in (
        {"start": -5 * 48}, {"start": 20}, {"end": 48}, {"start": 0, "end": 0}, {"shift": 0}, {"start": "x"},
    ):  # fmt: skip
        assert client.post(where, given | wrong).status_code == 422, wrong
    assert DutyShift.objects.standing().get() == shift
    assert client.post(where, given).status_code == 302
    moved = DutyShift.objects.standing().get()
    half = f.HOUR / 2
    assert (moved.starts_at, moved.ends_at) == (begins + half, begins + 9 * f.HOUR)
    assert client.post(where, given).status_code == 422, "that one is off the roster"


def test_a_shift_that_has_begun_or_clashes_is_not_moved(client: Client) -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    now = timezone.now()
    running = f.on_duty(one, unit, now - f.HOUR, now + 3 * f.HOUR)
    following = f.on_duty(one, unit, now + 4 * f.HOUR, now + 8 * f.HOUR)
    act = {"by": boss, "at": now}
    with pytest.raises(BadInput) as refusal:
        services.move_shift(shift_id=running.pk, start=0, end=1, **act)
    assert refusal.value.code == "past"
    with pytest.raises(RuleBroken):
        services.move_shift(shift_id=following.pk, start=-4, end=-4, **act)
    assert set(DutyShift.objects.standing()) == {running, following}


def test_needs_and_patterns_are_set_on_their_pages(client: Client) -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    sign_in(client, boss)
    tomorrow = (timezone.localdate() + f.DAY).isoformat()
    need = {
        "unit": unit.pk, "role": Role.AGENT, "weekdays": [1, 2, 3, 4, 5, 6, 7], "holidays": "same",
        "begins": "00:00", "ends": "25:00", "heads": 1, "since": tomorrow,
    }  # fmt: skip
    add = reverse("admin:shifts_need_add")
    assert client.post(add, need).status_code == 422
    assert client.post(add, need | {"ends": "24:00", "heads": 0}).status_code == 422
    assert client.post(add, need | {"ends": "24:00"}).status_code == 302
    row = Need.objects.get()
    assert client.get(reverse("admin:shifts_need_change", args=[row.pk])).status_code == 200
    pattern = {
        "name": "长班", "unit": unit.pk, "role": Role.AGENT, "cycle": 1, "anchor": tomorrow,
        "lines": "1 00:00-24:00 1\n7 x", "people": f"{one.staff_number}\n不存在",
    }  # fmt: skip
    add = reverse("admin:shifts_pattern_add")
    assert "不存在" in client.post(add, pattern).text
    assert client.post(add, pattern | {"people": one.staff_number}).status_code == 422
    good = pattern | {"people": one.staff_number, "lines": "1 00:00-24:00 1"}
    assert client.post(add, good).status_code == 302
    made = Pattern.objects.get()
    fill = reverse("admin:shifts_pattern_act", args=[made.pk, "fill"])
    last = (timezone.localdate() + 16 * f.DAY).isoformat()
    assert client.post(fill, {"fill-first": tomorrow, "fill-last": last}).status_code == 302
    assert PatternFill.objects.count() == 16
    assert not Gap.objects.filter(closed_at=None).exists()
    end = reverse("admin:shifts_need_act", args=[row.pk, "end"])
    assert client.post(end, {"end-until": tomorrow}).status_code == 302


def test_my_shifts_a_swap_and_my_calendar(client: Client) -> None:
    unit, at = f.branch(), timezone.now()
    one, other, boss = f.agent(unit), f.agent(unit), f.director(unit)
    shift = f.on_duty(one, unit, at + f.DAY, at + f.DAY + 8 * f.HOUR)
    sign_in(client, one)
    mine = reverse("admin:shifts_swap_mine")
    assert unit.name in client.get(mine).text
    add = reverse("admin:shifts_swap_add")
    assert client.get(add, {"shift": shift.pk}).status_code == 200
    assert client.post(add, {"shift": shift.pk, "to_user": ""}).status_code == 302
    swap = Swap.objects.get()
    made = client.post(reverse("admin:shifts_swap_link"))
    address = ShiftFeed.objects.get()
    assert ".ics" in made.text and address.user == one
    assert ".ics" not in client.get(mine).text
    client.post(reverse("admin:shifts_swap_end_link"))
    address.refresh_from_db()
    assert address.revoked_at is not None
    sign_in(client, other)
    take = reverse("admin:shifts_swap_act", args=[swap.pk, "take"])
    confirm = reverse("admin:shifts_swap_act", args=[swap.pk, "confirm"])
    assert client.post(take).status_code == 302
    assert client.post(confirm).status_code == 403
    sign_in(client, boss)
    assert client.post(confirm).status_code == 302
    swap.refresh_from_db()
    assert swap.state == SwapState.DONE and swap.new_shift.user == other


PAGES = (
    "shifts_swap_mine", "shifts_gap_ribbon", "shifts_handover_away", "shifts_handover_changelist",
    "shifts_gap_changelist", "shifts_swap_changelist", "shifts_need_changelist",
    "shifts_pattern_changelist", "shifts_need_add", "shifts_pattern_add",
)  # fmt: skip
OF_AGENTS = {
    "shifts_swap_mine", "shifts_handover_away", "shifts_handover_changelist",
    "shifts_gap_changelist", "shifts_swap_changelist",
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.AGENT, OF_AGENTS),
        (Role.DIRECTOR, set(PAGES)),
        (Role.SALES, set()),
        (Role.IT_ADMIN, set()),
    ],
)
def test_who_may_open_what(client: Client, role: Role, may: set[str]) -> None:
    sign_in(client, UserFactory(roles=[role]))
    for page in PAGES:
        code = client.get(reverse(f"admin:{page}")).status_code
        assert code == (200 if page in may else 403), page
