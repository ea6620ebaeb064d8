"""Reporting a problem, writing about it, rating the answer."""

import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import BadInput
from apps.core.phones import normalise_phone
from apps.notifications.addresses import clean
from apps.portal.problems import Problem
from apps.tracking.typed import one_number

LONGEST_TEXT = 2_000
LONGEST_COMMENT = 1_000


class OnceForm(forms.Form):
    """``key`` is drawn when the form is shown: sent twice, it counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @property
    def sent_as(self) -> UUID | None:
        return self.cleaned_data.get("key")


class ReportForm(OnceForm):
    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Problem.choices,
        error_messages={"required": _("Choose what went wrong.")},
    )
    waybill = forms.CharField(label=_("Waybill number"), required=False, max_length=500)
    text = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Tell us what happened.")},
    )
    name = forms.CharField(label=_("Your name"), required=False, max_length=60)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=120)

    def clean_waybill(self) -> str:
        typed: str = self.cleaned_data["waybill"]
        try:
            return one_number(typed) if typed.strip() else ""
        except BadInput as problem:
            raise forms.ValidationError(
                _("%(why)s Leave it empty if you do not have it."), params={"why": str(problem)}
            ) from None

    def clean_phone(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["phone"]).strip()
        return _cleaned(normalise_phone, typed) if typed else ""

    def clean_email(self) -> str:
        typed = self.cleaned_data["email"].strip()
        return _cleaned(lambda text: clean("email", text), typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        unreachable = not given.get("phone") and not given.get("email")
        if unreachable and not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("Leave a phone number or an e-mail address."))
        return given


class MessageForm(OnceForm):
    text = forms.CharField(label=_("Your message"), required=False, max_length=LONGEST_TEXT)


class WithdrawForm(forms.Form):
    reason = forms.CharField(required=False, max_length=200)


class RateForm(forms.Form):
    score = forms.TypedChoiceField(
        choices=[(n, str(n)) for n in range(5, 0, -1)],
        coerce=int,
        error_messages={"required": _("Choose one of the five.")},
    )
    comment = forms.CharField(required=False, max_length=LONGEST_COMMENT)


def _cleaned(read: Any, text: str) -> str:
    try:
        found: str = read(text)
    except BadInput as problem:
        raise forms.ValidationError(str(problem)) from None
    return found
