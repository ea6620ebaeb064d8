"""What is typed about praise."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.complaints.forms.acts import ActForm

MOST_NAMES = 2_000


class PraiseForm(ActForm):
    colleague = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("colleague"))

    def prepare(self) -> None:
        field: Any = self.fields["colleague"]
        people = User.objects.active().people()
        field.queryset = people
        names = people.order_by("display_name").values_list("pk", "display_name")[:MOST_NAMES]
        field.choices = [("", "—"), *names]
