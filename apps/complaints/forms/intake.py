"""Taking a case down with the customer on the line (CMP-1)."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.backoffice.forms.held_files import FormWithFiles
from apps.complaints.enums import CaseChannel, CaseClass, Severity
from apps.complaints.forms.fields import FilesField, line, select, text_area
from apps.complaints.inputs import NewAppeal, NewCase
from apps.complaints.queries.context import mistyped, waybills_meant
from apps.customers.models import Customer
from apps.tracking.models import Waybill

MOMENT = {"type": "datetime-local"}


class Direct(TextChoices):
    YES = "yes", gettext_lazy("Yes: the general manager hears of it too")
    NO = "no", gettext_lazy("No")


class IntakeForm(FormWithFiles):
    """In speaking order: which shipment, who is speaking, what kind of matter, what happened."""

    waybill = line(gettext_lazy("waybill"), 64, spellcheck="false")
    contact_phone = line(gettext_lazy("phone"), 40, inputmode="tel")
    contact_name = line(gettext_lazy("contact's name"), 60)
    case_class = forms.ChoiceField(
        label=gettext_lazy("kind of case"),
        choices=CaseClass.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the class: 1 to 6.")},
    )
    description = text_area(gettext_lazy("what happened, in their words"), rows=6)
    contact_email = line(gettext_lazy("e-mail"), 120, inputmode="email")
    no_contact = forms.BooleanField(
        label=gettext_lazy("They leave neither phone nor e-mail"), required=False
    )
    channel = select(CaseChannel, gettext_lazy("channel"), initial=CaseChannel.PHONE)
    brought_at = forms.CharField(
        label=gettext_lazy("when they told us (now, if empty)"),
        required=False,
        widget=forms.TextInput(attrs=MOMENT),
    )
    language = select(Language, gettext_lazy("their language"), initial=Language.CHINESE)
    severity = select(Severity, gettext_lazy("severity"), empty=gettext_lazy("By rule"))
    severity_reason = line(gettext_lazy("why this severity"), 200)
    is_direct = select(Direct, gettext_lazy("direct complaint"), empty=gettext_lazy("By rule"))
    appeal_number = line(
        gettext_lazy("number of the appeal (12305)"),
        60,
        spellcheck="false",
        autocapitalize="characters",
    )
    answer_due = forms.CharField(
        label=gettext_lazy("answer due, if the appeal prints it"),
        required=False,
        widget=forms.TextInput(attrs=MOMENT),
    )
    keep = forms.BooleanField(label=gettext_lazy("I deal with it myself"), required=False)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files

    shipment: Waybill | None = None

    def clean_waybill(self) -> str:
        typed: str = self.cleaned_data["waybill"]
        if not typed:
            return ""
        found = waybills_meant(typed, self.user)
        if len(found) > 1:
            raise forms.ValidationError(_("Several shipments fit; choose one of those beside."))
        if not found:
            why = mistyped(typed) or _("There is no such shipment.")
            leave = _("Without it, empty this field and write the number into the description.")
            raise forms.ValidationError(f"{why} {leave}")
        self.shipment = found[0]
        return found[0].number

    def clean_answer_due(self) -> Any:
        return _moment(self.cleaned_data["answer_due"])

    def clean_brought_at(self) -> Any:
        moment = _moment(self.cleaned_data["brought_at"])
        if moment is None:
            return None
        if moment > timezone.now():
            raise forms.ValidationError(_("This is in the future."))
        return moment

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("severity") and not values.get("severity_reason"):
            self.add_error("severity_reason", _("Say why, since the rules are set aside."))
        self._check_appeal(values)
        reached = any(values.get(name) for name in ("contact_phone", "contact_email", "no_contact"))
        own = values.get("channel") == CaseChannel.OWN_CHECK
        if not reached and not own and "contact_phone" not in self.errors:
            self.add_error(
                "contact_phone",
                _("How do we reach them? Type a phone or an e-mail, or tick that they leave none."),
            )
        return values

    def _check_appeal(self, values: dict[str, Any]) -> None:
        """What the authority's paper says is asked for where it is one, and nowhere else."""
        given = values.get("appeal_number") or values.get("answer_due")
        if values.get("channel") == CaseChannel.AUTHORITY:
            if not values.get("brought_at") and "brought_at" not in self.errors:
                self.add_error("brought_at", _("Say when the appeal was received."))
        elif given:
            self.add_error(
                "channel", _("Only a case from the postal authority has the number of an appeal.")
            )

    def new_case(self, customer: Customer | None, key: str) -> NewCase:
        """``key``: the draft's, so that a form sent twice makes one case."""
        values = self.cleaned_data
        direct = {"": None, Direct.YES.value: True, Direct.NO.value: False}
        return NewCase(
            case_class=CaseClass(values["case_class"]),
            channel=CaseChannel(values["channel"]),
            description=values["description"],
            customer=None if self.shipment else customer,
            waybill=self.shipment,
            contact_name=values["contact_name"],
            contact_phone=values["contact_phone"],
            contact_email=values["contact_email"],
            language=Language(values["language"]),
            severity=Severity(values["severity"]) if values["severity"] else None,
            severity_reason=values["severity_reason"],
            is_direct=direct[values["is_direct"]],
            keep=values["keep"],
            source_key=f"desk:{key}",
            appeal=NewAppeal(values["appeal_number"], values["answer_due"])
            if values["channel"] == CaseChannel.AUTHORITY
            else None,
        )


def _moment(typed: str) -> Any:
    """Of a datetime-local field; None where nothing is typed."""
    if not typed:
        return None
    try:
        return forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"]).clean(typed)
    except forms.ValidationError:
        raise forms.ValidationError(_("Choose day and time.")) from None


class CompanyForm(forms.Form):
    """Which customer, among those this person may see; none is fine."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer"]
        field.queryset = Customer.objects.visible_to(user)  # type: ignore[attr-defined]  # a model choice field


class AddToForm(FormWithFiles):
    """What was typed goes to a case that is there already: nobody is asked twice."""

    description = text_area(gettext_lazy("what happened, in their words"))
    channel = select(
        [one for one in CaseChannel.choices if one[0] != CaseChannel.AUTHORITY],
        gettext_lazy("channel"),
        empty="",
        initial=CaseChannel.PHONE,
    )
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files
