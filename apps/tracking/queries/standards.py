"""The standard times that apply to a shipment: the narrowest lane valid on the day of issue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from apps.core.cached_tables import CachedTables
from apps.tracking.enums import LaneScope, Stage
from apps.tracking.lateness import SILENCE
from apps.tracking.models import ServiceLane, ServiceLevel, SilenceLimit
from apps.tracking.promise import Standards

_NARROWEST = (LaneScope.LANE, LaneScope.SAME_CITY, LaneScope.INTER_CITY)


# The promise by which punctuality is measured: changes of our own do not move it.
MEASURED_PROMISE = Coalesce("measured_promise_at", "promised_at")


def local_zone() -> ZoneInfo:
    """The zone in which days begin and cut-offs fall."""
    return ZoneInfo(settings.TIME_ZONE)


def city_key(city: str) -> str:
    """``上海市`` and ``上海`` are one city."""
    name = "".join(city.split())
    return name[:-1] if len(name) > 2 and name.endswith("市") else name


@dataclass(frozen=True, slots=True)
class StandardsTable:
    """The lanes of a few levels, read at once."""

    lanes: tuple[ServiceLane, ...]

    def of(self, level: str, origin: str, destination: str, on: date) -> Standards | None:
        """None when the level has no standard times for such a shipment on that day."""
        here, there = city_key(origin), city_key(destination)
        fitting = [
            lane
            for lane in self.lanes
            if lane.level.code == level
            and lane.valid_from <= on
            and (lane.valid_until is None or on < lane.valid_until)
            and _fits(lane, here, there)
        ]
        if not fitting:
            return None
        return as_standards(min(fitting, key=lambda lane: _NARROWEST.index(LaneScope(lane.scope))))


def _fits(lane: ServiceLane, here: str, there: str) -> bool:
    if lane.scope == LaneScope.LANE:
        return (city_key(lane.origin_city), city_key(lane.destination_city)) == (here, there)
    return (here == there) == (lane.scope == LaneScope.SAME_CITY)


def as_standards(lane: ServiceLane) -> Standards:
    def hours(number: object) -> timedelta:
        return timedelta(hours=float(str(number)))

    return Standards(
        promised=hours(lane.promised_hours),
        opens=lane.opens,
        cut_off=lane.cut_off,
        stages={stage: hours(getattr(lane, f"{stage.value}_hours")) for stage in Stage},
    )


def standards_table(levels: Iterable[str]) -> StandardsTable:
    """The lanes of these levels (codes); one query at most."""
    wanted = {level for level in levels if level}
    if not wanted:
        return StandardsTable(())
    lanes = service_times().lanes
    return StandardsTable(tuple(lane for level in sorted(wanted) for lane in lanes.get(level, ())))


def default_levels() -> Mapping[str, str]:
    """Job type → code of its usual level."""
    return service_times().usual


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """``usual``: the level of a job type; ``lanes`` by the code of their level."""

    usual: Mapping[str, str]
    lanes: Mapping[str, Sequence[ServiceLane]]


def _read() -> ServiceTimes:
    usual = ServiceLevel.objects.filter(Q(is_default=True, is_active=True))
    lanes: dict[str, list[ServiceLane]] = defaultdict(list)
    for lane in ServiceLane.objects.select_related("level"):
        lanes[lane.level.code].append(lane)
    return ServiceTimes(dict(usual.values_list("job_type", "code")), dict(lanes))


service_times = CachedTables(_read, ServiceLevel, ServiceLane)


def level_name(code: str) -> str:
    """What people call a service level, in the language of the page; the code when unknown."""
    level = ServiceLevel.objects.filter(code=code).first() if code else None
    if level is None:
        return code
    english = (get_language() or "").startswith("en")
    return (english and level.english_name) or level.name


def silence_limits() -> dict[Stage, timedelta]:
    """How long each stage may be silent: the company's own figures over the usual ones."""
    own = SilenceLimit.objects.values_list("stage", "hours")
    return {**SILENCE, **{Stage(stage): timedelta(hours=hours) for stage, hours in own}}
