"""Which cases a list shows, and what is done to many at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Unit, User
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Severity
from apps.complaints.forms.fields import line, select
from apps.complaints.queries.cases import LIVE_ONLY, CaseFilter
from apps.complaints.queries.clock_lines import ANY
from apps.complaints.queries.desk import colleagues, people_to_give_to
from apps.complaints.queries.lists import Sort
from apps.core.times import day_start
from apps.core.typed import LONGEST_SEVERAL
from apps.core.widgets import PlainSelect
from apps.customers.models import Customer
from apps.sla.enums import Metric

# What a case can be late with.
METRICS = (
    *(Metric.HAND_OVER, Metric.REPORT, Metric.FIRST_WORD, Metric.RESPONSE, Metric.PLAN_REPLY),
    *(Metric.SOLUTION, Metric.FEEDBACK, Metric.LEGAL, Metric.PROMISE),
)
FILTERS = (
    *("q", "state", "class", "severity", "channel", "owner", "unit", "customer", "overdue"),
    *("cause", "awaiting", "since", "until", "sort", "view"),
)


class View(TextChoices):
    """The usual lists, one click each; the first is what one sees on arriving."""

    OPEN = "open", gettext_lazy("All open")
    MINE = "mine", gettext_lazy("Mine")
    UNASSIGNED = "unassigned", gettext_lazy("Nobody's")
    OVERDUE = "overdue", gettext_lazy("Overdue")
    WAITING = "waiting", gettext_lazy("Waiting for the customer")
    SOLVED = "solved", gettext_lazy("To be confirmed")
    CLOSED = "closed", gettext_lazy("Closed")
    ALL = "all", gettext_lazy("All")


STATES: dict[str, tuple[str, ...]] = {
    View.OPEN: (LIVE_ONLY,),
    View.MINE: (LIVE_ONLY,),
    View.UNASSIGNED: (LIVE_ONLY,),
    View.OVERDUE: (LIVE_ONLY,),
    View.WAITING: (CaseState.WAITING.value,),
    View.SOLVED: (CaseState.SOLVED.value,),
    View.CLOSED: (CaseState.CLOSED.value,),
    View.ALL: (),
}


ALWAYS_SHOWN = ("q", "sort", "view")


class ListForm(forms.Form):
    """Reads an address; what makes no sense is left out, so that an old link still shows a list.
    The other filters are there once one of them is used, or ``filters`` asks for them."""

    q = line(gettext_lazy("search"), LONGEST_SEVERAL, type="search")
    state = select(CaseState, gettext_lazy("state"), empty="—")
    severity = select(Severity, gettext_lazy("severity"), empty="—")
    channel = select(CaseChannel, gettext_lazy("channel"), empty="—")
    owner = select([], gettext_lazy("owner"), empty="—")
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("unit"), required=False, widget=PlainSelect
    )
    overdue = select(
        [(ANY, gettext_lazy("anything")), *((m.value, m.label) for m in METRICS)],
        gettext_lazy("overdue with"),
        empty="—",
    )
    awaiting = forms.BooleanField(label=gettext_lazy("waits for our answer"), required=False)
    since = forms.DateField(
        label=gettext_lazy("opened from"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("opened until"), required=False, widget=forms.DateInput({"type": "date"})
    )
    customer = line(gettext_lazy("customer number"), 20)
    sort = select([], gettext_lazy("sorted by"), empty="")
    view = forms.ChoiceField(choices=View.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.is_open = "filters" in data or any(data.get(n) for n in {*FILTERS} - {"sort", "view"})
        if self.is_open:
            self._open()
        else:
            self.fields = {name: self.fields[name] for name in ALWAYS_SHOWN}
        usual, *others = sorted(Sort, key=lambda sort: sort != self.sort_usual)
        choices = [("", usual.label), *((sort.value, sort.label) for sort in others)]
        self.fields["sort"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.is_valid()

    def _open(self) -> None:
        user = self.user
        self.fields["class"] = select(CaseClass, gettext_lazy("kind of case"), empty="—")
        seen = user.visible_unit_ids()
        units = Unit.objects.active().order_by("path")
        units = units if seen is None else units.filter(pk__in=seen)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field
        people = [(str(pk), name) for pk, name in colleagues(user).items()]
        self.fields["owner"].choices = [("", "—"), ("me", _("me")), *people]  # type: ignore[attr-defined]  # a choice field

    @property
    def sort_usual(self) -> Sort:
        """The order of a list that nobody chose another one for; before anything is checked."""
        view = str(self.data.get("view") or "")
        return Sort.DUE if view in (View.MINE, View.OVERDUE) else Sort.NEWEST

    @property
    def view_now(self) -> str:
        return str(self.cleaned_data.get("view") or View.OPEN)

    @property
    def sort_now(self) -> str:
        return str(self.cleaned_data.get("sort") or self.sort_usual)

    @property
    def overdue_now(self) -> str:
        chosen = str(self.cleaned_data.get("overdue") or "")
        return chosen or (ANY if self.view_now == View.OVERDUE else "")

    @property
    def filters(self) -> CaseFilter:
        typed = self.cleaned_data
        view, owner = self.view_now, typed.get("owner") or ""
        if owner == "me" or (view == View.MINE and not owner):
            owner = str(self.user.pk)
        code = (typed.get("customer") or "").strip().upper()
        return CaseFilter(
            text=typed.get("q") or "",
            states=(typed["state"],) if typed.get("state") else STATES[view],
            classes=_one(typed.get("class")),
            severities=_one(typed.get("severity")),
            channels=_one(typed.get("channel")),
            owner_id=int(owner) if owner else None,
            unowned=view == View.UNASSIGNED,
            unit_id=typed["unit"].pk if typed.get("unit") else None,
            customer_id=self._customer(code) if code else None,
            awaiting=bool(typed.get("awaiting")),
            opened_from=_begin(typed.get("since")),
            opened_before=_begin(typed.get("until"), days=1),
        )

    def _customer(self, code: str) -> int:
        """0, which is nobody's, for a code that is not there or may not be seen."""
        found = Customer.objects.visible_to(self.user).filter(code=code)
        return found.values_list("pk", flat=True).first() or -1

    @property
    def query(self) -> dict[str, str]:
        """What to keep of it, in an address or under a name."""
        return {
            name: str(self.data[name])[: LONGEST_SEVERAL if name == "q" else 80]
            for name in FILTERS
            if self.data.get(name) and name not in self.errors
        }


def _one(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _begin(day: Any, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return day_start(day, days)


class AssignManyForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("new owner"), widget=PlainSelect
    )
    reason = line(gettext_lazy("reason"), 200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_to_give_to(user)
        owner = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[pk for pk, _n, _h in people])  # type: ignore[attr-defined]  # a model choice field
        owner.choices = [("", "—"), *((pk, f"{name} · {held}") for pk, name, held in people)]  # type: ignore[attr-defined]  # a model choice field


class SeverityManyForm(forms.Form):
    severity = select(Severity, gettext_lazy("severity"))
    reason = line(gettext_lazy("reason"), 200, required=True)


class CloseManyForm(forms.Form):
    note = line(gettext_lazy("closing note"), 300, required=True)


class SaveForm(forms.Form):
    name = line(gettext_lazy("name"), 60, required=True)
    shared = forms.BooleanField(label=gettext_lazy("for everybody"), required=False)
