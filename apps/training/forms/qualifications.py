"""Who may do live work: requirements, waivers and observed calls."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.training.enums import ObservationPoint
from apps.training.forms.fields import AreaField, LastDayField, PeopleForm
from apps.training.models import Course, Exam


class WaiverForm(PeopleForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("colleague"))
    area = AreaField()
    until = LastDayField(label=_("until"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RequirementForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    area = AreaField()
    exam = forms.ModelChoiceField(Exam.objects.none(), label=_("exam"))
    courses = forms.ModelMultipleChoiceField(
        Course.objects.none(), label=_("courses"), widget=forms.CheckboxSelectMultiple
    )
    valid_months = forms.IntegerField(
        label=_("valid for (months)"), min_value=1, max_value=60, initial=12
    )
    needs_observation = forms.BooleanField(label=_("a call is observed too"), required=False)
    waive_until = LastDayField(
        label=_("waivers for those who are here, until"), required=False,
        help_text=_("Empty: whoever has not passed may not work there from now on."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exam: Any = self.fields["exam"]
        exam.queryset = Exam.objects.filter(is_active=True)
        courses: Any = self.fields["courses"]
        courses.queryset = Course.objects.filter(is_active=True)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class ObservationForm(PeopleForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("who was observed"))
    area = AreaField()
    about = forms.CharField(
        label=_("which call"),
        max_length=120,
        help_text=_("Day and time, or the number of the case."),
    )
    points_met = forms.MultipleChoiceField(
        label=_("what was kept"), choices=ObservationPoint.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    remark = forms.CharField(
        label=_("remark"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_points_met(self) -> list[ObservationPoint]:
        return [ObservationPoint(one) for one in self.cleaned_data["points_met"]]
