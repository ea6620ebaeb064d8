"""What staff type about compensation rules and limits (CMP-6)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.backoffice.forms import DayInput
from apps.claims.enums import ClaimKind, Cover, Formula
from apps.claims.forms.fields import SumField
from apps.customers.models import Customer

DAY = DayInput


class RuleForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    cover = forms.ChoiceField(label=_("cover"), choices=Cover.choices)
    customer = forms.ModelChoiceField(
        Customer.objects.all(), label=_("customer"), required=False,
        help_text=_("Empty: for everybody, published, ten days ahead."),
    )  # fmt: skip
    formula = forms.ChoiceField(label=_("formula"), choices=Formula.choices)
    share = forms.DecimalField(
        label=_("share that is paid"), initial=1, min_value=0, max_value=1, decimal_places=4
    )
    deductible = SumField(label=_("deductible"), initial="0", zero=True)
    cap = SumField(label=_("at most"), required=False)
    is_proportional = forms.BooleanField(
        label=_("under-insurance counts in proportion"), required=False
    )
    fee_per_day = forms.DecimalField(
        label=_("part of the fee per day late"), required=False, min_value=0, max_value=1, decimal_places=4
    )  # fmt: skip
    limit = SumField(label=_("agreed limit for uninsured goods"), required=False)
    limit_explained_on = forms.DateField(label=_("limit explained on"), required=False, widget=DAY)
    limit_explained_how = forms.CharField(
        label=_("how it was explained"), max_length=200, required=False
    )
    clause = forms.CharField(label=_("clause"), max_length=80)
    text = forms.CharField(label=_("text (Chinese)"), widget=forms.Textarea, max_length=4000)
    english_text = forms.CharField(
        label=_("text (English)"), widget=forms.Textarea, max_length=4000
    )
    since = forms.DateField(label=_("valid from"), widget=DAY)
    review_on = forms.DateField(label=_("to be reviewed by"), required=False, widget=DAY)


class LimitForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    kind = forms.ChoiceField(label=_("kind"), choices=ClaimKind.choices)
    per_claim = SumField(label=_("per claim"))
    per_day = SumField(label=_("per person and day"))
    on_the_spot = SumField(label=_("on the spot up to"), initial="0", zero=True)
    since = forms.DateField(label=_("valid from"), widget=DAY)
    review_on = forms.DateField(label=_("to be reviewed by"), required=False, widget=DAY)
