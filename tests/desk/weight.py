"""How heavy the lists of the staff site are: every one of them, as its fullest page would be."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

EMPTY_BYTES, LIST_BYTES = 25_000, 120_000


def every_list(client: Client) -> Iterator[tuple[str, HttpResponse, ChangeList | None]]:
    """(name, page, its rows) of each model's list that is a page of its own; None where the list
    is written by hand."""
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        page = client.get(reverse(f"admin:{name}"))
        if page.status_code == 200:
            yield name, page, (page.context or {}).get("cl")


def walk_full_lists(client: Client, *, least: int) -> None:
    """Each list's page within the limit, as it stands and as it would be with as many rows of this
    kind as one page takes; at least ``least`` lists have rows."""
    filled = 0
    for name, page, rows in every_list(client):
        size = len(page.content)
        assert size <= LIST_BYTES, (name, size)
        if rows is None or not rows.result_list:
            continue
        filled += 1
        table = page.content.partition(b"<tbody>")[2].partition(b"</tbody>")[0]
        full = size + len(table) / len(rows.result_list) * (
            rows.list_per_page - len(rows.result_list)
        )
        assert full <= LIST_BYTES, (name, full)
    assert filled >= least, filled
