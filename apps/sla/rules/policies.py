"""Policies as plain values: which version applies to a matter, its targets and their steps. Versions never
change, so these may be cached. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from apps.sla.enums import CountsFrom, OffHours, OnReopen, Whom


@dataclass(frozen=True, slots=True)
class Attributes:
    """What policies may ask about; plain values, the floors above know what they mean."""

    klass: str = ""
    severity: str = ""
    channel: str = ""
    customer_id: int | None = None
    contract_id: int | None = None


@dataclass(frozen=True, slots=True)
class VersionRule:
    """The conditions of one version of a policy; an empty one fits everything."""

    id: int
    policy_id: int
    priority: int
    valid_from: datetime
    classes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    customer_ids: frozenset[int] = frozenset()
    contract_ids: frozenset[int] = frozenset()

    def fits(self, what: Attributes) -> bool:
        return (
            (not self.classes or what.klass in self.classes)
            and (not self.severities or what.severity in self.severities)
            and (not self.channels or what.channel in self.channels)
            and (not self.customer_ids or what.customer_id in self.customer_ids)
            and (not self.contract_ids or what.contract_id in self.contract_ids)
        )

    @property
    def rank(self) -> tuple[int, bool, bool, int, datetime, int]:
        """Priority first; then what names a contract, then a customer, then the more conditions;
        then the newest."""
        conditions = (self.classes, self.severities, self.channels)
        return (
            self.priority,
            bool(self.contract_ids),
            bool(self.customer_ids),
            sum(1 for condition in conditions if condition),
            self.valid_from,
            self.id,
        )


def choose_version(
    versions: Iterable[VersionRule], what: Attributes, at: datetime
) -> VersionRule | None:
    """The version that applies to a matter with these attributes as of ``at``; None when no policy
    fits. A policy says only what its newest version valid then says, even if an older one would fit
    (CMP-2)."""
    newest: dict[int, VersionRule] = {}
    for version in versions:
        known = newest.get(version.policy_id)
        if version.valid_from <= at and (
            known is None or (version.valid_from, version.id) > (known.valid_from, known.id)
        ):
            newest[version.policy_id] = version
    fitting = [version for version in newest.values() if version.fits(what)]
    return max(fitting, key=lambda version: version.rank, default=None)


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
