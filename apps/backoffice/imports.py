"""Imports of files of rows, each declared once: columns, how a row is read, how good rows are taken.

The flow is one for all (``services.importing``): a file is claimed by its bytes, looked at, taken by a
job in batches, and what is refused goes back as it came, each row with its reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.forms import BaseForm
from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.models import ImportFile
from apps.core.discovery import modules_named
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import Column, SheetRow


class RowRefused(Exception):  # not an error of ours: of the row
    """Everything that is wrong with one row; ``field`` of each names its column."""

    def __init__(self, *refusals: RuleBroken) -> None:
        super().__init__(*refusals)
        self.refusals = refusals


@dataclass(frozen=True)
class Item:
    """A good row: its number in the file and what ``Import.read`` made of it."""

    number: int
    content: Any
    row: SheetRow


@dataclass(frozen=True)
class Outcome:
    """What became of one row. ``about`` says which it is ("PO-17"), ``subject_id`` is the number of
    what was made of it or was known already."""

    number: int
    outcome: RowOutcome
    about: str = ""
    subject_id: int | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Intake:
    """What a batch belongs to. ``by`` and ``at``: who confirmed the file when; ``context``: what
    ``Import.prepare`` has read for the whole file."""

    file: ImportFile | None
    parameters: Mapping[str, Any]
    by: Any
    at: datetime
    context: Any = None


def _nothing(_intake: Intake) -> Any:
    return None


def _own(user: Any) -> Q:
    return Q(uploaded_by=user)


def _text(row: SheetRow, _context: Any) -> Any:
    return row.values


@dataclass(frozen=True)
class Import:
    """``read`` turns a row into what ``take`` understands, or raises BadInput or RowRefused; it is
    asked once for the preview and once more when the file is taken, so it writes nothing. ``take``
    writes a batch in the transaction of its step and answers for each item; ``one_by_one`` makes it
    of a service for one row. ``form`` asks what must be known besides the file, and its
    ``parameters()`` are kept with it. ``seen_by`` is which imports of this kind a holder of the
    permission sees, one's own by default."""

    name: str  # "orders.workorder": unique in the installation, its app before the point
    label: Any
    permission: str
    columns: Sequence[Column]
    take: Callable[[Intake, Sequence[Item]], Sequence[Outcome]]
    read: Callable[[SheetRow, Any], Any] = _text
    prepare: Callable[[Intake], Any] = _nothing
    # Key of a column → what the template's example row says: one text, or (Chinese, English).
    example: Mapping[str, str | tuple[str, str]] = field(default_factory=dict)
    explains: Any = ""
    form: type[BaseForm] | None = None  # a forms.imports.ImportForm, which is the usual one
    subject: str = ""  # model label of what rows become, whose pages the rows lead to
    seen_by: Callable[[Any], Q] = _own
    batch: int = 500
    most_rows: int = 5_000

    @property
    def job_kind(self) -> str:
        return f"import.{self.name}"

    @property
    def slug(self) -> str:
        """As it stands in names of addresses."""
        return self.name.replace(".", "_")


def one_by_one(
    save: Callable[[Intake, Item], Outcome], columns: Sequence[Column]
) -> Callable[[Intake, Sequence[Item]], list[Outcome]]:
    """``take`` of a service for one row: what refuses a row undoes that row only."""

    def take(intake: Intake, items: Sequence[Item]) -> list[Outcome]:
        outcomes = []
        for item in items:
            try:
                with transaction.atomic():
                    outcomes.append(save(intake, item))
            except RuleBroken as refusal:
                outcomes.append(refused(item.number, refusal, columns=columns))
        return outcomes

    return take


def refused(
    number: int,
    *refusals: RuleBroken,
    columns: Sequence[Column] = (),
    about: str = "",
) -> Outcome:
    """A refusal in words: each reason with the heading of its column, where that is known."""
    headings = {column.key: column.heading for column in columns}
    parts = []
    for one in refusals:
        heading = headings.get(one.field or "", "")
        parts.append(f"{heading}: {one}" if heading else str(one))
    message = " ".join(parts)[:400]
    return Outcome(number, RowOutcome.REFUSED, about, None, refusals[0].code[:40], message)


def missing(columns: Sequence[Column], values: Mapping[str, str]) -> list[BadInput]:
    """A refusal for each required column that the row leaves empty."""
    return [
        BadInput(_("Must not be empty."), code="required", field=column.key)
        for column in columns
        if column.required and not values.get(column.key)
    ]


@lru_cache(maxsize=1)
def all_imports() -> Mapping[str, Import]:
    """Those of every app, from the lowest floor up, by their names."""
    return {
        one.name: one
        for _config, module in modules_named("jobs")
        for one in getattr(module, "IMPORTS", ())
    }
