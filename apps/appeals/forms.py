"""What is typed about an appeal to the postal authority."""

from django import forms
from django.utils.translation import gettext_lazy

from apps.appeals.enums import AppealDecision
from apps.complaints.forms.acts import ActForm
from apps.complaints.forms.fields import FilesField, line, select, text_area
from apps.tracking.forms.fields import MomentField, now_to_the_minute


def intake_fields() -> dict[str, forms.Field]:
    """What of the authority's paper is typed where its case is taken down."""
    number = line(
        gettext_lazy("number of the appeal (12305)"),
        60,
        spellcheck="false",
        autocapitalize="characters",
    )
    due = MomentField(
        label=gettext_lazy("answer due, if the appeal prints it"),
        required=False,
        error_messages={"invalid": gettext_lazy("Choose day and time.")},
    )
    return {"appeal_number": number, "answer_due": due}


class AppealAnswerForm(ActForm):
    note = line(gettext_lazy("what it says, in a sentence"), 300)
    files = FilesField(label=gettext_lazy("the answer, one file"))  # type: ignore[assignment]  # a field, not the form's own files


class AppealDecisionForm(ActForm):
    decision = select(AppealDecision, gettext_lazy("decision"))
    decided_at = MomentField(label=gettext_lazy("when the authority decided"))
    note = text_area(
        gettext_lazy("what the authority says (needed when its decision changes)"),
        rows=2,
        required=False,
    )

    def prepare(self) -> None:
        self.fields["decided_at"].initial = now_to_the_minute()


class AppealNumberForm(ActForm):
    number = line(gettext_lazy("number of the appeal"), 60, required=True, spellcheck="false")
    reason = line(gettext_lazy("reason"), 200, required=True)
