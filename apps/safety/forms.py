"""What the safety officer types."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.safety.enums import Verdict
from apps.safety.models import CheckItem
from apps.safety.services import Answer


class WhoField(forms.ModelChoiceField):  # type: ignore[type-arg]  # stubs' generics are not subscriptable at run time
    """A colleague who puts something right."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.active().people().order_by("display_name")
        super().__init__(people, label=_("Who puts it right"), **kwargs)


class ExplainForm(forms.Form):
    explanation = forms.CharField(
        label=_("What it was, and what was done"), widget=forms.Textarea(attrs={"rows": 4})
    )


class BecauseForm(forms.Form):
    because = forms.CharField(
        label=_("Harmless, because"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_("What is to be looked into"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CheckForm(forms.Form):
    """The checklist: a verdict and a note for each line in use; whoever puts right what is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(CheckItem.objects.filter(is_active=True))
        for item in self.items:
            self.fields[f"verdict_{item.pk}"] = forms.ChoiceField(
                label=str(item), choices=Verdict.choices, widget=forms.RadioSelect, required=False
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=_("Note: %(item)s") % {"item": item}, max_length=300, required=False
            )
        self.fields["remark"] = forms.CharField(
            label=_("remark"), required=False, widget=forms.Textarea(attrs={"rows": 2})
        )
        self.fields["person"] = WhoField(required=False)
        self.fields["due_on"] = forms.DateField(label=_("until"), required=False)

    def answers(self) -> dict[str, Any]:
        """As the service takes it."""
        typed = self.cleaned_data
        answers = {
            item.pk: Answer(Verdict(verdict), typed[f"note_{item.pk}"])
            for item in self.items
            if (verdict := typed[f"verdict_{item.pk}"])
        }
        return {
            "answers": answers,
            **{name: typed[name] for name in ("remark", "person", "due_on")},
        }


class ResultForm(forms.Form):
    result = forms.CharField(
        label=_("What was done"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class HandForm(forms.Form):
    person = WhoField()
    due_on = forms.DateField(label=_("until"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
