"""A policy's target and its steps as plain values; versions never change, so these may be kept."""

from dataclasses import dataclass, field

from apps.sla.enums import CountsFrom, OffHours, OnReopen, Whom


@dataclass(frozen=True, slots=True)
class StepRule:
    id: int
    name: str
    english_name: str
    whom: str = Whom.OWNER
    role: str = ""
    channels: tuple[str, ...] = ("in_app",)
    offset: int | None = None  # working seconds, negative before the due instant
    percent: int | None = None  # of the target; exactly one of the two
    off_hours: str = OffHours.SAME

    def budget(self, seconds: int) -> int:
        """Working seconds after the start at which this step comes; negative: before the start."""
        if self.percent is not None:
            return seconds * self.percent // 100
        return seconds + (self.offset or 0)


@dataclass(frozen=True, slots=True)
class TargetRule:
    id: int
    version_id: int
    policy_id: int
    metric: str
    seconds: int | None
    calendar_id: int
    pauses: frozenset[str] = frozenset()
    on_reopen: str = OnReopen.NONE
    counts_from: str = CountsFrom.OPENING
    steps: tuple[StepRule, ...] = field(default=())
