"""Courses, their lessons, and who is enrolled."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.knowledge.enums import Audience
from apps.knowledge.models import ArticleVersion
from apps.knowledge.models.articles import LONGEST
from apps.knowledge.queries import article_in_force
from apps.training.forms.fields import CODE, MARKDOWN, PeopleForm


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
