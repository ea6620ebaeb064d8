"""Which feedback sheet, and how it is sent."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import PeriodReportForm
from apps.customers.enums import PaperChannel
from apps.customers.models import Customer
from apps.tracking.enums import Satisfaction
from apps.tracking.queries.feedback import LATE, ON_TIME, RUNNING, SheetFilter

TIMELINESS = [
    ("", _("all")),
    (ON_TIME, _("on time")),
    (LATE, _("late")),
    (RUNNING, _("on the way")),
]


class SheetForm(PeriodReportForm):
    # A code, not a list to choose from: there may be thousands of customers.
    customer = forms.CharField(label=_("customer"), max_length=20, required=False)
    timeliness = forms.ChoiceField(label=_("on time?"), choices=TIMELINESS, required=False)
    satisfaction = forms.ChoiceField(
        label=_("satisfied?"),
        choices=[("", _("all")), ("none", _("not asked")), *Satisfaction.choices],
        required=False,
    )
    field_order = ["customer", "first_day", "last_day", "timeliness", "satisfaction"]

    def clean_customer(self) -> Customer | None:
        code = self.cleaned_data["customer"].strip().upper()
        if not code:
            return None
        found = Customer.objects.visible_to(self.user).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no customer with the code %(code)s."), params={"code": code}
            )
        return found

    def wanted(self) -> SheetFilter | None:
        """None until it is clear whose sheet it is."""
        values = self.cleaned_data
        if self.errors or values["customer"] is None:
            return None
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
