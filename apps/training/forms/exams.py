"""Exams, their versions, and the marking of attempts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.training.forms.fields import CODE, PeopleForm
from apps.training.models import Course
from apps.training.models.exams import LONGEST_MINUTES, LONGEST_PAUSE, MOST_ATTEMPTS
from apps.training.models.questions import MOST_POINTS
from apps.training.queries import bank_sizes


class ExamForm(forms.Form):
    code = forms.CharField(label=_("code"), max_length=40, help_text=CODE)
    name = forms.CharField(label=_("name"), max_length=80)
    english_name = forms.CharField(label=_("English name"), max_length=80, required=False)


class ExamVersionForm(forms.Form):
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    minutes = forms.IntegerField(label=_("minutes"), min_value=1, max_value=LONGEST_MINUTES)
    pass_mark = forms.IntegerField(label=_("pass mark (%)"), min_value=1, max_value=100)
    attempts = forms.IntegerField(label=_("attempts"), min_value=1, max_value=MOST_ATTEMPTS)
    pause_hours = forms.IntegerField(
        label=_("pause between attempts (hours)"), min_value=0, max_value=LONGEST_PAUSE
    )
    shuffles = forms.BooleanField(
        label=_("questions and options in another order each time"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A field for each course: how many questions are drawn of it."""
        super().__init__(*args, **kwargs)
        there = bank_sizes()
        self.courses = {f"draw_{one.pk}": one for one in Course.objects.filter(is_active=True)}
        for name, course in self.courses.items():
            self.fields[name] = forms.IntegerField(
                label=str(course), min_value=0, max_value=200, required=False,
                help_text=_("of %(n)d in the bank") % {"n": there.get(course.pk, 0)},
            )  # fmt: skip

    @property
    def draws(self) -> dict[Course, int]:
        return {one: self.cleaned_data.get(name) or 0 for name, one in self.courses.items()}

    @property
    def terms(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name] for name in ExamVersionForm.base_fields if name != "after"
        }


class AllowAttemptForm(PeopleForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("learner"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class MarkForm(forms.Form):
    points = forms.IntegerField(label=_("points"), min_value=0, max_value=MOST_POINTS)
    remark = forms.CharField(label=_("remark"), max_length=300, required=False)
