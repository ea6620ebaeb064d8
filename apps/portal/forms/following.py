"""Asking for messages about a shipment."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FollowForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("How"), choices=[("sms", _("SMS")), ("email", _("E-mail"))], initial="sms"
    )
    address = forms.CharField(
        label=_("Your mobile number or e-mail address"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code we sent"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
