"""What is typed about papers on rounds (BIL-4)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField


class RoundForm(forms.Form):
    papers = forms.MultipleChoiceField(label=_("papers"), widget=forms.CheckboxSelectMultiple)
    round_on = forms.DateField(label=_("day of the round"), initial=timezone.localdate)
    carrier = forms.ModelChoiceField(
        User.objects.none(), label=_("carried by"), required=False, help_text=_("A colleague, or:")
    )
    driver = forms.CharField(label=_("driver"), max_length=60, required=False)

    def __init__(self, *args: Any, waiting: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers, carrier = self.fields["papers"], self.fields["carrier"]
        papers.choices = [(one.key, one.label) for one in waiting]  # type: ignore[attr-defined]  # a choice field
        if not waiting:
            papers.help_text = gettext("Nothing waits to be carried.")
        people = User.objects.active().people()
        carrier.queryset = people.with_role(*CARRIERS).order_by("display_name")  # type: ignore[attr-defined]  # a ModelChoiceField


# Whose signature hands a paper out (BIL-4); drivers have no sign-in of their own.
CARRIERS = (Role.SETTLEMENT_CLERK, Role.AGENT, Role.DIRECTOR)


class TakeForm(FormWithFiles):
    signature = HeldFileField(
        label=_("picture of the signature"),
        required=False,
        help_text=_("Needed unless whoever carries it presses this: a driver signs on paper."),
    )


class SignForm(FormWithFiles):
    name = forms.CharField(label=_("who signed for it"), max_length=60)
    received_at = forms.DateTimeField(
        label=_("when"), required=False, help_text=_("Empty: just now.")
    )
    signature = HeldFileField(label=_("picture of the signature"), required=False)
