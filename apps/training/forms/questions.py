"""Questions of the bank and their versions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.knowledge.models import Article
from apps.training.enums import FALSE, TRUE, QuestionKind
from apps.training.forms.fields import MARKDOWN
from apps.training.models import Course
from apps.training.models.questions import LONGEST_QUESTION, MOST_POINTS


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


TRUTHS = ((TRUE, _("True")), (FALSE, _("False")))
