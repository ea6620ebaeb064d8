"""What staff type about a customer, its people and its places."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.core.masking import mask_address, mask_phone, mask_text
from apps.customers.models import Contact, Customer, CustomerSite
from apps.customers.services.contacts import CONTACT_FIELDS, SITE_FIELDS
from apps.customers.services.customers import EDITABLE


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Offers only the units the user works for, and people who hold the fitting role."""

    class Meta:
        model = Customer
        fields = EDITABLE

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
        units, people = Unit.objects.active(), User.objects.active().people()
        visible = user.visible_unit_ids()
        self._offer("unit", units if visible is None else units.filter(pk__in=visible))
        self._offer("agent", people.with_role(Role.AGENT, Role.DIRECTOR))
        self._offer("sales_person", people.with_role(Role.SALES))
        self._offer("director", people.with_role(Role.DIRECTOR))

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def _offer(self, name: str, choices: Any) -> None:
        """Whoever stands there now stays offered, or saving would silently put someone else."""
        present = getattr(self.instance, f"{name}_id", None)
        if present:
            choices = choices | choices.model.objects.filter(pk=present)
        self.fields[name].queryset = choices.distinct()  # type: ignore[attr-defined]  # a ModelChoiceField


class SecretFieldsForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Personal data on file is never put into the page: an empty field keeps what is there."""

    SECRETS: dict[str, Callable[[str], str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        for name, mask in self.SECRETS.items():
            shown = mask(getattr(self.instance, name))
            self.initial[name], self.fields[name].required = "", False
            if shown:
                self.fields[name].help_text = _("Leave empty to keep %(kept)s.") % {"kept": shown}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.pk is not None:
            for name in self.SECRETS:
                if not cleaned.get(name):
                    cleaned.pop(name, None)
        return cleaned


class ContactForm(SecretFieldsForm):
    SECRETS = {"phone": mask_phone, "email": mask_text}
    phone = forms.CharField(max_length=30, label=Contact._meta.get_field("phone").verbose_name)
    email = forms.EmailField(required=False, label=Contact._meta.get_field("email").verbose_name)

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS


class SiteForm(SecretFieldsForm):
    SECRETS = {"phone": mask_phone, "address": mask_address}
    phone = forms.CharField(max_length=30, label=CustomerSite._meta.get_field("phone").verbose_name)
    address = forms.CharField(
        max_length=300,
        label=CustomerSite._meta.get_field("address").verbose_name,
        widget=forms.Textarea,
    )

    class Meta:
        model = CustomerSite
        fields = SITE_FIELDS
