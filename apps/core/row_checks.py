"""Django's ``full_clean`` of a row in fewer statements."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldError, ValidationError
from django.db import models
from django.db.models import BooleanField, CheckConstraint, Q
from django.db.models.functions import Coalesce


def clean_row(row: models.Model, *, exclude: Collection[str] = ()) -> None:
    """The same refusals (ValidationError by field) as ``row.full_clean(exclude)``. All check constraints are asked of
    the database at once, and one by one only where one does not hold; what a row refers to is not looked up where
    the caller has it in hand."""
    left_out = set(exclude)
    errors: dict[str, list[ValidationError]] = {}
    steps: tuple[Callable[[], None], ...] = (
        lambda: row.clean_fields(exclude=left_out | set(_at_hand(row))),
        row.clean,
        lambda: row.validate_unique(exclude=left_out),
        lambda: _validate_constraints(row, left_out),
    )
    for step in steps:
        try:
            step()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        left_out.update(name for name in errors if name != NON_FIELD_ERRORS)
    if errors:
        raise ValidationError(errors)


def _at_hand(row: models.Model) -> Iterator[str]:
    """Foreign keys whose row was read or saved before it was assigned."""
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or field.get_limit_choices_to():
            continue
        other = field.get_cached_value(row, default=None)
        if other is not None and not other._state.adding:
            yield field.name


def _validate_constraints(row: Any, exclude: set[str]) -> None:
    has_its_own = type(row).validate_constraints is not models.Model.validate_constraints
    if has_its_own or not _checks_hold(row, exclude):
        row.validate_constraints(exclude=exclude)
        return
    errors: dict[str, list[ValidationError]] = {}
    for model, constraints in row.get_constraints():
        for one in constraints:
            if isinstance(one, CheckConstraint):
                continue
            try:
                one.validate(model, row, exclude=exclude)
            except ValidationError as error:
                fields: tuple[str, ...] = getattr(one, "fields", ())
                if getattr(error, "code", None) == "unique" and len(fields) == 1:
                    errors.setdefault(fields[0], []).append(error)
                else:
                    errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _checks_hold(row: Any, exclude: set[str]) -> bool:
    """False also where they cannot be asked together, because one is about an excluded field."""
    for model, constraints in row.get_constraints():
        together = Q()
        for one in constraints:
            if isinstance(one, CheckConstraint):
                together &= Q(Coalesce(one.condition, True, output_field=BooleanField()))
        if not together:
            continue
        try:
            if not together.check(row._get_field_expression_map(model._meta, exclude)):
                return False
        except FieldError:
            return False
    return True
