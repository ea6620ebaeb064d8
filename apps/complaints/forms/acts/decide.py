"""Forms that carry a case to its end."""

from django import forms
from django.utils.translation import gettext_lazy

from apps.complaints.enums import Outcome
from apps.complaints.forms.acts import ActForm, channels
from apps.complaints.forms.fields import CauseField, select, text_area
from apps.complaints.rules.ways import ways_to_tell

SCORES = [(n, str(n)) for n in range(1, 6)]


class WaitForm(ActForm):
    reason = text_area(gettext_lazy("what we wait for"), rows=2)


class SolveForm(ActForm):
    outcome = select(Outcome, gettext_lazy("outcome"))
    cause = CauseField(label=gettext_lazy("cause"), required=False)
    solution = text_area(gettext_lazy("solution"), rows=5)
    channel = select([], gettext_lazy("the customer hears it now"), empty=gettext_lazy("Not yet"))

    def prepare(self) -> None:
        ways = channels(ways_to_tell(self.case))
        self.offer("channel", [("", gettext_lazy("Not yet")), *ways])


class ConfirmForm(ActForm):
    score = forms.TypedChoiceField(
        label=gettext_lazy("how satisfied they are, 1–5"),
        choices=SCORES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Ask them, and choose 1 to 5.")},
    )
    comment = text_area(gettext_lazy("in their words"), rows=2, required=False)
    channel = select([], gettext_lazy("asked by"))

    def prepare(self) -> None:
        self.offer("channel", channels(ways_to_tell(self.case)))


class CloseForm(ActForm):
    note = text_area(
        gettext_lazy("closing note (needed when the result could not be confirmed)"),
        rows=2,
        required=False,
    )
