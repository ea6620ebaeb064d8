"""Lists that never count their table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import AutoField, DateTimeField, IntegerField, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.core.errors import BadInput


class UncountedPaginator(Paginator):  # type: ignore[type-arg]  # the stubs' generic is not subscriptable at run time
    """Knows only whether another page follows: it reads one row more than the page shows.

    ``count`` is what has been proved so far, so Django's admin neither counts nor shows a total.
    The last page is never empty, and a page past the end is refused rather than shown blank.
    """

    MAX_PAGES = 10_000

    def __init__(self, object_list: Any, per_page: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(object_list, per_page, *args, **kwargs)
        self._proved = 0

    def page(self, number: Any) -> Page:  # type: ignore[type-arg]  # as above
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        rows = list(self.object_list[bottom : bottom + self.per_page + 1])
        if not rows and number > 1:
            raise EmptyPage
        self._proved = bottom + len(rows)
        self.__dict__.pop("count", None)
        self.__dict__.pop("num_pages", None)
        return Page(rows[: self.per_page], number, self)

    def validate_number(self, number: Any) -> int:
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise EmptyPage from None
        if not 1 <= number <= self.MAX_PAGES:
            raise EmptyPage
        return int(number)

    @cached_property
    def count(self) -> int:
        return self._proved

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-self._proved // self.per_page))


@dataclass(frozen=True, slots=True)
class KeyPage:
    """``after`` and ``before`` are the keys of the next page and of the one before it; "" where there
    is none."""

    rows: list[Any] = field(default_factory=list)
    after: str = ""
    before: str = ""


class KeysetPaginator:
    """Pages that begin behind (or end before) a row's key instead of at a count, so that the last one
    costs what the first does and nobody sees a row twice because another came in meanwhile.

    ``order`` names columns that are unique together, all of them rising or (with "-") all falling.
    ``nulls_last``: the first of them may be empty; those rows come last either way, by a second
    statement. ``keep`` ends the list at the first row for which it is false, where the database would
    rather sort everything than stop there.
    """

    def __init__(
        self,
        rows: "QuerySet[Any]",
        order: Sequence[str],
        per_page: int,
        *,
        nulls_last: bool = False,
        keep: Callable[[Any], bool] | None = None,
    ) -> None:
        self.rows, self.per_page, self.nulls_last, self.keep = rows, per_page, nulls_last, keep
        self.names = [name.removeprefix("-") for name in order]
        self.falling = order[0].startswith("-")

    def page(self, *, after: str = "", before: str = "") -> KeyPage:
        """The first page, or the one beyond a key. BadInput for a key that was not made here."""
        back = bool(before)
        found = self._beyond(self._read(before or after, "before" if back else "after"), back)
        more, found = len(found) > self.per_page, found[: self.per_page]
        if back and len(found) < self.per_page:
            return self.page()
        if not found:
            return KeyPage()
        if back:
            found.reverse()
        return KeyPage(
            found,
            after=self._write(found[-1]) if more or back else "",
            before=self._write(found[0]) if (more if back else after) else "",
        )

    def _beyond(self, key: list[Any] | None, back: bool) -> list[Any]:
        """The rows behind the key, or before it and then backwards: one more than a page shows."""
        limit, falling = self.per_page + 1, self.falling != back
        found: list[Any] = []
        for is_empty in (True, False) if back else (False, True):
            names = self.names[1:] if is_empty else self.names
            if (is_empty and not self.nulls_last) or len(found) >= limit:
                continue
            rows = (
                self.rows.filter(**{f"{self.names[0]}__isnull": is_empty})
                if self.nulls_last
                else self.rows
            )
            if key is not None:
                key_is_empty = self.nulls_last and key[0] is None
                if key_is_empty == is_empty:
                    rows = rows.filter(_past(names, key[-len(names) :], falling))
                elif key_is_empty != back:
                    continue
            ordered = rows.order_by(*(f"-{name}" if falling else name for name in names))
            found += ordered[: limit - len(found)]
        return [row for row in found if self.keep(row)] if self.keep else found

    def _read(self, text: str, asked_as: str) -> list[Any] | None:
        if not text:
            return None
        parts = text[:120].split("~")
        try:
            if len(parts) != len(self.names):
                raise ValueError
            values = [self._value(*pair) for pair in zip(self.names, parts, strict=True)]
        except (ValueError, ValidationError):
            message = _("This page is not there. Begin the list again.")
            raise BadInput(message, code=asked_as, field=asked_as) from None
        return values

    def _value(self, name: str, text: str) -> Any:
        meta = self.rows.model._meta
        column = meta.pk if name == "pk" else meta.get_field(name)
        if not text and self.nulls_last and name == self.names[0]:
            return None
        if isinstance(column, AutoField | IntegerField) and not (
            text.isascii() and text.isdigit() and len(text) <= 18
        ):
            raise ValueError
        value = column.to_python(text)
        if isinstance(column, DateTimeField) and (value is None or timezone.is_naive(value)):
            raise ValueError
        return value

    def _write(self, row: Any) -> str:
        values = [getattr(row, name) for name in self.names]
        return "~".join(
            "" if one is None else one.isoformat() if hasattr(one, "isoformat") else str(one)
            for one in values
        )


def _past(names: Sequence[str], values: Sequence[Any], falling: bool) -> Q:
    """Beyond these values in this order; the first column's bound stands by itself, for its index."""
    name, value = names[0], values[0]
    beyond = Q(**{f"{name}__{'lt' if falling else 'gt'}": value})
    if len(names) == 1:
        return beyond
    bound = Q(**{f"{name}__{'lte' if falling else 'gte'}": value})
    return bound & (beyond | _past(names[1:], values[1:], falling))
