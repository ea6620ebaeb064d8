"""What a customer types on the page of a notice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.account_changes.enums import FeedbackClass
from apps.account_changes.services.campaigns.feedback import LONGEST_NAME, LONGEST_TEXT


class NoticeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What do you say to it?"),
        choices=FeedbackClass.choices,
        error_messages={"required": _("Choose what fits.")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Say who you are.")},
    )
    text = forms.CharField(label=_("In your words"), max_length=LONGEST_TEXT, required=False)
