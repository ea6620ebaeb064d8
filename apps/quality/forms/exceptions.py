"""What is typed about an exception: the report, the investigation, actions, chases (CMP-4, CMP-5)."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit, User
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.complaints.queries.words import cause_tree
from apps.core.fields import NaturalMomentField
from apps.quality.enums import ExceptionKind, FoundBy
from apps.quality.models import ExceptionReport
from apps.tracking.forms.fields import (
    MomentField,
    NoteField,
    clean_waybill_number,
    now_to_the_minute,
)
from apps.tracking.models import PartnerCarrier

LONG = 4000
INDENT = "\u3000"


class ReportForm(forms.Form):
    """In the order in which it is told: what, where, when, what was done at once."""

    number = forms.CharField(
        label=_("waybill number"), max_length=500, required=False,
        help_text=_("Leave empty when no single shipment is concerned."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("kind"), choices=ExceptionKind.choices)
    found_by = forms.ChoiceField(label=_("how it was found"), choices=FoundBy.choices)
    what = NoteField(label=_("what happened"), rows=4, max_length=LONG)
    who = NoteField(label=_("who was involved"), required=False)
    happened_at = MomentField(label=_("happened"))
    known_at = MomentField(label=_("known"), help_text=_("When the company first knew of it."))
    first_measures = NoteField(label=_("first measures"), required=False, max_length=LONG)
    harm = NoteField(label=_("harm done"), required=False, max_length=300)
    put_right_line = forms.CharField(
        label=_("put right on the spot"), max_length=200, required=False,
        help_text=_("One line for the daily report ends it at once. Only for what is not serious."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = now_to_the_minute()
        self.fields["happened_at"].initial = self.fields["known_at"].initial = now

    def clean_number(self) -> str:
        typed = self.cleaned_data["number"].strip()
        return clean_waybill_number(typed) if typed else ""


class NoteForm(forms.Form):
    note = NoteField(label=_("note"), required=False, max_length=300)


class ReasonForm(forms.Form):
    reason = NoteField(label=_("reason"), max_length=200)


class FindingsForm(forms.Form):
    text = NoteField(label=_("findings"), rows=5, max_length=LONG)


class LineForm(forms.Form):
    line = forms.CharField(label=_("line of the daily report"), max_length=200)


class SeriousForm(forms.Form):
    serious = forms.BooleanField(label=_("serious"), required=False)
    reason = NoteField(label=_("reason"), max_length=200)


class EvidenceForm(FormWithFiles):
    file = HeldFileField(label=_("file"), help_text=_("Photo, PDF, Word, Excel or text."))
    note = forms.CharField(label=_("what it shows"), max_length=200, required=False)


class CorrectForm(forms.Form):
    """The three times and the facts. What stood there before stays on record and shows."""

    happened_at = MomentField(label=_("happened"))
    known_at = MomentField(label=_("known"))
    reported_at = MomentField(label=_("reported"))
    kind = forms.ChoiceField(label=_("kind"), choices=ExceptionKind.choices)
    found_by = forms.ChoiceField(label=_("how it was found"), choices=FoundBy.choices)
    harm = NoteField(label=_("harm done"), required=False, max_length=300)
    what = NoteField(
        label=_("what happened"), required=False, rows=4, max_length=LONG,
        help_text=_("Empty: stays as it is."),
    )  # fmt: skip
    reason = NoteField(label=_("reason"), max_length=200)


def correct_initial(report: ExceptionReport) -> dict[str, Any]:
    names = ("happened_at", "known_at", "reported_at", "kind", "found_by", "harm")
    return {name: getattr(report, name) for name in names}


class WhomForm(forms.Form):
    """One unit or one partner."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("unit"), required=False)
    carrier = forms.ModelChoiceField(
        PartnerCarrier.objects.none(), label=_("partner carrier"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", Unit.objects.active())
        _offer(self, "carrier", PartnerCarrier.objects.filter(is_active=True))


class VerdictForm(WhomForm):
    cause = forms.TypedChoiceField(label=_("cause"), coerce=int)
    decision = NoteField(label=_("what was decided"), rows=4, max_length=LONG)
    field_order = ["cause", "unit", "carrier", "decision"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = (get_language() or "").startswith("en")
        field = self.fields["cause"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - tells the type
        field.choices = [("", "—")] + [
            (node.pk, INDENT * node.code.count(".") + (node.english_name if english else node.name))
            for node in cause_tree()
        ]


class ActionForm(forms.Form):
    what = NoteField(label=_("what is to be done"), max_length=300)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("owner"))
    due_at = NaturalMomentField(label=_("due"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", User.objects.active().people().order_by("display_name"))


class FollowerForm(forms.Form):
    """Anybody but ``current``, who follows it already."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("who follows it"),
        help_text=_("Its clocks go along, and they are told."),
    )
    reason = NoteField(label=_("reason"), required=False, max_length=200)

    def __init__(self, *args: Any, current: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().people().exclude(pk=current or 0)
        _offer(self, "owner", people.order_by("display_name"))


class OpenActionForm(forms.Form):
    """Which of the report's actions, and what came of it."""

    action = forms.TypedChoiceField(label=_("corrective action"), coerce=int)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - tells the type
        field.choices = choices


class FinishForm(OpenActionForm):
    result = NoteField(label=_("what was done"), max_length=300)


class CheckForm(OpenActionForm):
    worked = forms.BooleanField(label=_("worked"), required=False)
    note = NoteField(label=_("how it was checked"), max_length=300)


class DropForm(OpenActionForm):
    reason = NoteField(label=_("reason"), max_length=200)


class ChaseForm(WhomForm):
    """A question with a due time; or, with their answer, one that was asked on the phone."""

    question = forms.CharField(label=_("what to ask"), max_length=200)
    due_at = NaturalMomentField(label=_("due"), required=False)
    answer = NoteField(
        label=_("what they said"), required=False, help_text=_("Where they answered at once.")
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("answer") and not values.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Say until when they should answer, or what they said."))
        return values


class AnswerForm(forms.Form):
    chase = forms.TypedChoiceField(label=_("chase"), coerce=int)
    answer = NoteField(label=_("what they said"))

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["chase"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - tells the type
        field.choices = choices


class MeetingForm(forms.Form):
    title = forms.CharField(label=_("subject in brief"), max_length=120)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("unit"))
    planned_for = NaturalMomentField(label=_("planned for"))
    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("who takes part"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", Unit.objects.active())
        _offer(self, "people", User.objects.active().people().order_by("display_name"))


class MinutesForm(forms.Form):
    """The minutes, and a conclusion for each exception on the agenda."""

    minutes = NoteField(label=_("minutes"), rows=8, max_length=20_000)

    def __init__(self, *args: Any, items: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [pk for pk, _title in items]
        for pk, title in items:
            self.fields[f"item{pk}"] = NoteField(label=title)

    def conclusions(self) -> dict[int, str]:
        return {pk: self.cleaned_data[f"item{pk}"] for pk in self.numbers}


def _offer(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type
    field.queryset = rows
