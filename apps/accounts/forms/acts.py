"""What is typed about users, roles and keys on the staff pages."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts import queries, services
from apps.accounts.enums import ApiScope, Role
from apps.accounts.models import Unit, User, UserRole
from apps.core.errors import RuleBroken
from apps.core.times import day_start


def _end_of(day: date | None) -> datetime | None:
    """The first instant after ``day`` in the local zone: the last day counts in full."""
    if day is None:
        return None
    return day_start(day, days=1)


class GrantRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    last_day = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Empty: until it is ended.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.active().order_by("path")  # type: ignore[attr-defined]  # a model choice field

    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        return {
            "role": typed["role"],
            "unit": typed["unit"],
            "until": _end_of(typed["last_day"]),
        }


class EndRoleForm(forms.Form):
    """One of the roles that ``user`` holds now."""

    held = forms.ModelChoiceField(label=_("Role"), queryset=UserRole.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = UserRole.objects.running().filter(user=user)
        self.fields["held"].queryset = running.select_related("unit")  # type: ignore[attr-defined]  # a model choice field


class NetworksForm(forms.Form):
    networks = forms.CharField(
        label=_("May be used from"),
        required=False,
        max_length=1000,
        help_text=_(
            "Addresses or ranges, such as 203.0.113.0/24, separated by commas. Empty: from anywhere."
        ),
    )

    def clean_networks(self) -> str:
        try:
            return ", ".join(services.read_networks(self.cleaned_data["networks"]))
        except RuleBroken as refusal:
            raise forms.ValidationError(str(refusal), refusal.code) from None


class NewKeyForm(NetworksForm):
    user = forms.ModelChoiceField(
        label=_("Service user"),
        queryset=User.objects.none(),
        help_text=_(
            "Create one under Users first; which customers it sees is set under Customers of API keys."
        ),
    )
    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple
    )
    expires_on = forms.DateField(label=_("Last day"), required=False)
    field_order = ["user", "name", "scopes", "expires_on", "networks"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = queries.service_users()  # type: ignore[attr-defined]  # a model choice field

    def values(self) -> dict[str, Any]:
        typed = dict(self.cleaned_data)
        last_day = typed.pop("expires_on")
        return {**typed, "expires_at": _end_of(last_day)}
