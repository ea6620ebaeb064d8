"""What is typed about daily reports and summaries (REP-2, REP-3)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import MonthField
from apps.reports.enums import SummaryFile
from apps.reports.models import Summary
from apps.reports.services.summaries import LONGEST


def _text(name: str) -> forms.CharField:
    """The service says what is too long, beside the field."""
    field: Any = Summary._meta.get_field(name)
    return forms.CharField(
        label=field.verbose_name,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST}),
    )


class MonthForm(forms.Form):
    month = MonthField()


class AgentTextsForm(forms.Form):
    happened = _text("happened")
    ahead = _text("ahead")


class ProjectPlanForm(forms.Form):
    project_plan = _text("project_plan")


class DepartmentPlanForm(forms.Form):
    department_plan = _text("department_plan")


class FileForm(forms.Form):
    form = forms.ChoiceField(label=_("File"), choices=SummaryFile)


class ReceivedForm(forms.Form):
    name = forms.CharField(label=_("Who has it"), max_length=60, required=False)


class RemarksForm(forms.Form):
    remarks = forms.CharField(
        label=_("Remarks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remarks"].help_text = _(
            "How the day went, and what is done about what is red."
        )
