from apps.sla.rules.policies import Attributes, StepRule, TargetRule, VersionRule, choose_version
from apps.sla.rules.reading import (
    DUE_ITSELF,
    ClockFacts,
    DoneFact,
    MatterFacts,
    PlannedStep,
    Reading,
    Wait,
    read_clock,
)

__all__ = [
    "DUE_ITSELF",
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
