"""``Model.full_clean`` in as few statements as it takes.

Django asks the database once for every CHECK constraint and once for every reference, also for rows that it was
handed itself: a dozen statements for one row. Here all CHECKs are one question, and a row at hand is known to be there
(the foreign key stands behind it).
"""

from collections.abc import Collection
from functools import reduce
from operator import and_
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q

_Errors = dict[str, list[Any]]


def full_clean(row: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Raises the ValidationError that ``row.full_clean`` raises."""
    errors: _Errors = {}
    left_out = set(exclude)
    try:
        row.clean_fields(exclude=left_out | _at_hand(row))
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    try:
        row.clean()
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    left_out |= errors.keys() - {"__all__"}
    try:
        row.validate_unique(exclude=left_out)
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    left_out |= errors.keys() - {"__all__"}
    errors = _constraints(row, left_out, errors)
    if errors:
        raise ValidationError(errors)


def _at_hand(row: models.Model) -> set[str]:
    """Its references that hold a stored row."""
    found = set()
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.get_limit_choices_to():
            continue
        other = field.get_cached_value(row, default=None)
        if other is not None and not other._state.adding:
            found.add(field.name)
    return found


def _constraints(row: models.Model, left_out: set[str], errors: _Errors) -> _Errors:
    for model, constraints in row.get_constraints():
        checks = [one for one in constraints if isinstance(one, CheckConstraint)]
        # Only what fails together is asked about one by one, for its words.
        doubtful = [] if _hold(row, model, checks, left_out) else checks
        others = [one for one in constraints if not isinstance(one, CheckConstraint)]
        for constraint in [*doubtful, *others]:
            try:
                constraint.validate(model, row, exclude=left_out)
            except ValidationError as error:
                unique_field = (
                    getattr(error, "code", None) == "unique"
                    and len(getattr(constraint, "fields", ())) == 1
                )
                if unique_field:
                    errors.setdefault(constraint.fields[0], []).append(error)  # type: ignore[attr-defined]
                else:
                    errors = error.update_error_dict(errors)
    return errors


def _hold(
    row: models.Model,
    model: type[models.Model],
    checks: Collection[CheckConstraint],
    left_out: set[str],
) -> bool:
    if not checks:
        return True
    values = row._get_field_expression_map(meta=model._meta, exclude=left_out)  # type: ignore[attr-defined]
    try:
        return reduce(and_, (Q(one.condition) for one in checks)).check(values)
    except FieldError:  # one speaks of a field that is left out
        return False
