"""A list of staff is declared once; ``listing`` makes its pages.

It reads one page by key and never counts; what its rows show besides comes in a fixed number of
statements, and no template is rendered for a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export
from apps.backoffice.forms.filters import FilterForm
from apps.core.pagination import KeyPage, KeysetPaginator
from apps.core.text import without_controls
from apps.core.typed import LONGEST_SEVERAL


@dataclass(frozen=True)
class Column:
    """``shown`` says what stands in a row's cell (the row's attribute of that name, if it does not); a
    dash stands where there is nothing, and what is no SafeString is escaped. ``is_link``: it leads to
    the record's page. ``sorts``: by a click on its head, and by a second one. A number stands right."""

    name: str
    label: Any
    shown: Callable[[Any], Any] | None = None
    is_link: bool = False
    sorts: tuple[str, ...] = ()
    is_number: bool = False

    @property
    def css(self) -> str:
        """A further class of its cells."""
        return " num" if self.is_number else ""


@dataclass(frozen=True)
class View:
    """A usual list, one click away; ``sort`` is its usual order, if not the list's."""

    name: str
    label: Any
    sort: str = ""


@dataclass(frozen=True)
class Sort:
    """``order`` as for ``KeysetPaginator``: an index has to know it."""

    name: str
    label: Any
    order: tuple[str, ...]
    nulls_last: bool = False


@dataclass(frozen=True)
class ListQuery:
    """What somebody wants to see. ``params`` is all of it, as the parameters of an address."""

    user: Any
    at: datetime
    form: FilterForm
    view: str
    sort: Sort
    text: str
    params: dict[str, str]

    @property
    def values(self) -> dict[str, Any]:
        """The clean values of the filters in use."""
        return self.form.cleaned_data

    @property
    def is_filtered(self) -> bool:
        return bool({*self.params} - {"view", "sort"})


class StaffList:
    """A subclass says what stands here, and ``rows``. The first view and the first order are those on
    arriving; ``search`` is what the search box asks for, none without."""

    title: Any
    columns: Sequence[Column] = ()
    views: Sequence[View] = ()
    sorts: Sequence[Sort] = (Sort("newest", _("Newest first"), ("-pk",)),)
    filters: type[FilterForm] = FilterForm
    search: Any = ""
    export: Export | None = None
    # What to do when there is nothing, and when no row fits the filters.
    empty: Any = _("Nothing here yet.")
    nothing_fits: Any = _("Nothing fits. Take a filter away, or look in another view.")
    per_page = 50

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        """What the person may see, under this view and these filters, in any order."""
        raise NotImplementedError("say which rows the list has")

    def page(self, query: ListQuery, *, after: str = "", before: str = "") -> KeyPage:
        """BadInput for a key that was not made here."""
        sort = query.sort
        pages = KeysetPaginator(
            self.rows(query), sort.order, self.per_page, nulls_last=sort.nulls_last
        )
        return pages.page(after=after, before=before)

    def dress(self, rows: list[Any], query: ListQuery) -> list[Any]:
        """The rows of a page with what else their columns show."""
        return rows

    def record(self, row: Any) -> Any:
        """Whose page a row leads to, and what is chosen by its box."""
        return row

    # --- reading an address ----------------------------------------------------------------------

    def usual_sort(self, view: str) -> Sort:
        named = next((one.sort for one in self.views if one.name == view), "")
        return next((sort for sort in self.sorts if sort.name == named), self.sorts[0])

    def asked(self, user: Any, data: Mapping[str, Any], at: datetime) -> ListQuery:
        """What an address or a form asks for; what makes no sense is left out."""
        form = self.filters(data, user=user)
        own = {
            "view": [view.name for view in self.views],
            "sort": [sort.name for sort in self.sorts],
        }
        params = {name: str(data[name]) for name, known in own.items() if data.get(name) in known}
        text = without_controls(str(data.get("q") or ""))[:LONGEST_SEVERAL].strip()
        text = text if self.search else ""
        view = params.get("view") or next(iter(own["view"]), "")
        sort = next((one for one in self.sorts if one.name == params.get("sort")), None)
        params = {**({"q": text} if text else {}), **form.params, **params}
        return ListQuery(user, at, form, view, sort or self.usual_sort(view), text, params)
