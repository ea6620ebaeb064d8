"""What staff type about duty and handover."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit, User
from apps.backoffice.forms import DayInput, MomentInput
from apps.core.times import human
from apps.core.widgets import PlainSelect
from apps.shifts.enums import Holidays, ItemState

WEEKDAYS = (
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")),
    (5, _("Friday")), (6, _("Saturday")), (7, _("Sunday")),
)  # fmt: skip
TIME = forms.TextInput(attrs={"size": 6, "placeholder": "20:00", "autocomplete": "off"})
MOST_STEPS = 14 * 48
NEXT_MORNING = _("20:00 to 08:00 ends the next morning; 24:00 is the end of the day.")


def _people() -> Any:
    return User.objects.active().people().order_by("display_name")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """A colleague; those who cannot be reached are marked where the page says so."""

    widget = PlainSelect

    def __init__(self, **more: Any) -> None:
        super().__init__(queryset=User.objects.none(), **more)


class ChosenPeople(forms.Form):
    """Forms that name one person among ``people`` (user, what they lack)."""

    def __init__(
        self, *args: Any, people: Sequence[tuple[User, Sequence[str]]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "users", "receiver", "to_user"):
            if name in self.fields:
                field: Any = self.fields[name]
                field.queryset = User.objects.filter(pk__in=[user.pk for user, _lacks in people])
                choices = [(user.pk, _marked(user, lacks)) for user, lacks in people]
                is_one = isinstance(field, PersonField)
                field.choices = [("", "—"), *choices] if is_one else choices


def _marked(user: User, lacks: Sequence[str]) -> str:
    return f"{user} ⚠ {'、'.join(lacks)}" if lacks else str(user)


class NeedForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.none(), widget=PlainSelect)
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"), choices=WEEKDAYS, coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple, initial=[day for day, _name in WEEKDAYS],
    )  # fmt: skip
    holidays = forms.ChoiceField(label=_("public holidays"), choices=Holidays.choices)
    begins = forms.CharField(label=_("from"), max_length=5, widget=TIME)
    ends = forms.CharField(label=_("to"), max_length=5, widget=TIME, help_text=NEXT_MORNING)
    heads = forms.IntegerField(label=_("people"), initial=1)
    since = forms.DateField(label=_("valid from"), widget=DayInput)
    until = forms.DateField(label=_("valid until"), widget=DayInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(is_active=True).order_by("path")


class UntilForm(forms.Form):
    until = forms.DateField(label=_("last day"), widget=DayInput)


class PatternForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=60)
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.none(), widget=PlainSelect)
    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    cycle = forms.IntegerField(label=_("days of the cycle"), initial=7)
    anchor = forms.DateField(label=_("first day of a cycle"), widget=DayInput)
    lines = forms.CharField(
        label=_("shifts of the cycle"),
        widget=forms.Textarea(attrs={"rows": 7, "placeholder": "1 08:00-20:00 1\n1 20:00-08:00 2"}),
        help_text=_("A line each: day of the cycle, from–to, place in the order of people."),
    )
    people = forms.CharField(
        label=_("people in order"), widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("A line each: name or staff number. With each cycle everybody moves on by one place."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(is_active=True).order_by("path")

    def clean_people(self) -> list[User]:
        """Users in the order typed; the line of who is unknown, or whose name two have, is named."""
        found: list[User] = []
        known = list(_people())
        for n, row in enumerate(self.cleaned_data["people"].splitlines(), start=1):
            word = row.strip()
            if not word:
                continue
            hits = [
                one for one in known if word in (one.display_name, one.staff_number, one.username)
            ]
            if len(hits) != 1:
                raise forms.ValidationError(
                    _("Line %(n)d: “%(word)s” is nobody, or more than one. Write the staff number.")
                    % {"n": n, "word": word[:40]}
                )
            found.append(hits[0])
        return found


class FillForm(forms.Form):
    first = forms.DateField(label=_("from day"), widget=DayInput)
    last = forms.DateField(label=_("until day"), widget=DayInput)


class PlanForm(ChosenPeople):
    day = forms.DateField(label=_("day"), widget=DayInput)
    begins = forms.CharField(label=_("from"), max_length=5, widget=TIME)
    ends = forms.CharField(label=_("to"), max_length=5, widget=TIME, help_text=NEXT_MORNING)
    user = PersonField(label=_("person"))


class MoveForm(forms.Form):
    """A shift of the roster that is shown, and by how many half hours its begin and its end move."""

    shift = forms.ModelChoiceField(DutyShift.objects.none())
    start = forms.IntegerField(min_value=-MOST_STEPS, max_value=MOST_STEPS)
    end = forms.IntegerField(min_value=-MOST_STEPS, max_value=MOST_STEPS)

    def __init__(self, *args: Any, unit: Unit, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shift: Any = self.fields["shift"]
        shift.queryset = DutyShift.objects.standing().filter(unit=unit, role=role)


class FillGapForm(ChosenPeople):
    user = PersonField(label=_("person"))


class AskForm(ChosenPeople):
    users = forms.ModelMultipleChoiceField(
        label=_("colleagues"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )


class SwapForm(ChosenPeople):
    shift = forms.ChoiceField(label=_("shift"))
    starts_at = forms.DateTimeField(
        label=_("from"), widget=MomentInput, required=False,
        help_text=_("Empty: the whole shift, or what is left of it."),
    )  # fmt: skip
    to_user = PersonField(
        label=_("colleague"), required=False, help_text=_("Empty: everybody who may take it.")
    )
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def __init__(self, *args: Any, shifts: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shift: Any = self.fields["shift"]
        shift.choices = shifts


class OfferForm(ChosenPeople):
    """To whom, a word, and for each item a word and whether it is kept."""

    receiver = PersonField(label=_("receiver"))
    note = forms.CharField(
        label=_("word to the receiver"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, items: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"word_{item.pk}"] = forms.CharField(
                label=_item(item), max_length=500, required=False, initial=item.word,
                widget=forms.TextInput(attrs={"placeholder": _("a word")}),
            )  # fmt: skip
            self.fields[f"keep_{item.pk}"] = forms.BooleanField(
                label=_("I keep it"), required=False, initial=item.state == ItemState.KEPT
            )

    @property
    def words(self) -> dict[int, str]:
        return {item.pk: self.cleaned_data[f"word_{item.pk}"] for item in self.items}

    @property
    def kept_ids(self) -> set[int]:
        return {item.pk for item in self.items if self.cleaned_data[f"keep_{item.pk}"]}


class AcceptForm(forms.Form):
    """For each item, if it goes back, why; empty: accepted."""

    def __init__(self, *args: Any, items: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [item for item in items if item.state != ItemState.KEPT]
        for item in self.items:
            self.fields[f"why_{item.pk}"] = forms.CharField(
                label=_item(item), max_length=200, required=False, help_text=item.word,
                widget=forms.TextInput(attrs={"placeholder": _("goes back because …")}),
            )  # fmt: skip

    @property
    def returned(self) -> dict[int, str]:
        answers = ((item.pk, self.cleaned_data[f"why_{item.pk}"]) for item in self.items)
        return {pk: why for pk, why in answers if why}


def _item(item: Any) -> str:
    return f"{item.title} · {human(item.due_at)}" if item.due_at else str(item.title)
