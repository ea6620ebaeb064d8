"""Forms of what is written down about a case for ourselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.complaints.enums import CaseClass, LinkKind, Severity
from apps.complaints.forms.acts import ActForm
from apps.complaints.forms.fields import CauseField, FilesField, line, select, text_area
from apps.complaints.forms.intake import Direct
from apps.complaints.inputs import CaseChanges
from apps.complaints.models import Case
from apps.complaints.queries.cases import case_list
from apps.complaints.queries.context import mistyped, waybills_meant


class NoteForm(ActForm):
    text = text_area(gettext_lazy("note, never sent"))
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files


class FileForm(ActForm):
    from_customer = select(
        [("yes", gettext_lazy("From the customer")), ("no", gettext_lazy("Ours, internal"))],
        gettext_lazy("whose"),
        initial="yes",
    )
    note = line(gettext_lazy("what they show"), 200)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files


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


def find_other(number: str, user: User) -> Case:
    """The case of that number; ValidationError for one that is not there or may not be seen."""
    found = case_list(user).filter(number=number.strip().upper()).first()
    if found is None:
        raise forms.ValidationError(_("There is no such case."))
    return found
