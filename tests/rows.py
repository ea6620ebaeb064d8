"""What an act left in the database, by what it says: two ways of doing the same are compared by it.

A row is the values of its columns. Keys that a sequence gave, times of a clock that nobody set, and random numbers
differ between two runs; a reference is told by what the row it points to says.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import models, transaction

Row = tuple[tuple[str, str], ...]
# Set by the database or by the process that writes, not by the act.
AUTOMATIC = frozenset({"created_at", "recorded_at", "fired_at", "made_at"})
OF_ONE = frozenset(
    {
        "proofphoto.key",
        "proofphoto.path",
        "returndocument.moved_on",
        "shipmentrating.waybill_id",
        "shipmentwatch.due_at",
    }
)


class _Undone(Exception):
    """Takes back what was written."""


def left_by(
    act: Callable[[], object], tables: Collection[type[models.Model]]
) -> dict[str, Counter[Row]]:
    """Do it, read the rows that are there afterwards and were not before, and take everything back."""
    before = {model: set(model._default_manager.values_list("pk", flat=True)) for model in tables}
    found: dict[str, Counter[Row]] = {}
    try:
        with transaction.atomic():
            act()
            found = _read(before)
            raise _Undone
    except _Undone:
        return found


def _read(before: dict[type[models.Model], set[Any]]) -> dict[str, Counter[Row]]:
    rows = {
        (model._meta.label_lower, str(row.pk)): row
        for model, known in before.items()
        for row in model._default_manager.exclude(pk__in=known)
    }
    return {
        model._meta.label_lower: Counter(
            _told(row, rows)
            for (label, _pk), row in rows.items()
            if label == model._meta.label_lower
        )
        for model in before
    }


def _told(row: models.Model, rows: dict[tuple[str, str], models.Model]) -> Row:
    values = []
    for field in _plain(row):
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey) and value is not None:
            value = _name(field.related_model._meta.label_lower, value, rows)  # type: ignore[union-attr]
        elif field.name == "subject_id":
            value = _name(row.subject_type, value, rows)  # type: ignore[attr-defined]
        elif field.name == "data":
            value = {**value, "waybill": _name("tracking.waybill", value.get("waybill"), rows)}
        values.append((field.name, str(value)))
    return tuple(values)


def _plain(row: models.Model) -> Iterable[Any]:
    for field in row._meta.concrete_fields:
        given = field.primary_key and not field.is_relation
        named = f"{row._meta.model_name}.{field.name}"
        if not given and field.name not in AUTOMATIC and named not in OF_ONE:
            yield field


def _name(label: str, pk: Any, rows: dict[tuple[str, str], models.Model]) -> str:
    """What a row says of itself, without what it points to."""
    row = rows.get((label, str(pk)))
    if row is None:
        return str(pk)
    own = [f for f in _plain(row) if not f.is_relation and f.name not in ("subject_id", "data")]
    return f"{label}: {' '.join(str(getattr(row, f.attname)) for f in own)}"
