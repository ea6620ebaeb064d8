"""What staff type about calls, call-backs and phone systems."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Unit, User
from apps.backoffice.forms import DayInput, MomentInput
from apps.backoffice.forms.held_files import FormWithFiles, HeldFileField
from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.hotline.enums import Direction, Profile
from apps.hotline.reading import ROLES
from apps.tracking.models import Waybill

COLUMN_NAMES = {
    "call": gettext_lazy("call number"),
    "direction": gettext_lazy("direction"),
    "caller": gettext_lazy("caller's number"),
    "queue": gettext_lazy("queue"),
    "extension": gettext_lazy("extension"),
    "offered": gettext_lazy("time of the call"),
    "answered": gettext_lazy("time of answer"),
    "ended": gettext_lazy("time of its end"),
    "wait": gettext_lazy("waited (seconds)"),
    "talk": gettext_lazy("talked (seconds)"),
    "outcome": gettext_lazy("outcome"),
}


class AboutForm(forms.Form):
    """Whose call it was: numbers as they are written elsewhere, of what this person may see."""

    waybill = forms.CharField(label=gettext_lazy("Waybill number"), max_length=40, required=False)
    case = forms.CharField(label=gettext_lazy("Case number"), max_length=40, required=False)
    customer = forms.CharField(label=gettext_lazy("Customer code"), max_length=20, required=False)
    note = forms.CharField(
        label=gettext_lazy("What the call was about"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def _found(self, name: str, model: Any, key: str, refusal: str) -> Any:
        typed = self.cleaned_data[name].strip().upper()
        if not typed:
            return None
        found = model.objects.visible_to(self.user).filter(**{key: typed}).first()
        if found is None:
            raise forms.ValidationError(refusal, "unknown")
        return found

    def clean_waybill(self) -> Any:
        return self._found("waybill", Waybill, "number", _("There is no such shipment."))

    def clean_case(self) -> Any:
        return self._found("case", Case, "number", _("There is no such case."))

    def clean_customer(self) -> Any:
        return self._found("customer", Customer, "code", _("There is no customer with this code."))


class NoteForm(AboutForm):
    number = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autofocus": True}),
        help_text=gettext_lazy("Empty where it was withheld."),
    )
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Direction.choices[:2])
    is_answered = forms.BooleanField(
        label=gettext_lazy("Spoken with"), required=False, initial=True
    )
    offered_at = forms.DateTimeField(label=gettext_lazy("When"), widget=MomentInput)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes talked"), min_value=0, max_value=600, initial=3
    )
    field_order = ("number", "direction", "is_answered", "offered_at", "minutes")

    def clean_direction(self) -> Direction:
        return Direction(self.cleaned_data["direction"])


class ResultForm(forms.Form):
    result = forms.CharField(
        label=gettext_lazy("What came of it"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ListField(forms.CharField):
    """Several values, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace("，", ",").replace("、", ",")
        return [part.strip() for part in text.split(",") if part.strip()]


class SystemForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    profile = forms.ChoiceField(label=gettext_lazy("Kind of records"), choices=Profile.choices)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        help_text=gettext_lazy("Whose agents answer and call back."),
    )
    zone = forms.CharField(label=gettext_lazy("Time zone"), max_length=40, initial="Asia/Shanghai")
    queues = ListField(
        label=gettext_lazy("Queues of the hotline"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("As the phone system calls them, separated by commas. Empty: all."),
    )
    internal = ListField(
        label=gettext_lazy("Internal numbers"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Ranges such as 800-899. Empty: every number of up to five digits."),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["unit"]
        units.queryset = Unit.objects.order_by("path")


class ColumnsForm(forms.Form):
    """Under which heading what stands, for the sheets of this system."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in ROLES:
            needed = role in ("call", "caller", "offered")
            self.fields[role] = forms.CharField(
                label=COLUMN_NAMES[role], max_length=60, required=needed
            )


class SeatForm(forms.Form):
    extension = forms.CharField(label=gettext_lazy("Extension"), max_length=40)
    user = forms.ModelChoiceField(label=gettext_lazy("Agent"), queryset=User.objects.none())
    since = forms.DateTimeField(label=gettext_lazy("Since"), widget=MomentInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["user"]
        people.queryset = User.objects.active().people().order_by("display_name")


class LeaveForm(forms.Form):
    until = forms.DateTimeField(
        label=gettext_lazy("Until"), widget=MomentInput, initial=timezone.now
    )


class CallFileForm(FormWithFiles):
    file = HeldFileField(
        label=gettext_lazy("File of calls"),
        help_text=gettext_lazy("As the phone system writes or exports it: text, CSV or xlsx."),
    )


class PolicyForm(forms.Form):
    since = forms.DateField(label=gettext_lazy("Since"), widget=DayInput)
    short_seconds = forms.IntegerField(
        label=gettext_lazy("Hung up so soon, in seconds, is not counted"), min_value=0, max_value=60
    )
    level_seconds = forms.IntegerField(
        label=gettext_lazy("Answered within so many seconds is prompt"), min_value=1, max_value=600
    )
    goal = forms.DecimalField(
        label=gettext_lazy("Goal, per cent"), min_value=1, max_value=100, decimal_places=1
    )
