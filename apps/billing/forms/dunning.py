"""What is typed about letters for what is overdue, promises to pay and the plans of letters (BIL-6)."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.billing.inputs import NewLevel


class SeenForm(forms.Form):
    """Which letter the page has shown: another one is not sent."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class PromiseForm(forms.Form):
    pay_on = forms.DateField(label=_("pays on"))
    given_by = forms.CharField(label=_("who said so"), max_length=60)
    note = forms.CharField(label=_("note"), max_length=200, required=False)


MOST_LEVELS_TYPED = 5


class DunningPlanForm(forms.Form):
    """A plan with up to five letters; a letter without days is none."""

    name = forms.CharField(label=_("name"), max_length=60)
    is_usual = forms.BooleanField(label=_("for all whose terms name none"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for level in range(1, MOST_LEVELS_TYPED + 1):
            numbered = {"level": level}
            self.fields[f"after_days_{level}"] = forms.IntegerField(
                label=gettext("letter %(level)d: days after the due day") % numbered,
                min_value=1, max_value=365, required=False,
            )  # fmt: skip
            self.fields[f"pay_within_days_{level}"] = forms.IntegerField(
                label=gettext("letter %(level)d: days to pay") % numbered,
                min_value=1, max_value=60, required=False,
            )  # fmt: skip
            self.fields[f"title_{level}"] = forms.CharField(
                label=gettext("letter %(level)d: title") % numbered, max_length=40, required=False
            )
            self.fields[f"words_{level}"] = forms.CharField(
                label=gettext("letter %(level)d: words") % numbered,
                max_length=600, required=False, widget=forms.Textarea({"rows": 3}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        levels, ended = [], False
        for level in range(1, MOST_LEVELS_TYPED + 1):
            names = ("after_days", "pay_within_days", "title", "words")
            values = {name: typed.pop(f"{name}_{level}", None) for name in names}
            if not any(values.values()):
                ended = True
                continue
            for name, value in values.items():
                if not value and f"{name}_{level}" not in self.errors:
                    self.add_error(f"{name}_{level}", gettext("Fill in all of the letter."))
            if ended:
                self.add_error(f"after_days_{level}", gettext("A letter before it is missing."))
            if all(values.values()):
                levels.append(NewLevel(**values))
        typed["levels"] = levels
        return typed
