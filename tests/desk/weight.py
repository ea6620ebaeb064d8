"""How heavy the lists of the staff site are: every one of them, as its fullest page would be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

EMPTY_BYTES, LIST_BYTES = 25_000, 120_000


@dataclass(frozen=True)
class Shown:
    """The rows of a list's page; ``changelist`` is Django's, where the list is."""

    rows: Sequence[Any]
    per_page: int
    changelist: ChangeList | None = None


def every_list(client: Client) -> Iterator[tuple[str, HttpResponse, Shown | None]]:
    """(name, page, its rows) of each model's list that is a page of its own; None where it is no list
    at all."""
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        page = client.get(reverse(f"admin:{name}"))
        if page.status_code == 200:
            yield name, page, _shown(page.context or {})


def _shown(context: Any) -> Shown | None:
    if "listing" in context:
        return Shown(context["rows"], context["listing"].per_page)
    if (found := context.get("cl")) is None:
        return None
    return Shown(found.result_list, found.list_per_page, found)


def walk_full_lists(client: Client, *, least: int) -> None:
    """Each list's page within the limit, as it stands and as it would be with as many rows of this
    kind as one page takes; at least ``least`` lists have rows."""
    filled = 0
    for name, page, rows in every_list(client):
        size = len(page.content)
        assert size <= LIST_BYTES, (name, size)
        if rows is None or not rows.rows:
            continue
        filled += 1
        table = page.content.partition(b"<tbody>")[2].partition(b"</tbody>")[0]
        full = size + len(table) / len(rows.rows) * (rows.per_page - len(rows.rows))
        assert full <= LIST_BYTES, (name, full)
    assert filled >= least, filled
