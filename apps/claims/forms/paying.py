"""What staff type about payments and recoveries of claims (CMP-6)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit, User
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.claims.enums import Against, PayWay
from apps.claims.forms.fields import SumField
from apps.tracking.models import PartnerCarrier


class PlanPaymentForm(forms.Form):
    way = forms.ChoiceField(
        label=_("way of payment"),
        choices=[(one.value, one.label) for one in (PayWay.CASH, PayWay.TRANSFER, PayWay.SET_OFF)],
    )
    amount = SumField(label=_("amount"))
    received_by = forms.CharField(label=_("who receives it"), max_length=60, required=False)
    from_account = forms.ModelChoiceField(
        BankAccount.objects.filter(state=AccountState.OPEN),
        label=_("paid from"),
        required=False,
        help_text=_("Of a transfer."),
    )

    def clean_way(self) -> PayWay:
        return PayWay(self.cleaned_data["way"])


class RecoveryForm(forms.Form):
    against = forms.ChoiceField(label=_("recovered from"), choices=Against.choices)
    carrier = forms.ModelChoiceField(
        PartnerCarrier.objects.all(), label=_("partner carrier"), required=False
    )
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("unit"), required=False)
    insurer = forms.CharField(label=_("insurer"), max_length=120, required=False)
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("person, by QC's decision"), required=False
    )
    asked = SumField(label=_("sum asked"))
    basis = forms.CharField(label=_("clause or decision"), max_length=300)

    def __init__(self, *args: Any, may_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["person"]
        if may_person:
            chosen.queryset = User.objects.active().people().order_by("display_name", "pk")
        else:
            del self.fields["person"]
            ways: Any = self.fields["against"]
            ways.choices = [pair for pair in Against.choices if pair[0] != Against.PERSON]

    def clean_against(self) -> Against:
        return Against(self.cleaned_data["against"])


class AgreedSumForm(forms.Form):
    agreed = SumField(label=_("agreed"))


class ReceivedSumForm(forms.Form):
    received = SumField(label=_("received"))
