"""Which feedback sheet, and how it is sent."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.customers.enums import PaperChannel
from apps.customers.models import Customer
from apps.tracking.enums import Satisfaction
from apps.tracking.forms.fields import PeriodForm
from apps.tracking.queries.feedback import LATE, ON_TIME, RUNNING, SheetFilter

if TYPE_CHECKING:
    from apps.accounts.models import User

TIMELINESS = [
    ("", _("all")),
    (ON_TIME, _("on time")),
    (LATE, _("late")),
    (RUNNING, _("on the way")),
]


class SheetForm(PeriodForm):
    # A code, not a list to choose from: there may be thousands of customers.
    customer = forms.CharField(label=_("customer"), max_length=20)
    timeliness = forms.ChoiceField(label=_("on time?"), choices=TIMELINESS, required=False)
    satisfaction = forms.ChoiceField(
        label=_("satisfied?"),
        choices=[("", _("all")), ("none", _("not asked")), *Satisfaction.choices],
        required=False,
    )
    field_order = ["customer", "first_day", "last_day", "timeliness", "satisfaction"]

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_customer(self) -> Customer:
        code = self.cleaned_data["customer"].strip().upper()
        found = Customer.objects.visible_to(self._user).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no customer with the code %(code)s."), params={"code": code}
            )
        return found

    def wanted(self) -> SheetFilter:
        values = self.cleaned_data
        return SheetFilter(
            values["customer"].pk,
            values["first_day"],
            values["last_day"],
            values["timeliness"],
            values["satisfaction"],
        )


class SendForm(forms.Form):
    channel = forms.ChoiceField(label=_("sent by"), choices=PaperChannel.choices)
    recipient = forms.CharField(label=_("sent to"), max_length=200, required=False)


def last_thirty_days() -> dict[str, Any]:
    today = timezone.localdate()
    return {"first_day": today - timedelta(days=29), "last_day": today}
