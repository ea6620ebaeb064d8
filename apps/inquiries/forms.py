"""What staff type about inquiries and credentials."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inquiries.enums import AccountKind, MessageState
from apps.inquiries.models import Kuaidi100Account


class SettleForm(forms.Form):
    state = forms.ChoiceField(
        label=_("decision"),
        choices=[
            (MessageState.WAITING, _("Send it again")),
            (MessageState.ANSWERED, _("It did arrive")),
            (MessageState.IGNORED, _("Leave it unanswered")),
        ],
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    class Meta:
        model = Kuaidi100Account
        fields = ["kind", "customer", "name", "expires_at"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        is_merchant = given.get("kind") == AccountKind.MERCHANT
        if is_merchant != (given.get("customer") is not None):
            self.add_error(
                "customer",
                _("A merchant's credentials belong to a customer, an aggregator's to none."),
            )
        return given


class ChangeAccountForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80)
    is_active = forms.BooleanField(label=_("active"), required=False)
    expires_at = forms.DateTimeField(label=_("key valid until"), required=False)
