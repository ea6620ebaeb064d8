from apps.incidents.models.affected import Affected, IncidentNotice, Told
from apps.incidents.models.incidents import Incident, IncidentSeat, IncidentTask, Scope
from apps.incidents.models.plans import Drill, DrillFinding, Plan, PlanStep, PlanVersion

__all__ = [
    "Affected",
    "Drill",
    "DrillFinding",
    "Incident",
    "IncidentNotice",
    "IncidentSeat",
    "IncidentTask",
    "Plan",
    "PlanStep",
    "PlanVersion",
    "Scope",
    "Told",
]
