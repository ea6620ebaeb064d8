"""What a payer types about a line of a statement."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import DisputeReason


class DisputeForm(forms.Form):
    line = forms.IntegerField(min_value=1)
    why = forms.ChoiceField(label=_("What is wrong?"), choices=DisputeReason.choices)
    amount = forms.DecimalField(
        label=_("How much too much?"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    text = forms.CharField(label=_("In your words"), max_length=1000)
    paper = forms.FileField(label=_("What shows it"), required=False)


class AgreeForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=60)
    paper = forms.FileField(label=_("Stamped copy"), required=False)
