"""The hotline in the demonstration's week: about 1,900 calls, one bad hour at 91 %, five call-backs of that hour,
three of them done by being answered since. Written in sets, as files of calls are. One hour came as a file of which
five lines were refused."""

import random
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster, service_desk
from apps.backoffice.services import run_jobs
from apps.complaints.models import Case
from apps.core.files import NewFile
from apps.hotline import services
from apps.hotline.enums import CallOutcome, Direction, Profile
from apps.hotline.models import Call, Extension, PhoneSystem
from apps.hotline.reading import Part
from apps.hotline.services.writing import write_parts

SYSTEM = "上海客服热线"
CALLS = 1_900
OPENS, CLOSES = 8, 20  # hours of the day with calls
BAD, BAD_MISSED = 100, 9
# How often each of five callers called in vain in the bad hour; the first three are spoken with later on.
IN_VAIN = (3, 2, 1, 2, 1)
LATER_ANSWERED = 3
FILE_CALLS, FILE_REFUSED = 12, 5
EXTENSIONS = 6  # with fewer agents, some have two


@transaction.atomic
def make_hotline(*, seed: int, now: datetime) -> None:
    """All or nothing. Without agents there is nobody to answer."""
    roster = Roster([Role.AGENT], now)
    unit = service_desk(roster)
    if unit is None:
        return
    by = User.objects.get(username="linzhuren")
    system = _system(unit, roster, by, now)
    chance = random.Random(seed)  # noqa: S311  # the same week from the same seed
    bad = _bad_hour(now)
    parts = _bad_parts(bad, chance) | _week(now, bad, chance)
    written = write_parts(system, parts)
    services.follow_calls(missed=written.missed, by=by, at=now)
    _link(chance)


def _system(unit: Unit, roster: Roster, by: User, now: datetime) -> PhoneSystem:
    values = {
        "name": SYSTEM,
        "profile": Profile.QUEUE_LOG,
        "unit": unit,
        "zone": "Asia/Shanghai",
        "queues": ["hotline"],
        "internal": ["800-899"],
    }
    system = services.save_phone_system(system=None, values=values, by=by, at=now)
    since = now - timedelta(days=60)
    agents = roster.holders([Role.AGENT], unit.path)[:EXTENSIONS]
    Extension.objects.bulk_create(
        Extension(system=system, extension=str(801 + n), user_id=pk, since=since, created_by=by)
        for n, pk in enumerate(islice(cycle(agents), EXTENSIONS))
    )
    return system


def _bad_hour(now: datetime) -> datetime:
    """The last whole hour of a morning or an afternoon that is over for an hour at least."""
    hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    while not 9 <= hour.hour <= 17:
        hour -= timedelta(hours=1)
    return hour


def _number(chance: random.Random) -> str:
    return f"13{chance.randrange(10**9):09d}"


def _answered(at: int, caller: str, chance: random.Random, *, wait: int = 0) -> Part:
    part, extension = Part(), str(801 + chance.randrange(EXTENSIONS))
    wait = wait or min(int(chance.expovariate(1 / 7)) + 2, 55)
    part.caller, end = caller, at + wait + 30 + int(chance.expovariate(1 / 110))
    part.offer(at, "hotline")
    if chance.random() < 0.15:
        part.leg(str(801 + chance.randrange(EXTENSIONS)), at, None, at + max(wait - 1, 1))
    part.answer(at + wait, extension)
    part.leg(extension, at + max(wait - 4, 0), at + wait, end)
    part.end(end)
    return part


def _missed(
    at: int, caller: str, waited: int, outcome: CallOutcome = CallOutcome.ABANDONED
) -> Part:
    part = Part()
    part.caller = caller
    part.offer(at, "hotline")
    part.end(at + waited, outcome.value)
    return part


def _bad_parts(hour: datetime, chance: random.Random) -> dict[str, Part]:
    """100 calls that count: 91 answered, 9 of five callers in vain; three callers are spoken with half an hour
    later."""
    begin, parts = int(hour.timestamp()), {}
    for n in range(BAD - BAD_MISSED):
        at = begin + n * 3_500 // BAD
        parts[f"{at}.1{n:03d}"] = _answered(
            at, _number(chance), chance, wait=chance.randrange(15, 70)
        )
    for n, times in enumerate(IN_VAIN):
        caller = _number(chance)
        for time in range(times):
            at = begin + 600 + n * 180 + time * 420
            parts[f"{at}.2{n}{time}"] = _missed(at, caller, 40 + chance.randrange(60))
        if n < LATER_ANSWERED:
            at = begin + 3_600 + 300 * n
            parts[f"{at}.3{n}"] = _answered(at, caller, chance)
    return parts


