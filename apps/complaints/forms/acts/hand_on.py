"""Forms of who deals with a case, and who is to know of it."""

from django import forms
from django.utils.translation import gettext_lazy

from apps.accounts.models import Unit, User
from apps.complaints.enums import CaseChannel
from apps.complaints.forms.acts import ActForm
from apps.complaints.forms.fields import line, select, text_area
from apps.complaints.queries.desk import people_to_give_to


class ReportForm(ActForm):
    channel = select(
        [(c.value, c.label) for c in (CaseChannel.PHONE, CaseChannel.EMAIL, CaseChannel.IN_PERSON)],
        gettext_lazy("by which channel"),
        initial=CaseChannel.PHONE,
    )
    note = text_area(
        gettext_lazy("what was reported (the subject, if empty)"), rows=3, required=False
    )


class AssignForm(ActForm):
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("new owner"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("unit (as before, if empty)"), required=False
    )
    reason = line(gettext_lazy("reason"), 200)

    def prepare(self) -> None:
        seen = self.user.visible_unit_ids()
        units = Unit.objects.active().order_by("path")
        units = units if seen is None else units.filter(pk__in=seen)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field
        people = people_to_give_to(self.user)
        owner = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[pk for pk, _n, _h in people])  # type: ignore[attr-defined]  # a model choice field
        owner.choices = [("", "—"), *((pk, f"{name} · {held}") for pk, name, held in people)]  # type: ignore[attr-defined]  # a model choice field
