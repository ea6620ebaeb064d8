"""What staff type about articles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.forms import DayInput, MomentInput
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models import Article, Section
from apps.knowledge.models.articles import LONGEST


class ChangeArticleForm(forms.Form):
    section = forms.ModelChoiceField(label=_("section"), queryset=Section.objects.none())
    kind = forms.ChoiceField(label=_("kind"), choices=ArticleKind.choices)
    owner = forms.ModelChoiceField(label=_("owner"), queryset=User.objects.none())
    review_on = forms.DateField(label=_("next review"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = Section.objects.filter(is_active=True)
        owners: Any = self.fields["owner"]
        owners.queryset = User.objects.active().people().order_by("display_name")


class ArticleForm(ChangeArticleForm):
    code = forms.CharField(
        label=_("code"),
        max_length=60,
        help_text=_("Its address, for good: small letters, digits and hyphens."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("code",)


class VersionForm(forms.Form):
    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = forms.CharField(label=_("title"), max_length=120)
    body = forms.CharField(
        label=_("text"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=_("Markdown: # heading, - list, **bold**, [words](address), tables with |."),
    )
    why = forms.CharField(label=_("what changed"), max_length=200, required=False)


class PublishForm(forms.Form):
    audience = forms.ChoiceField(label=_("for whom"), choices=Audience.choices)
    starts_at = forms.DateTimeField(
        label=_("from"), required=False, widget=MomentInput, help_text=_("Empty: at once.")
    )
    urgent_why = forms.CharField(
        label=_("why without notice"),
        max_length=200,
        required=False,
        help_text=_("Published policies change with ten days' notice, unless it cannot wait."),
    )

    def clean_audience(self) -> Audience:
        return Audience(self.cleaned_data["audience"])


class ReviewForm(forms.Form):
    next_on = forms.DateField(label=_("next review"), widget=DayInput)


class ReadingForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("who is to read it"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    due_at = forms.DateTimeField(label=_("due"), widget=MomentInput)

    def clean_roles(self) -> list[Role]:
        return [Role(role) for role in self.cleaned_data["roles"]]


class AnsweredForm(forms.Form):
    """Which article answers what was looked for."""

    article = forms.CharField(label=_("code"), max_length=60)

    def clean_article(self) -> Article:
        found = Article.objects.filter(code=self.cleaned_data["article"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("There is no article with this code."), "unknown")
        return found


class AskOwnerForm(forms.Form):
    section = forms.ModelChoiceField(label=_("section"), queryset=Section.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = Section.objects.filter(is_active=True)
