"""The forms of acts on orders, of imports and of the daily comparison of counts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.backoffice.forms.imports import ImportForm
from apps.core.errors import BadInput
from apps.core.fields import NaturalMomentField
from apps.customers.enums import FollowUpClass
from apps.customers.models import Customer
from apps.orders.cleaning import clean_moment
from apps.orders.forms.entry import MOMENT, CustomerForm
from apps.orders.queries import owners_for


class ReadBackForm(forms.Form):
    agreed = forms.BooleanField(
        label=_("I read all of this aloud and the customer agreed"),
        error_messages={"required": _("Read it aloud first, then tick this.")},
    )
    heard_by = forms.CharField(label=_("Who agreed"), max_length=60)


class PrintForm(forms.Form):
    """A first copy asks for nothing, a further one why it is printed again."""

    reason = forms.CharField(
        label=_("This was printed before; say why it is printed again."), max_length=200
    )

    def __init__(self, *args: Any, is_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_again:
            self.fields["reason"] = forms.CharField(required=False, widget=forms.HiddenInput)


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("New owner"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [owner.pk for owner in owners_for(user)]
        self.fields["owner"].queryset = User.objects.filter(pk__in=ids).order_by("display_name")  # type: ignore[attr-defined]  # a model choice field


class ClassForm(forms.Form):
    follow_up_class = forms.ChoiceField(
        label=_("Follow-up class"),
        required=False,
        choices=[("", _("By rule")), *FollowUpClass.choices],
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class MomentField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=MOMENT), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return clean_moment(text, "moment")
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error


class ArrangementForm(forms.Form):
    vehicle = forms.CharField(label=_("Vehicle"), max_length=40)
    driver_name = forms.CharField(label=_("Driver"), max_length=60)
    driver_phone = forms.CharField(label=_("Driver's phone"), max_length=30)
    expected_pickup = MomentField(label=_("Expected pickup"))
    expected_delivery = MomentField(label=_("Expected delivery"))


class CustomerInformedForm(forms.Form):
    whom = forms.CharField(label=_("Who was told"), max_length=60)


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), max_length=300)


class PostponeForm(forms.Form):
    due_at = NaturalMomentField(label=_("New time"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class OrderImportForm(ImportForm, CustomerForm):
    """Whose orders they are."""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=_("Customer"))
    field_order = ("customer", "file")

    def parameters(self) -> dict[str, Any]:
        return {"customer": self.cleaned_data["customer"].pk}


class CountForm(CustomerForm):
    day = forms.DateField(label=_("Day"), widget=forms.HiddenInput)
    declared = forms.IntegerField(
        label=_("Orders sent, says the customer"), min_value=0, max_value=1_000_000
    )


class ExplainForm(forms.Form):
    explanation = forms.CharField(label=_("What was found out"), max_length=300)
