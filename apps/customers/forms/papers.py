"""What staff type about contracts, letters, handover forms and authorisations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.forms import DayInput, MomentInput, ReasonForm
from apps.backoffice.forms.held_files import FilesMixin, FormWithFiles, HeldFileField
from apps.customers.enums import JobType
from apps.customers.models import Contract, HandoverForm
from apps.customers.rules import AUTHORISING_ROLES

SCAN_HELP = _("PDF, JPEG or PNG.")


class LongReasonForm(ReasonForm):
    """What is said of customers and their papers may be longer."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)


class TrialForm(forms.Form):
    until = forms.DateField(label=_("Last day of the trial"), widget=DayInput)


class LastDayForm(forms.Form):
    last_day = forms.DateField(label=_("Last day of the contract"), widget=DayInput)


class LetterForm(FormWithFiles):
    file = HeldFileField(label=_("Scan of the signed letter"), help_text=SCAN_HELP)
    signer = forms.CharField(label=_("Signed by (at the customer)"), max_length=60)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput)
    valid_until = forms.DateField(label=_("Valid until"), widget=DayInput)


class ContractForm(FilesMixin, forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    file = HeldFileField(label=_("Scan of the signed contract"), help_text=SCAN_HELP)

    class Meta:
        model = Contract
        fields = ("number", "valid_from", "valid_to", "price_reference", "notes")

    field_order = ("number", "valid_from", "valid_to", "price_reference", "file", "notes")


class AuthorisationForm(forms.Form):
    leader = forms.ModelChoiceField(label=_("Who authorised it"), queryset=User.objects.none())
    deadline = forms.DateTimeField(
        label=_("Deadline for the paperwork"),
        widget=MomentInput,
        help_text=_("At most 30 days. Orders are blocked again when it passes."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaders = User.objects.active().people().with_role(*AUTHORISING_ROLES)
        self.fields["leader"].queryset = leaders.order_by("display_name")  # type: ignore[attr-defined]  # a ModelChoiceField


class HandoverContentForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    job_types = forms.MultipleChoiceField(
        label=HandoverForm._meta.get_field("job_types").verbose_name,
        choices=JobType.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = HandoverForm
        fields = HandoverForm.CONTENT


class UserForm(forms.Form):
    """Any active user by sign-in name: service users of API keys have no other."""

    username = forms.CharField(label=_("Sign-in name"), max_length=60)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        name = str(cleaned.get("username", "")).strip().lower()
        user = User.objects.active().filter(username=name).first()
        if name and user is None:
            self.add_error("username", _("No active user has this sign-in name."))
        cleaned["user"] = user
        return cleaned
