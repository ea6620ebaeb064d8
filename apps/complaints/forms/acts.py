"""One form for each thing that can be done to a case; each knows its case and who is asking."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Language
from apps.accounts.models import Unit, User
from apps.backoffice.forms.held_files import FormWithFiles
from apps.complaints.enums import (
    CaseChannel,
    CaseClass,
    LinkKind,
    Outcome,
    Severity,
)
from apps.complaints.forms.fields import FilesField, line, select, text_area
from apps.complaints.forms.intake import Direct
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case, CauseNode
from apps.complaints.queries.cases import case_list
from apps.complaints.queries.context import mistyped, waybills_meant
from apps.complaints.queries.desk import people_to_give_to
from apps.complaints.rules.ways import ways_to_tell, ways_to_write
from apps.core.fields import NaturalMomentField

SCORES = [(n, str(n)) for n in range(1, 6)]


class ActForm(FormWithFiles):
    """Nothing to type: the panel says what will happen."""

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.case = case
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the case."""

    def offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field


def _channels(found: list[CaseChannel]) -> list[tuple[Any, Any]]:
    return [(channel.value, channel.label) for channel in found]


class ReplyForm(ActForm):
    channel = select([], gettext_lazy("by which channel"))
    used = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    text = text_area(gettext_lazy("reply"), rows=6)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files
    then_wait = forms.BooleanField(
        label=gettext_lazy("then wait for their answer (pauses the clocks that may pause)"),
        required=False,
    )

    def prepare(self) -> None:
        self.offer("channel", _channels(ways_to_write(self.case)))

    def clean_used(self) -> tuple[str, ...]:
        """Codes of the articles that were put in, as the page collects them."""
        return tuple(dict.fromkeys(str(self.cleaned_data["used"]).split()))


class NoteForm(ActForm):
    text = text_area(gettext_lazy("note, never sent"))
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files


class CallForm(ActForm):
    direction = select(
        [("out", gettext_lazy("We called them")), ("in", gettext_lazy("They called us"))],
        gettext_lazy("who called"),
        initial="out",
    )
    reached = select(
        [("yes", gettext_lazy("Spoke with them")), ("no", gettext_lazy("Nobody answered"))],
        gettext_lazy("reached"),
        initial="yes",
    )
    text = text_area(gettext_lazy("what was said"))


class PromiseForm(ActForm):
    due_at = NaturalMomentField(label=gettext_lazy("by when"))
    what = line(gettext_lazy("what we promised"), 120, required=True)


class WaitForm(ActForm):
    reason = text_area(gettext_lazy("what we wait for"), rows=2)


class ReportForm(ActForm):
    channel = select(
        [(c.value, c.label) for c in (CaseChannel.PHONE, CaseChannel.EMAIL, CaseChannel.IN_PERSON)],
        gettext_lazy("by which channel"),
        initial=CaseChannel.PHONE,
    )
    note = text_area(
        gettext_lazy("what was reported (the subject, if empty)"), rows=3, required=False
    )


class PlanForm(ActForm):
    channel = select([], gettext_lazy("told by"))
    text = text_area(gettext_lazy("what we will do, and by when"), rows=5)

    def prepare(self) -> None:
        self.offer("channel", _channels(ways_to_tell(self.case)))


class AssignForm(ActForm):
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("new owner"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("unit (as before, if empty)"), required=False
    )
    reason = line(gettext_lazy("reason"), 200)

    def prepare(self) -> None:
        seen = self.user.visible_unit_ids()
        units = Unit.objects.active().order_by("path")
        units = units if seen is None else units.filter(pk__in=seen)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field
        people = people_to_give_to(self.user)
        owner = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[pk for pk, _n, _h in people])  # type: ignore[attr-defined]  # a model choice field
        owner.choices = [("", "—"), *((pk, f"{name} · {held}") for pk, name, held in people)]  # type: ignore[attr-defined]  # a model choice field


