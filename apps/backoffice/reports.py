"""A report of staff is declared once; ``reporting`` makes its page.

It says what it may be asked for and what it answers: tables and facts. Unlike a list it is read
whole, its rows are sums, and each leads to what was summed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export
from apps.backoffice.forms.reports import ReportForm, SteppedField
from apps.backoffice.lists import Column
from apps.core.money import format_money

NOTHING = _("Nothing here yet.")


def number(name: str, label: Any, shown: Callable[[Any], Any] | None = None) -> Column:
    """A column of numbers; none is a dash, nought is nought."""
    return Column(name, label, shown, is_number=True)


def amount(name: str, label: Any, shown: Callable[[Any], Decimal | None] | None = None) -> Column:
    """A column of money."""
    read = shown or attrgetter(name)

    def words(row: Any) -> str:
        found = read(row)
        return "" if found is None else format_money(found)

    return number(name, label, words)


def bar(part: Decimal | int, whole: Decimal | int, colour: str = "blue") -> SafeString:
    """How much of ``whole`` a number is, as a bar beside it; what is there at all is seen."""
    if part <= 0 or whole <= 0:
        return mark_safe("")
    share = max(1, round(100 * part / whole))
    return format_html('<span class="report-bar fig-{}" style="--share:{}%"></span>', colour, share)


@dataclass(frozen=True)
class Table:
    """``address`` says where a row's link leads, "" where nowhere; ``foot`` is a cell for each column;
    ``note`` stands below, ``empty`` in the place of a table without rows. ``further`` is (what it says,
    address) of the next rows, where a table is read in pages."""

    columns: Sequence[Column]
    rows: Sequence[Any]
    title: Any = ""
    address: Callable[[Any], str] = lambda _row: ""
    foot: Sequence[Any] = ()
    empty: Any = NOTHING
    note: Any = ""
    further: tuple[Any, str] | None = None
    is_wide: bool = False  # across the page, where the report stands in columns
    template = "backoffice/report_table.html"


@dataclass(frozen=True)
class Facts:
    """A few numbers with their names."""

    facts: Sequence[tuple[Any, Any]]
    title: Any = ""
    is_wide: bool = True
    template = "backoffice/report_facts.html"


@dataclass(frozen=True)
class ReportQuery:
    """What somebody wants to see. ``params`` is all of it, as the parameters of an address; ``subject`` is the
    record whose report it is, if it is one's, ``place`` where a page of a long table begins."""

    user: Any
    at: datetime
    form: ReportForm
    params: dict[str, str]
    subject: Any = None
    place: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The clean values of the filters."""
        return self.form.cleaned_data

    @property
    def address(self) -> str:
        return urlencode(self.params)

    def address_with(self, **other: Any) -> str:
        """The address of the same report asked otherwise; None takes a filter away."""
        asked = {**self.params, **other}
        return "?" + urlencode({name: value for name, value in asked.items() if value is not None})

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """(relation, what it says, address) of the month or day before and the one after, where the
        report is of one."""
        stepped = [
            (name, field, self.values[name])
            for name, field in self.form.fields.items()
            if isinstance(field, SteppedField) and self.values.get(name)
        ]
        if len(stepped) != 1:
            return []
        name, field, now = stepped[0]
        before, after = field.neighbours(now)
        return [
            ("prev", f"‹ {before}", self.address_with(**{name: before})),
            ("next", f"{after} ›", self.address_with(**{name: after})),
        ]


class Report:
    """A subclass says what stands here, and ``parts``. ``where`` and ``name`` are the address and the name
    of its page beside those of the model, not needed where it stands for the list or a record."""

    title: Any
    permission: str
    where = name = ""
    about: Any = ""  # what is in it, in a sentence
    form: type[ReportForm] = ReportForm
    export: Export | None = None
    template = "backoffice/report.html"
    in_columns = False  # its parts stand beside each other where there is room

    def parts(self, query: ReportQuery) -> Sequence[Any]:
        """Tables and Facts, in the order in which they are read."""
        raise NotImplementedError("say what the report answers")

    def links(self, query: ReportQuery) -> Sequence[tuple[Any, str]]:
        """(what it says, address) of what else one does with the report."""
        return ()

    def more(self, query: ReportQuery) -> dict[str, Any]:
        """What a template of its own needs besides."""
        return {}
