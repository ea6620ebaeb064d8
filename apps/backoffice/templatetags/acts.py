"""Links to acts, made from the record, so that it does not matter at which address the page stands."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def act_link(record: Any, name: str, row: Any = None) -> str:
    """The address of the act ``name`` of a record that its admin finds by its number; ``row``: about
    which of the record's rows."""
    meta = record._meta
    rows = [] if row is None else [row.pk]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[record.pk, name, *rows])
