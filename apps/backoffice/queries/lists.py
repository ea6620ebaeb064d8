"""Saved filters of a list, and a list read whole, in pieces."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from apps.backoffice.models import SavedFilter

MOST_ROWS = 50_000
PIECE = 1_000


def filters_of(user: Any, of_list: str) -> "QuerySet[SavedFilter]":
    """One's own and the shared ones."""
    mine = Q(user=user.pk) | Q(is_shared=True)
    return SavedFilter.objects.filter(mine, of_list=of_list).order_by("name", "pk")


def is_too_long(rows: "QuerySet[Any]") -> bool:
    return bool(rows.order_by("-pk").values_list("pk")[MOST_ROWS : MOST_ROWS + 1])


def in_pieces(
    rows: "QuerySet[Any]", lines: Callable[[list[Any]], Iterable[Sequence[Any]]]
) -> Iterator[Sequence[Any]]:
    """The lines of at most MOST_ROWS rows, newest first, in pieces by key: memory stays flat and no
    cursor stays open."""
    last: int | None = None
    rows = rows.order_by("-pk")
    for _piece in range(MOST_ROWS // PIECE):
        found = list((rows.filter(pk__lt=last) if last else rows)[:PIECE])
        yield from lines(found)
        if len(found) < PIECE:
            return
        last = found[-1].pk
