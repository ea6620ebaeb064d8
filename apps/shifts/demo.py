"""Duty and handover in the demonstration: Beijing's nights that nobody has from Thursday, a swap that is asked for,
a handover accepted with one item returned, one that nobody accepted."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit, User
from apps.core.times import day_start
from apps.shifts import services
from apps.shifts.models import Handover
from apps.shifts.services.working import end_forgotten, lapse

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
THURSDAY = 4
# The agents of Shanghai from the day on at which the week's own roster ends.
LINES = "\n".join(f"{n} 06:00-22:00 1\n{n} 14:00-06:00 2" for n in range(1, 8))
PLANNED_DAYS = 8
WORDS = (
    "客户约了上午回电，先查清中转再打。",
    "已催北京货运中心，等他们回复。",
    "客户比较急，语气请注意。",
)


def make_duty(*, seed: int, now: datetime) -> None:
    """Nothing of it is left to chance, so ``seed`` changes nothing."""
    people = {user.username: user for user in User.objects.filter(username__in=_PEOPLE)}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=("SHA", "BJS"))}
    boss, today = people["linzhuren"], timezone.localdate(now)
    _fill(people, units["SHA"], today, now)
    _needs(units, boss, today, now)
    _swap(people, now)
    _handovers(people, now)


_PEOPLE = ("wangfang", "lina", "linzhuren")


def _fill(people: dict[str, User], unit: Unit, today: date, now: datetime) -> None:
    """The roster of the week after next, by a pattern."""
    first = today + PLANNED_DAYS * DAY
    boss = people["linzhuren"]
    pattern = services.make_pattern(
        name="上海客服早晚班", unit=unit, role=Role.AGENT, cycle=7, anchor=first, lines=LINES,
        people=[people["wangfang"], people["lina"]], by=boss, at=now,
    )  # fmt: skip
    last = first + 6 * DAY
    services.fill_pattern(pattern_id=pattern.pk, first=first, last=last, by=boss, at=now)


def _needs(units: dict[str, Unit], boss: User, today: date, now: datetime) -> None:
    ahead = (THURSDAY - today.isoweekday()) % 7 or 7
    services.set_need(
        unit=units["SHA"], role=Role.AGENT, weekdays=EVERY_DAY, begins="06:00", ends="06:00",
        heads=1, since=today, by=boss, at=now,
    )  # fmt: skip
    services.set_need(
        unit=units["BJS"], role=Role.AGENT, weekdays=EVERY_DAY, begins="20:00", ends="08:00",
        heads=1, since=today + ahead * DAY, by=boss, at=now,
    )  # fmt: skip


def _swap(people: dict[str, User], now: datetime) -> None:
    """李娜 asks 王芳 to work the second half of her night the day after tomorrow."""
    ahead = day_start(timezone.localdate(now), 2)
    shift = DutyShift.objects.standing().get(user=people["lina"], starts_at__date=ahead.date())
    services.ask_swap(
        shift_id=shift.pk, starts_at=shift.starts_at + timedelta(hours=8), to_user=people["wangfang"],
        note="家里老人住院，后半夜走不开。", by=people["lina"], at=now - timedelta(hours=2),
    )  # fmt: skip


def _handovers(people: dict[str, User], now: datetime) -> None:
    """Of each of the two the last shift that is over: 王芳's evening lapses, 李娜's morning is accepted."""
    acts = {"wangfang": _lapsed, "lina": _accepted}
    ended = {
        name: DutyShift.objects.standing()
        .filter(user=people[name], ends_at__lte=now - 20 * MINUTE)
        .select_related("user", "unit")
        .order_by("ends_at")
        .last()
        for name in acts
    }
    for name, shift in sorted(ended.items(), key=lambda pair: pair[1].ends_at if pair[1] else now):
        if shift is not None:
            handover = services.open_handover(shift, at=shift.ends_at - 30 * MINUTE, tell=False)
            if handover is not None:
                acts[name](handover)
    end_forgotten(at=now)


def _accepted(handover: Handover) -> None:
    """Ten minutes before the end a word with each; the first item goes back."""
    items = list(handover.items.all())
    words = {item.pk: word for item, word in zip(items, WORDS, strict=False)}
    giver, receiver = handover.giver, handover.receiver
    if receiver is None:
        return
    services.offer_handover(
        handover_id=handover.pk, receiver=receiver, by=giver, words=words,
        note="昨夜平稳，两票异常已报质控，早班请留意北京方向到件。", at=handover.ends_at - 10 * MINUTE,
    )  # fmt: skip
    back = {item.pk: "需调取北京的监控，请主任安排。" for item in items[:1]}
    services.accept_handover(
        handover_id=handover.pk, by=receiver, returned=back, at=handover.ends_at + 2 * MINUTE
    )


def _lapsed(handover: Handover) -> None:
    """Offered as the shift ended, and nobody accepted."""
    if handover.receiver is not None:
        handover = services.offer_handover(
            handover_id=handover.pk, receiver=handover.receiver, by=handover.giver,
            at=handover.ends_at,
        )  # fmt: skip
    lapse(handover, handover.ends_at + 15 * MINUTE)


PARTS = ((20, make_duty),)
