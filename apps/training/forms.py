"""What staff type about courses, questions, exams and who may do live work."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.forms import DayInput
from apps.core.times import day_start
from apps.knowledge.enums import Audience
from apps.knowledge.models import Article, ArticleVersion
from apps.knowledge.models.articles import LONGEST
from apps.knowledge.queries import article_in_force
from apps.training.enums import FALSE, TRUE, Area, ObservationPoint, QuestionKind
from apps.training.models import Course, Exam
from apps.training.models.exams import LONGEST_MINUTES, LONGEST_PAUSE, MOST_ATTEMPTS
from apps.training.models.questions import LONGEST_QUESTION, MOST_POINTS
from apps.training.queries import bank_sizes, led_by

MARKDOWN = _("Markdown: # heading, - list, **bold**, [words](address), tables with |.")
CODE = _("Its address, for good: small letters, digits and hyphens.")


class AreaField(forms.ChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{"label": _("area of work"), "choices": Area.choices, **more})

    def clean(self, value: Any) -> Area:
        return Area(super().clean(value))


class LastDayField(forms.DateField):
    """A day; its value is the midnight that ends it."""

    widget = DayInput

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return None if day is None else day_start(day, 1)


class PeopleForm(forms.Form):
    """About somebody whom ``by`` leads."""

    person = "user"  # the field

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields[self.person]
        chosen.queryset = led_by(by).order_by("display_name", "pk")


class ChangeCourseForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80)
    english_name = forms.CharField(label=_("English name"), max_length=80, required=False)
    position = forms.IntegerField(label=_("position"), min_value=0, max_value=999)
    days = forms.IntegerField(label=_("days to complete it"), min_value=1, max_value=365)
    is_active = forms.BooleanField(label=_("in use"), required=False, initial=True)


class CourseForm(ChangeCourseForm):
    code = forms.CharField(label=_("code"), max_length=40, help_text=CODE)
    field_order = ("code",)


class LessonForm(forms.Form):
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    title = forms.CharField(label=_("title"), max_length=120)
    body = forms.CharField(
        label=_("text"), max_length=LONGEST, required=False, help_text=MARKDOWN,
        widget=forms.Textarea(attrs={"rows": 18}),
    )  # fmt: skip
    article = forms.CharField(
        label=_("or an article of the handbook"), max_length=60, required=False,
        help_text=_("Its code. The version in force is kept with the lesson."),
    )  # fmt: skip
    english_title = forms.CharField(label=_("English title"), max_length=120, required=False)
    english_body = forms.CharField(
        label=_("English text"), max_length=LONGEST, required=False,
        help_text=_("For whoever reads English; without it they see the Chinese."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )  # fmt: skip

    def clean_article(self) -> ArticleVersion | None:
        code = self.cleaned_data["article"].strip()
        if not code:
            return None
        found = article_in_force(code, Audience.INTERNAL, timezone.now(), "zh-hans")
        if found is None:
            raise forms.ValidationError(_("No article in force has this code."), "unknown")
        return found


class EnrolForm(PeopleForm):
    users = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("colleague"), widget=forms.CheckboxSelectMultiple
    )
    person = "users"


class AboutQuestionForm(forms.Form):
    course = forms.ModelChoiceField(Course.objects.none(), label=_("course"))
    article = forms.CharField(
        label=_("article"), max_length=60, required=False,
        help_text=_("Where it can be looked up: the code of an article."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course: Any = self.fields["course"]
        course.queryset = Course.objects.filter(is_active=True)

    def clean_article(self) -> Article | None:
        code = self.cleaned_data["article"].strip()
        found = Article.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("There is no article with this code."), "unknown")
        return found


class ChangeQuestionForm(AboutQuestionForm):
    is_active = forms.BooleanField(label=_("in use"), required=False)


class QuestionForm(forms.Form):
    """A version. Options stand one in a line; which are right is said by their numbers."""

    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    kind = forms.ChoiceField(label=_("kind"), choices=QuestionKind.choices)
    text = forms.CharField(
        label=_("exam question"), max_length=LONGEST_QUESTION, help_text=MARKDOWN,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    options = forms.CharField(
        label=_("options"), required=False, max_length=2000, help_text=_("One in a line."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    right = forms.CharField(
        label=_("right options"), required=False, max_length=40,
        help_text=_("Their numbers: 2, or 1,3. Of true or false: 1 is true, 2 is false."),
    )  # fmt: skip
    number = forms.DecimalField(
        label=_("right number"), required=False, max_digits=14, decimal_places=4
    )
    tolerance = forms.DecimalField(
        label=_("may differ by"), required=False, min_value=0, max_digits=14, decimal_places=4
    )
    expected = forms.CharField(
        label=_("what the answer should say"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("For whoever marks a short text."),
    )  # fmt: skip
    points = forms.IntegerField(label=_("points"), min_value=1, max_value=MOST_POINTS, initial=1)
    why = forms.CharField(
        label=_("explanation"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Shown after marking."),
    )  # fmt: skip
    english_text = forms.CharField(
        label=_("English question"), required=False, max_length=LONGEST_QUESTION,
        help_text=_("For whoever reads English; without it they see the Chinese."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    english_options = forms.CharField(
        label=_("options in English"), required=False, max_length=2000,
        help_text=_("As many, in the same order, one in a line."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    english_why = forms.CharField(
        label=_("explanation in English"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean_options(self) -> list[str]:
        return [line for line in self.cleaned_data["options"].splitlines() if line.strip()]

    def clean_english_options(self) -> list[str]:
        return [line for line in self.cleaned_data["english_options"].splitlines() if line.strip()]

    def clean_right(self) -> list[int]:
        parts = self.cleaned_data["right"].replace("，", ",").replace("、", ",").split(",")
        try:
            return [int(part) for part in parts if part.strip()]
        except ValueError as error:
            raise forms.ValidationError(_("Numbers of options: 2, or 1,3."), "invalid") from error

    @property
    def version(self) -> dict[str, Any]:
        names = (
            "kind",
            "text",
            "options",
            "right",
            "number",
            "tolerance",
            "expected",
            "points",
            "why",
            "english_text",
            "english_options",
            "english_why",
        )
        return {name: self.cleaned_data[name] for name in names}


class NewQuestionForm(AboutQuestionForm, QuestionForm):
    field_order = ("course",)


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


TRUTHS = ((TRUE, _("True")), (FALSE, _("False")))
