"""What is typed about statements, their lines and disputes (BIL-2, BIL-3)."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.billing.enums import (
    AgreedHow,
    DisputeReason,
    StatementFile,
)
from apps.billing.forms.fields import amount_field
from apps.billing.rules.months import month_of


class MonthForm(forms.Form):
    month = forms.DateField(label=_("month"), help_text=_("Any day of it."))

    def clean_month(self) -> date:
        return month_of(self.cleaned_data["month"])


class WriteOffForm(forms.Form):
    amount = amount_field(_("amount"))
    reason = forms.CharField(label=_("reason"), max_length=200)


class FileForm(forms.Form):
    form = forms.ChoiceField(label=_("as"), choices=StatementFile.choices)


class AgreedForm(FormWithFiles):
    how = forms.ChoiceField(
        label=_("how the customer agreed"),
        choices=[(one.value, one.label) for one in (AgreedHow.STAMPED, AgreedHow.SAID)],
    )
    note = forms.CharField(
        label=_("note"), max_length=200, required=False, help_text=_("Who said so, and how.")
    )
    paper = HeldFileField(
        label=_("stamped copy"), required=False, help_text=_("A PDF or a picture of it.")
    )


class DisputeForm(forms.Form):
    why = forms.ChoiceField(label=_("what is wrong"), choices=DisputeReason.choices)
    amount = amount_field(
        _("disputed amount"), required=False, help_text=_("Empty: all of the line.")
    )
    text = forms.CharField(
        label=_("in the customer's words"), max_length=1000, widget=forms.Textarea
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("answer to the customer"), max_length=500, widget=forms.Textarea
    )


class AcceptForm(AnswerForm):
    amount = amount_field(
        _("taken off"), required=False, help_text=_("Empty: all that is disputed.")
    )


class SayForm(forms.Form):
    text = forms.CharField(label=_("text"), max_length=1000, widget=forms.Textarea)
    by_customer = forms.BooleanField(label=_("the customer said it"), required=False)


class CorrectForm(forms.Form):
    gross = amount_field(_("right amount"))
    reason = forms.CharField(label=_("reason"), max_length=200)
