"""Lookups of our own."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, Lookup


class AnyOf(Lookup):
    """``field__any_of=[…]``: ``field = ANY(array)``, one parameter however many values.

    ``in`` prepares a placeholder for each value, which for thousands costs more than the look
    itself. For plain columns, no references; the values must have the column's type already.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet  # nothing to ask for
        left, params = self.process_lhs(compiler, connection)
        column = self.lhs.output_field.db_type(connection).split("(")[0]
        return f"{left} = ANY(%s::{column}[])", [*params, list(self.rhs)]


def register() -> None:
    Field.register_lookup(AnyOf)
