"""What is typed about people and groups of the company's directory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import UserKind
from apps.accounts.models import Unit, User
from apps.accounts.rules import roles_admitted_by


class AdmitForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offered is what ``by`` may give."""
        super().__init__(*args, **kwargs)
        units, visible = Unit.objects.active().order_by("path"), by.visible_unit_ids()
        self.fields["unit"].queryset = units if visible is None else units.filter(pk__in=visible)  # type: ignore[attr-defined]  # a model choice field
        self.fields["role"].choices = [(role.value, role.label) for role in roles_admitted_by(by)]  # type: ignore[attr-defined]  # a choice field


class LinkForm(forms.Form):
    username = forms.CharField(
        label=_("Sign-in name here"),
        max_length=60,
        help_text=_("The account that this person has here already."),
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip().lower()
        self.user = User.objects.filter(username=name, kind=UserKind.PERSON).first()
        if self.user is None:
            raise forms.ValidationError(_("Nobody has this sign-in name."), "unknown_user")
        return name
