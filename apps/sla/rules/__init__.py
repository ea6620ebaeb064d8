from apps.sla.rules.choosing import Attributes, VersionRule, choose_version
from apps.sla.rules.facts import ClockFacts, DoneFact, MatterFacts, Wait
from apps.sla.rules.reading import (
    DUE_ITSELF,
    MET_BY,
    SELF_STARTING,
    PlannedStep,
    Reading,
    read_clock,
)
from apps.sla.rules.targets import StepRule, TargetRule

__all__ = [
    "DUE_ITSELF",
    "MET_BY",
    "SELF_STARTING",
    "Attributes",
    "ClockFacts",
    "DoneFact",
    "MatterFacts",
    "PlannedStep",
    "Reading",
    "StepRule",
    "TargetRule",
    "VersionRule",
    "Wait",
    "choose_version",
    "read_clock",
]
