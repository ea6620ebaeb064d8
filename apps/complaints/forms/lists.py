"""Which cases a list shows, and what is done to many at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit, User
from apps.backoffice.forms.filters import FilterForm, day, one_of
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Severity
from apps.complaints.forms.fields import line, select
from apps.complaints.queries.clock_lines import ANY
from apps.complaints.queries.desk import colleagues, people_to_give_to
from apps.core.widgets import PlainSelect
from apps.customers.models import Customer
from apps.sla.enums import Metric

# What a case can be late with.
METRICS = (
    *(Metric.HAND_OVER, Metric.REPORT, Metric.FIRST_WORD, Metric.RESPONSE, Metric.PLAN_REPLY),
    *(Metric.SOLUTION, Metric.FEEDBACK, Metric.LEGAL, Metric.PROMISE),
)


class CaseFilters(FilterForm):
    state = one_of(CaseState, _("state"))
    locals()["class"] = one_of(CaseClass, _("kind of case"))  # a keyword, and the filter's name
    severity = one_of(Severity, _("severity"))
    channel = one_of(CaseChannel, _("channel"))
    owner = one_of([], _("owner"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("unit"), required=False, empty_label="—", widget=PlainSelect
    )
    overdue = one_of(
        [(ANY, _("anything")), *((m.value, m.label) for m in METRICS)], _("overdue with")
    )
    awaiting = forms.BooleanField(label=_("waits for our answer"), required=False)
    since = day(_("opened from"))
    until = day(_("opened until"))
    customer = line(_("customer number"), 20)

    def fill(self) -> None:
        user: User = self.user
        seen = user.visible_unit_ids()
        units = Unit.objects.active().order_by("path")
        units = units if seen is None else units.filter(pk__in=seen)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field
        people = [(str(pk), name) for pk, name in colleagues(user).items()]
        self.fields["owner"].choices = [("", "—"), ("me", _("me")), *people]  # type: ignore[attr-defined]  # a choice field

    @property
    def customer_id(self) -> int | None:
        """-1, which is nobody's, for a number that is not there or may not be seen."""
        code = str(self.cleaned_data.get("customer") or "").strip().upper()
        if not code:
            return None
        found = Customer.objects.visible_to(self.user).filter(code=code)
        return found.values_list("pk", flat=True).first() or -1


class AssignManyForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), label=_("new owner"), widget=PlainSelect)
    reason = line(_("reason"), 200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_to_give_to(user)
        owner = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[pk for pk, _n, _h in people])  # type: ignore[attr-defined]  # a model choice field
        owner.choices = [("", "—"), *((pk, f"{name} · {held}") for pk, name, held in people)]  # type: ignore[attr-defined]  # a model choice field


class SeverityManyForm(forms.Form):
    severity = select(Severity, _("severity"))
    reason = line(_("reason"), 200, required=True)


class CloseManyForm(forms.Form):
    note = line(_("closing note"), 300, required=True)
