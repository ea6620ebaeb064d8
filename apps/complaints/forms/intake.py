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
from apps.complaints.extensions import case_extensions
from apps.complaints.forms.fields import FilesField, line, select, text_area
from apps.complaints.inputs import NewCase
from apps.complaints.queries.context import mistyped, waybills_meant
from apps.customers.models import Customer
from apps.tracking.forms.fields import MomentField
from apps.tracking.models import Waybill


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
    brought_at = MomentField(
        label=gettext_lazy("when they told us (now, if empty)"),
        required=False,
        error_messages={"invalid": gettext_lazy("Choose day and time.")},
    )
    language = select(Language, gettext_lazy("their language"), initial=Language.CHINESE)
    severity = select(Severity, gettext_lazy("severity"), empty=gettext_lazy("By rule"))
    severity_reason = line(gettext_lazy("why this severity"), 200)
    is_direct = select(Direct, gettext_lazy("direct complaint"), empty=gettext_lazy("By rule"))
    keep = forms.BooleanField(label=gettext_lazy("I deal with it myself"), required=False)
    files = FilesField()  # type: ignore[assignment]  # a field, not the form's own files

    shipment: Waybill | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra_names: list[str] = []
        for extension in case_extensions():
            found = extension.intake_fields()
            self.fields |= found
            self.extra_names += found

    def extra_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.extra_names]

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

    def clean_brought_at(self) -> Any:
        moment = self.cleaned_data["brought_at"]
        if moment is not None and moment > timezone.now():
            raise forms.ValidationError(_("This is in the future."))
        return moment

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("severity") and not values.get("severity_reason"):
            self.add_error("severity_reason", _("Say why, since the rules are set aside."))
        for extension in case_extensions():
            extension.check_intake(self, values)
        reached = any(values.get(name) for name in ("contact_phone", "contact_email", "no_contact"))
        own = values.get("channel") == CaseChannel.OWN_CHECK
        if not reached and not own and "contact_phone" not in self.errors:
            self.add_error(
                "contact_phone",
                _("How do we reach them? Type a phone or an e-mail, or tick that they leave none."),
            )
        return values

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
            extras={
                extension.name: extra
                for extension in case_extensions()
                if (extra := extension.intake_values(values)) is not None
            },
        )


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
