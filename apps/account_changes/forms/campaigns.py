"""What is typed about an account change's notice and about what customers say to it (COD-3, COD-5)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import FeedbackClass
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.campaigns import WATCH, agents_for, projects_to_announce
from apps.account_changes.rules.notices import LONGEST_WORDS
from apps.accounts.models import User
from apps.backoffice.forms import MomentInput
from apps.complaints.queries.desk import colleagues


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, help_text=help_text, widget=MomentInput)


class CampaignForm(forms.Form):
    """Offers the changes that are scheduled and not announced yet, and their customer service."""

    project = forms.ModelChoiceField(ChangeProject.objects.none(), label=_("account change"))
    agent = forms.ModelChoiceField(
        User.objects.none(),
        label=_("account-change agent"),
        help_text=_("Of the project's customer service: answers questions, and calls customers without"
                    " an agent."),
    )  # fmt: skip
    watch_zh = forms.CharField(
        label=_("what to watch for, in Chinese"), max_length=LONGEST_WORDS, widget=forms.Textarea
    )
    watch_en = forms.CharField(
        label=_("what to watch for, in English"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea,
        help_text=_("No number and no address: whom to ask stands in the contract."),
    )
    call_from = _moment(
        _("calls begin"), _("Whoever was not reached by then is called by an agent.")
    )
    deadline = _moment(_("everybody reached by"), _("Before the new account counts."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        projects = projects_to_announce(now)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]  # a ModelChoiceField
        people = User.objects.filter(pk__in=agents_for(now).values("user"))
        self.fields["agent"].queryset = people.order_by("display_name")  # type: ignore[attr-defined]  # a ModelChoiceField


def usual_values(project: ChangeProject | None) -> dict[str, Any]:
    """What the form begins with: calls after two days, everybody reached a day before the start; sooner and
    later by a third of the time where little is left."""
    begun: dict[str, Any] = {"watch_zh": WATCH["zh"], "watch_en": WATCH["en"]}
    if project is None or project.since is None:
        return begun
    now = timezone.now()
    third = (project.since - now) / 3
    return {
        **begun,
        "project": project.pk,
        "call_from": now + min(timedelta(days=2), third),
        "deadline": project.since - min(timedelta(days=1), third),
    }


class AgentForm(forms.Form):
    agent = forms.ChoiceField(label=_("agent"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agent"].choices = list(colleagues(user).items())  # type: ignore[attr-defined]  # a choice field

    def clean_agent(self) -> User:
        found: User = User.objects.get(pk=self.cleaned_data["agent"])
        return found


class CallForm(forms.Form):
    reached = forms.TypedChoiceField(
        label=_("how did it go?"),
        choices=[("yes", _("Reached and told")), ("no", _("Could not be reached"))],
        coerce=lambda value: value == "yes",
    )
    note = forms.CharField(
        label=_("note"),
        max_length=300,
        required=False,
        help_text=_("Who it was, or what was tried."),
    )


class FeedbackForm(forms.Form):
    kind = forms.ChoiceField(label=_("class"), choices=FeedbackClass.choices)
    name = forms.CharField(label=_("who said it, at the customer"), max_length=60)
    text = forms.CharField(
        label=_("in the customer's words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea,
        help_text=_("Needed unless they agree; it becomes a case of the account-change agent's."),
    )

    def clean_kind(self) -> FeedbackClass:
        return FeedbackClass(self.cleaned_data["kind"])
