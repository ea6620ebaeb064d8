"""Lists and reports as spreadsheets, each declared once: columns and rows.

A short one is made while the page waits, a long one by a job that reads through a server-side cursor;
both write row by row, so that memory does not grow with the rows (``services.exporting``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

PIECE = 1_000
Query = Mapping[str, str]


@dataclass(frozen=True)
class ExportColumn:
    """A heading, and what a row says under it: text, number, Decimal, date or aware datetime."""

    heading: Any
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class Export:
    """``rows`` gives what ``by`` sees under ``query``, the filters of the list as its address has
    them: a queryset, in its order, or any iterable of a report. ``prepare`` is called for each
    thousand of them and gives what the columns are asked about; what needs further rows reads them
    there in one query. ``permission`` is asked before anything is read; ``event`` is what goes on
    record before the first row leaves."""

    name: str  # "complaints.case": unique in the installation, its app before the point
    label: Any  # what it is of: the title of the sheet
    # "cases", or made of the query: the day and the ending follow.
    file_name: str | Callable[[Query], str]
    permission: str
    columns: Sequence[ExportColumn]
    rows: Callable[[Any, Query], Iterable[Any]]
    prepare: Callable[[Sequence[Any]], Iterable[Any]] = iter
    event: str = "list.exported"

    @property
    def headings(self) -> list[str]:
        return [str(column.heading) for column in self.columns]

    def lines(self, rows: Iterable[Any]) -> Iterator[list[Any]]:
        """Lines of cells; of a queryset at most a piece is in memory."""
        left = iter(read(rows))
        while piece := list(islice(left, PIECE)):
            for row in self.prepare(piece):
                yield [column.value(row) for column in self.columns]


def read(rows: Iterable[Any]) -> Iterable[Any]:
    """A queryset through a cursor of the server, anything else as it is."""
    return rows.iterator(chunk_size=PIECE) if isinstance(rows, QuerySet) else rows


def attribute(heading: Any, path: str) -> ExportColumn:
    """A column that shows an attribute ("customer.name"), empty where something on the way is."""

    def value(row: Any) -> Any:
        for name in path.split("."):
            if row is None:
                return ""
            row = getattr(row, name)
        return row

    return ExportColumn(heading, value)


def choice(heading: Any, field: str) -> ExportColumn:
    """A column that shows what is chosen in ``field`` by its name."""
    return ExportColumn(heading, lambda row: getattr(row, f"get_{field}_display")())


def rows_of_list(model: type[Model]) -> Callable[[Any, Query], QuerySet[Any]]:
    """What the staff list of ``model`` shows ``by`` under ``query``: a declared one newest first, one of
    Django's in its own order."""

    def rows(by: Any, query: Query) -> QuerySet[Any]:
        shown: Any = admin.site.get_model_admin(model)
        found: QuerySet[Any]
        if (listing := getattr(shown, "listing", None)) is not None:
            found = listing.rows(listing.asked(by, query, timezone.now()))
            return found.order_by("-pk")
        request = HttpRequest()
        request.method, request.user = "GET", by
        request.GET = QueryDict(urlencode(dict(query)))
        found = shown.get_changelist_instance(request).get_queryset(request)
        return found

    return rows
