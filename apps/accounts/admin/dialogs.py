"""The forms inside the dialogs of a user's page."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.enums import Role
from apps.accounts.models import Unit, UserRole


class SureForm(BaseDialogForm):
    """Nothing to enter: the dialog itself is the question."""


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


class GrantRoleForm(BaseDialogForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=UnfoldAdminSelectWidget)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), widget=UnfoldAdminSelectWidget
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until it is ended."),
        widget=UnfoldAdminSingleDateWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.active().order_by("path")

    def values(self) -> dict[str, Any]:
        """The last day counts in full."""
        day = self.cleaned_data["last_day"]
        until = day and timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return {
            "role": self.cleaned_data["role"],
            "unit": self.cleaned_data["unit"],
            "until": until,
        }


class EndRoleForm(BaseDialogForm):
    held = forms.ModelChoiceField(
        label=_("Role"), queryset=UserRole.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = UserRole.objects.running().filter(user_id=self.object_id)
        self.fields["held"].queryset = running.select_related("unit")
