"""What is typed when something is approved or refused."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms import ReasonForm


class SeenMixin(forms.Form):
    """Brings back the SHA-256 of what the page showed, so that nobody decides about something else."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    field_order = ("remark", "reason", "code")


class ApproveForm(SeenMixin):
    """``needs_code``: a code of the second factor is asked for."""

    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, needs_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_code:
            self.fields["code"] = forms.CharField(
                label=_("Code of your second factor"),
                max_length=20,
                widget=forms.TextInput(
                    attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}
                ),
            )


class RefuseForm(SeenMixin, ReasonForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
