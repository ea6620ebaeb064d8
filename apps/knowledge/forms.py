"""What staff type about articles."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.forms import DayInput, MomentInput
from apps.customers.models import Customer
from apps.knowledge.enums import ArticleKind, Audience, FitAspect
from apps.knowledge.models import Article, Section
from apps.knowledge.models.articles import LONGEST, LONGEST_REPLY
from apps.knowledge.queries.fits import fit_choices
from apps.knowledge.rules.replies import VARIABLES

# Aspects of which a form offers the codes; of those in ``FEW`` there are a handful.
BY_CODE = (FitAspect.CLASS, FitAspect.CHANNEL, FitAspect.STATUS, FitAspect.CAUSE)
FEW = (FitAspect.CLASS, FitAspect.CHANNEL)


class ChangeArticleForm(forms.Form):
    section = forms.ModelChoiceField(label=_("section"), queryset=Section.objects.none())
    kind = forms.ChoiceField(label=_("kind"), choices=ArticleKind.choices)
    owner = forms.ModelChoiceField(label=_("owner"), queryset=User.objects.none())
    review_on = forms.DateField(label=_("next review"), widget=DayInput)
    position = forms.IntegerField(
        label=_("position"),
        min_value=0,
        max_value=9_999,
        required=False,
        help_text=_("Among replies and guides that fit equally well."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections: Any = self.fields["section"]
        sections.queryset = Section.objects.filter(is_active=True)
        owners: Any = self.fields["owner"]
        owners.queryset = User.objects.active().people().order_by("display_name")

    def clean_position(self) -> int:
        return int(self.cleaned_data["position"] or 0)


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
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Markdown: # heading, - list, **bold**, [words](address), tables with |."),
    )
    reply = forms.CharField(
        label=_("reply"),
        max_length=LONGEST_REPLY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    why = forms.CharField(label=_("what changed"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = " · ".join(f"{{{name}}} {meaning}" for name, meaning in VARIABLES.items())
        message = _("Ready-made text that may be sent to a customer. Variables: %(known)s.")
        self.fields["reply"].help_text = message % {"known": known}


class FitsForm(forms.Form):
    """For which cases an article is; nothing chosen: it is found by search only."""

    any_case = forms.BooleanField(label=_("Every case"), required=False)
    customers = forms.CharField(
        label=_("Customers"),
        max_length=2_000,
        required=False,
        help_text=_("Codes of customers, divided by blanks or commas."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for aspect in BY_CODE:
            widget = forms.CheckboxSelectMultiple if aspect in FEW else forms.SelectMultiple
            self.fields[aspect.value] = forms.MultipleChoiceField(
                label=aspect.label,
                choices=fit_choices(aspect),
                required=False,
                widget=widget(attrs={} if aspect in FEW else {"size": 8}),
            )
        self.order_fields(["any_case", *(aspect.value for aspect in BY_CODE), "customers"])

    def clean_customers(self) -> list[Customer]:
        codes = [code for code in re.split(r"[\s,，、]+", self.cleaned_data["customers"]) if code]
        found = {row.code: row for row in Customer.objects.filter(code__in=codes)}
        if missing := [code for code in codes if code not in found]:
            raise forms.ValidationError(
                _("There is no customer with the code %(codes)s.") % {"codes": ", ".join(missing)},
                "unknown",
            )
        return list(found.values())

    def values(self) -> dict[FitAspect, list[str]]:
        """What ``services.set_fits`` takes."""
        found = {aspect: list(self.cleaned_data[aspect.value]) for aspect in BY_CODE}
        return found | {FitAspect.ANY: [""] if self.cleaned_data["any_case"] else []}


class PublishForm(forms.Form):
    audience = forms.ChoiceField(label=_("readers"), choices=Audience.choices)
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
