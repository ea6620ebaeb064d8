"""What staff type about incidents, plans and drills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Unit, User
from apps.backoffice.forms import MomentInput
from apps.core.errors import BadInput
from apps.core.widgets import PlainSelect
from apps.incidents.enums import Effect, Leg, Level, PlanKind, Seat, StepKind
from apps.incidents.inputs import NewStep, Where
from apps.incidents.models import PlanVersion
from apps.incidents.rules.scopes import cities_in
from apps.tracking.models import PartnerCarrier

LINES = forms.Textarea(attrs={"rows": 6})
TEXT = forms.Textarea(attrs={"rows": 2})


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=MomentInput, **more)


def _person(label: Any, **more: Any) -> Any:
    return forms.ModelChoiceField(
        label=label, queryset=User.objects.none(), widget=PlainSelect, required=False, **more
    )


def _people() -> Any:
    return User.objects.active().people().order_by("display_name")


class WhereForm(forms.Form):
    """Place and time; read by ``where`` also while it is typed."""

    cities = forms.CharField(
        label=_("cities concerned"), max_length=200, required=False, help_text=_("Such as 杭州、嘉兴."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    units = forms.ModelMultipleChoiceField(
        label=_("units concerned"), queryset=Unit.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 4}), help_text=_("A unit stands for all below it."),
    )  # fmt: skip
    carriers = forms.ModelMultipleChoiceField(
        label=_("partners concerned"), queryset=PartnerCarrier.objects.none(), required=False,
        widget=forms.SelectMultiple(attrs={"size": 3}),
    )  # fmt: skip
    everywhere = forms.BooleanField(label=_("all of the country"), required=False)
    legs = forms.MultipleChoiceField(
        label=_("legs concerned"), choices=Leg.choices, initial=list(Leg.values),
        widget=forms.CheckboxSelectMultiple, required=False,
    )  # fmt: skip
    starts_at = _moment(_("effect begins"))
    ends_at = _moment(_("effect ends, as expected"))
    confirmed = forms.IntegerField(
        label=_("number of shipments, typed"), required=False,
        help_text=_("Only where all of the country is concerned: we ask for it then."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("units", Unit.objects.active().order_by("path")),
            ("carriers", PartnerCarrier.objects.filter(is_active=True).order_by("name")),
        ):
            field: Any = self.fields[name]
            field.queryset = rows

    def clean_cities(self) -> list[str]:
        try:
            return cities_in(self.cleaned_data["cities"])
        except BadInput as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def where(self) -> Where:
        values = self.cleaned_data
        return Where(
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            cities=values["cities"],
            units=[one.pk for one in values["units"]],
            carriers=[one.pk for one in values["carriers"]],
            everywhere=values["everywhere"],
            legs=values["legs"],
        )


class DeclareForm(WhereForm):
    title = forms.CharField(label=_("what happened, in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("what happened, in English"), max_length=120)
    kind = forms.ChoiceField(label=_("kind"), choices=PlanKind.choices)
    level = forms.ChoiceField(label=_("level"), choices=Level.choices)
    version = forms.ModelChoiceField(
        label=_("plan"), queryset=PlanVersion.objects.none(), required=False, widget=PlainSelect
    )
    unit = forms.ModelChoiceField(
        label=_("unit in charge"), queryset=Unit.objects.none(), widget=PlainSelect
    )
    happened_at = _moment(_("happened"))
    known_at = _moment(_("known"))
    effect = forms.ChoiceField(label=_("promises"), choices=Effect.choices)
    extra_hours = forms.IntegerField(label=_("hours more"), required=False, initial=24)
    text_zh = forms.CharField(
        label=_("text for customers, in Chinese"), max_length=500, widget=TEXT
    )
    text_en = forms.CharField(
        label=_("text for customers, in English"), max_length=500, widget=TEXT
    )
    is_blocked = forms.BooleanField(
        label=_("the network is blocked"), required=False,
        help_text=_("The postal authority and the public hear of it within 24 hours."),
    )  # fmt: skip
    command = _person(_("Command"), help_text=_("Empty: by the roster."))
    on_the_spot = _person(_("On the spot"))
    field_order = ("title", "title_en", "version", "kind", "level", "unit", "cities", "units", "carriers",
        "everywhere", "legs", "starts_at", "ends_at", "confirmed", "effect", "extra_hours", "text_zh", "text_en",
        "happened_at", "known_at", "is_blocked", "command", "on_the_spot")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = PlanVersion.objects.filter(current_of__isnull=False).select_related("plan")
        for name, rows in (
            ("unit", Unit.objects.active().order_by("path")),
            ("version", versions.order_by("plan__name")),
            ("command", _people()),
            ("on_the_spot", _people()),
        ):
            field: Any = self.fields[name]
            field.queryset = rows

    def clean_extra_hours(self) -> int:
        hours = self.cleaned_data["extra_hours"] or 0
        # The hours that stood there from the beginning mean nothing where promises are held.
        return 0 if self.data.get("effect") == Effect.HELD and hours == 24 else hours

    @property
    def seats(self) -> dict[str, User]:
        named = {Seat.COMMAND: "command", Seat.ON_THE_SPOT: "on_the_spot"}
        return {
            str(seat): user for seat, name in named.items() if (user := self.cleaned_data[name])
        }


class SeatForm(forms.Form):
    seat = forms.ChoiceField(label=_("seat"), choices=Seat.choices)
    user = _person(_("person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset, field.required = _people(), True


class GiveForm(forms.Form):
    owner = _person(_("person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.queryset, field.required = _people(), True


class ProofForm(forms.Form):
    proof = forms.CharField(
        label=_("proof"), max_length=300, required=False,
        help_text=_("By what it is seen: a number, a file, a name and a time."),
    )  # fmt: skip


class NoticeForm(forms.Form):
    text_zh = forms.CharField(label=_("text, in Chinese"), max_length=500, widget=TEXT)
    text_en = forms.CharField(label=_("text, in English"), max_length=500, widget=TEXT)


class OverForm(forms.Form):
    text_zh = forms.CharField(
        label=_("text, in Chinese"), max_length=500, widget=TEXT, required=False,
        help_text=_("Empty: nobody is told that it is over."),
    )  # fmt: skip
    text_en = forms.CharField(
        label=_("text, in English"), max_length=500, widget=TEXT, required=False
    )


class WithdrawForm(NoticeForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
    field_order = ("reason", "text_zh", "text_en")


class AnnounceForm(forms.Form):
    until = _moment(_("shown until"))


class CalledForm(forms.Form):
    reached = forms.BooleanField(label=_("reached"), required=False)


STEP_LINE = _(
    "A line each: seat, minutes, what is to be done. A “!” at the end: it needs proof. Seats: %(seats)s; 上报 and 公告 for what the law asks."
)
_BY_LAW = {"上报": StepKind.AUTHORITY, "公告": StepKind.PUBLIC_NOTICE}


class PlanVersionForm(forms.Form):
    text_zh = forms.CharField(
        label=_("text for customers, in Chinese"), max_length=500, widget=TEXT
    )
    text_en = forms.CharField(
        label=_("text for customers, in English"), max_length=500, widget=TEXT
    )
    steps = forms.CharField(label=_("steps"), widget=LINES)
    drill_months = forms.IntegerField(
        label=_("drill every (months)"), min_value=1, max_value=60, initial=6
    )
    update_minutes = forms.IntegerField(
        label=_("next word after (minutes)"), min_value=10, max_value=10_080, initial=240
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = "、".join(str(seat.label) for seat in Seat)
        self.fields["steps"].help_text = STEP_LINE % {"seats": seats}

    def clean_steps(self) -> list[NewStep]:
        """The line that cannot be read is named."""
        lines = self.cleaned_data["steps"].splitlines()
        return [_step(n, line) for n, line in enumerate(lines, start=1) if line.strip()]


def _step(n: int, line: str) -> NewStep:
    words = line.split(maxsplit=2)
    seats = {str(seat.label): seat for seat in Seat} | {seat.value: seat for seat in Seat}
    kind = _BY_LAW.get(words[0], StepKind.ORDINARY)
    seat = Seat.RECORDS if words[0] in _BY_LAW else seats.get(words[0])
    if len(words) < 3 or seat is None or not words[1].isdecimal():
        raise forms.ValidationError(
            _("Line %(n)d: write the seat, the minutes and what is to be done.") % {"n": n}
        )
    what = words[2].strip()
    return NewStep(seat, what.rstrip("!！"), int(words[1]), what[-1] in "!！", kind)


class PlanForm(PlanVersionForm):
    name = forms.CharField(label=_("name"), max_length=80)
    code = forms.CharField(label=_("code"), max_length=40)
    kind = forms.ChoiceField(label=_("kind"), choices=PlanKind.choices)
    level = forms.ChoiceField(label=_("level"), choices=Level.choices)
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.none(), widget=PlainSelect)
    review_months = forms.IntegerField(
        label=_("review every (months)"), min_value=1, max_value=60, initial=12
    )
    field_order = ("name", "code", "kind", "level", "unit", "steps", "text_zh", "text_en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.active().order_by("path")


class DrillForm(forms.Form):
    people = forms.ModelMultipleChoiceField(
        label=_("who took part"),
        queryset=User.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    minutes = forms.CharField(
        label=_("minutes per step"), max_length=200, help_text=_("In their order, such as 12 25 8.")
    )
    findings = forms.CharField(
        label=_("findings"), widget=LINES, required=False,
        help_text=_("A line each; each opens an exception of our own check."),
    )  # fmt: skip
    note = forms.CharField(label=_("note"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["people"]
        people.queryset = _people()

    def clean_minutes(self) -> list[int]:
        words = self.cleaned_data["minutes"].replace("、", " ").replace(",", " ").split()
        if not all(word.isdecimal() and int(word) <= 10_000 for word in words):
            raise forms.ValidationError(_("Write whole minutes, a number for each step."))
        return [int(word) for word in words]

    def clean_findings(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["findings"].splitlines() if line.strip()]
