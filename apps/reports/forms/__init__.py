from apps.reports.forms.figures import CompareForm, FigureForm, GoalForm, KpiListForm
from apps.reports.forms.summaries import (
    AgentTextsForm,
    DepartmentPlanForm,
    FileForm,
    MonthForm,
    ProjectPlanForm,
    ReceivedForm,
    RemarksForm,
)

__all__ = [
    "AgentTextsForm",
    "CompareForm",
    "DepartmentPlanForm",
    "FigureForm",
    "FileForm",
    "GoalForm",
    "KpiListForm",
    "MonthForm",
    "ProjectPlanForm",
    "ReceivedForm",
    "RemarksForm",
]