class CauseField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """The tree as a list, each level indented; one query for page and check."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CauseNode.objects.filter(is_active=True), **kwargs)


class ChangeForm(ActForm):
    """Contact fields are masked on the page: empty leaves them as they are."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = line(gettext_lazy("subject in brief"), 120, required=True)
    case_class = select(CaseClass, gettext_lazy("kind of case"))
    severity = select(Severity, gettext_lazy("severity"))
    severity_reason = line(gettext_lazy("why this severity"), 200)
    is_direct = select(Direct, gettext_lazy("direct complaint"))
    waybill = line(gettext_lazy("waybill"), 64)
    language = select(Language, gettext_lazy("their language"))
    cause = CauseField(label=gettext_lazy("cause"), required=False)
    contact_name = line(gettext_lazy("name (as before, if empty)"), 60)
    contact_phone = line(gettext_lazy("phone (as before, if empty)"), 40)
    contact_email = line(gettext_lazy("e-mail (as before, if empty)"), 120)

    waybill_id: int | None = None

    def clean_waybill(self) -> str:
        typed: str = self.cleaned_data["waybill"]
        known = self.case.waybill.number if self.case.waybill else ""
        if typed in ("", known):
            return typed
        found = waybills_meant(typed, self.user)
        if len(found) != 1:
            why = mistyped(typed) or _("There is no such shipment.")
            raise forms.ValidationError(
                _("Several shipments fit; type the whole number.") if found else why
            )
        self.waybill_id = found[0].pk
        return found[0].number

    @property
    def changes(self) -> CaseChanges:
        typed = self.cleaned_data
        clear = {"waybill"} if not typed["waybill"] and self.case.waybill_id else set()
        return CaseChanges(
            title=typed["title"],
            case_class=CaseClass(typed["case_class"]),
            severity=Severity(typed["severity"]),
            severity_reason=typed["severity_reason"],
            is_direct=typed["is_direct"] == Direct.YES,
            waybill_id=self.waybill_id,
            language=Language(typed["language"]),
            cause_id=typed["cause"].pk if typed["cause"] else None,
            contact_name=typed["contact_name"] or None,
            contact_phone=typed["contact_phone"] or None,
            contact_email=typed["contact_email"] or None,
            clear=frozenset(clear),
        )


class SolveForm(ActForm):
    outcome = select(Outcome, gettext_lazy("outcome"))
    cause = CauseField(label=gettext_lazy("cause"), required=False)
    solution = text_area(gettext_lazy("solution"), rows=5)
    told_by = select([], gettext_lazy("the customer hears it now"), empty=gettext_lazy("Not yet"))

    def prepare(self) -> None:
        channels = _channels(ways_to_tell(self.case))
        self.offer("told_by", [("", gettext_lazy("Not yet")), *channels])


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
        self.offer("channel", _channels(ways_to_tell(self.case)))


class AskForm(ActForm):
    channel = select([], gettext_lazy("by which channel"))

    def prepare(self) -> None:
        self.offer("channel", _channels(ways_to_write(self.case)))

    def clean_used(self) -> tuple[str, ...]:
        """Codes of the articles that were put in, as the page collects them."""
        return tuple(dict.fromkeys(str(self.cleaned_data["used"]).split()))


class CloseForm(ActForm):
    note = text_area(
        gettext_lazy("closing note (needed when the result could not be confirmed)"),
        rows=2,
        required=False,
    )


class ReasonForm(ActForm):
    reason = text_area(gettext_lazy("reason"), rows=2)


class FileForm(ActForm):
    from_customer = select(
        [("yes", gettext_lazy("From the customer")), ("no", gettext_lazy("Ours, internal"))],
        gettext_lazy("whose"),
        initial="yes",
    )
    note = line(gettext_lazy("what they show"), 200)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files


class OtherCaseField(forms.CharField):
    """The number of another case that the person may see; clean value is the row."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "CS20261125-48391527"}
        )
        super().__init__(max_length=20, widget=widget, **kwargs)


class LinkForm(ActForm):
    other = OtherCaseField(label=gettext_lazy("number of the other case"))
    kind = select(
        [(k.value, k.label) for k in (LinkKind.RELATED, LinkKind.DUPLICATE)],
        gettext_lazy("how they belong together"),
        initial=LinkKind.RELATED,
    )

    def clean_other(self) -> Case:
        return find_other(self.cleaned_data["other"], self.user)


class UnlinkForm(LinkForm):
    kind = None  # type: ignore[assignment]  # Django's way to leave a field out


class SplitForm(ActForm):
    title = line(gettext_lazy("subject of the new case"), 120, required=True)
    case_class = select(CaseClass, gettext_lazy("kind of case"))
    entries = forms.TypedMultipleChoiceField(
        label=gettext_lazy("what goes along"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose which entries the new case takes along.")},
    )


class KeepForm(ActForm):
    clock = forms.IntegerField(widget=forms.HiddenInput)


class DropForm(KeepForm):
    reason = line(gettext_lazy("why it need not be kept"), 200, required=True)


def find_other(number: str, user: User) -> Case:
    """The case of that number; ValidationError for one that is not there or may not be seen."""
    found = case_list(user).filter(number=number.strip().upper()).first()
    if found is None:
        raise forms.ValidationError(_("There is no such case."))
    return found
