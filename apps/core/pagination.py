"""Lists that never count their table."""

from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property


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
