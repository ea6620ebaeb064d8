from apps.incidents.models.affected import Affected, IncidentNotice, NoticeRecipient
from apps.incidents.models.incidents import Incident
from apps.incidents.models.plans import Drill, DrillFinding, Plan, PlanStep, PlanVersion
from apps.incidents.models.scopes import Scope
from apps.incidents.models.seats import IncidentSeat
from apps.incidents.models.tasks import IncidentTask

__all__ = [
    "Affected",
    "Drill",
    "DrillFinding",
    "Incident",
    "IncidentNotice",
    "IncidentSeat",
    "IncidentTask",
    "NoticeRecipient",
    "Plan",
    "PlanStep",
    "PlanVersion",
    "Scope",
]