def _week(now: datetime, bad: datetime, chance: random.Random) -> dict[str, Part]:
    """The other calls, in the hours that are over; whoever was not answered lately hung up at once."""
    hours = [
        day + timedelta(hours=hour)
        for day in (
            timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
            - timedelta(days=n)
            for n in range(7)
        )
        for hour in range(OPENS, CLOSES)
    ]
    hours = [hour for hour in hours if hour + timedelta(hours=1) <= now and hour != bad]
    parts = {}
    for n in range(CALLS - BAD - LATER_ANSWERED - FILE_CALLS):
        hour = hours[n % len(hours)]
        at = int(hour.timestamp()) + chance.randrange(3_400)
        caller, luck = _number(chance), chance.random()
        is_old = hour < now - timedelta(days=3)
        if luck < 0.02:
            part = _missed(at, caller, chance.randrange(1, 5))
        elif luck < 0.032 and is_old:
            part = _missed(at, caller, chance.randrange(20, 90))
        elif luck < 0.05:
            part = _missed(at, caller, 35, CallOutcome.MENU)
        else:
            part = _answered(at, caller, chance)
        if 0.05 < luck < 0.09:
            part.direction = Direction.OUT.value
        parts[f"{at}.{n:04d}"] = part
    return parts


def _link(chance: random.Random) -> None:
    """Some of the calls are about shipments and cases that are there."""
    cases = list(Case.objects.select_related("customer").order_by("-pk")[:20])
    answered = Call.objects.filter(outcome=CallOutcome.ANSWERED, direction=Direction.IN)
    calls = list(answered.order_by("-offered_at").only("pk")[: len(cases) * 3])
    chosen = chance.sample(calls, min(len(cases), len(calls)))
    for call, case in zip(chosen, cases, strict=False):
        call.case, call.customer, call.waybill_id = case, case.customer, case.waybill_id
    Call.objects.bulk_update(chosen, ["case", "customer", "waybill"])


def make_call_file(*, seed: int, now: datetime) -> None:
    """The first hour of a day four days ago, as the telephone exchange wrote it: a phone nobody is set up at, a wait
    below zero, a clock that ran ahead and half a line."""
    system = PhoneSystem.objects.filter(name=SYSTEM).first()
    if system is None:
        return
    hour = timezone.localtime(now).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    hour -= timedelta(days=4)
    lines = _queue_log(int(hour.timestamp()), int(now.timestamp()), random.Random(seed))  # noqa: S311  # as above
    who: dict[str, Any] = {
        "by": User.objects.get(username="linzhuren"),
        "at": now - timedelta(hours=3),
    }
    file = NewFile("".join(f"{line}\n" for line in lines).encode(), f"queue_log-{hour:%Y%m%d}")
    row, _is_new = services.upload_call_file(system=system, file=file, **who)
    services.take_call_file(file_id=row.pk, **who)
    while run_jobs():
        pass


def _queue_log(begin: int, now: int, chance: random.Random) -> list[str]:
    lines = []
    for n in range(FILE_CALLS):
        at, call, wait = begin + 180 + n * 270, f"{begin + n * 270}.{n}", 4 + n % 5
        agent = "SIP/816" if n == 4 else f"PJSIP/{801 + n % EXTENSIONS}"
        lines.append(f"{at}|{call}|hotline|NONE|ENTERQUEUE||{_number(chance)}|1")
        if n == 8:
            lines.append(f"{at + 20}|{call}|hotline|NONE|ABANDON|1|1|-1")
            continue
        talk = 60 + chance.randrange(120)
        lines += [
            f"{at + wait}|{call}|hotline|{agent}|CONNECT|{wait}|{call}.1|3",
            f"{at + wait + talk}|{call}|hotline|{agent}|COMPLETECALLER|{wait}|{talk}|1",
        ]
    ahead = f"{now + 86_400}|{now}.90|hotline|NONE|ENTERQUEUE||{_number(chance)}|1"
    return [*lines[:20], f"{begin + 1_900}|{begin}.91|hot", ahead, *lines[20:]]


PARTS = ((20, make_hotline), (21, make_call_file))
