from apps.sla.models.calendar import CalendarDay, CalendarYear, WorkingCalendar
from apps.sla.models.clock import DUE_ITSELF, Clock, FiredStep
from apps.sla.models.matter import Fact, Interval, Matter
from apps.sla.models.policy import Policy, PolicyEpoch, PolicyVersion, Step, Target

__all__ = [
    "DUE_ITSELF",
    "CalendarDay",
    "CalendarYear",
    "Clock",
    "Fact",
    "FiredStep",
    "Interval",
    "Matter",
    "Policy",
    "PolicyEpoch",
    "PolicyVersion",
    "Step",
    "Target",
    "WorkingCalendar",
]
