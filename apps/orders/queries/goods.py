"""The lists of prohibited goods in force."""

from datetime import date

from apps.core.cached_tables import CachedTables
from apps.orders.models import HarmlessTerm, ProhibitedList, ProhibitedTerm
from apps.orders.rules import GoodsBook, ListedWord

MOST_DAYS = 40  # that a process keeps a book for


class GoodsLists:
    """All lists, and the books made of them: folding hundreds of words is dear."""

    def __init__(self, terms: list[ProhibitedTerm], harmless: list[str]) -> None:
        self._terms = terms
        self._harmless = harmless
        self._books: dict[date, GoodsBook] = {}

    def on(self, day: date) -> GoodsBook:
        """The words of all lists valid on ``day``."""
        book = self._books.get(day)
        if book is None:
            if len(self._books) >= MOST_DAYS:
                self._books.clear()
            valid = [term for term in self._terms if _is_valid(term.goods_list, day)]
            book = self._books[day] = GoodsBook(day, _words(valid), self._harmless)
        return book


def _is_valid(goods_list: ProhibitedList, day: date) -> bool:
    ends = goods_list.valid_to
    return goods_list.valid_from <= day and (ends is None or day < ends)


def _words(terms: list[ProhibitedTerm]) -> list[ListedWord]:
    return [
        ListedWord(
            word=word,
            term=term.term,
            list_code=term.goods_list.code,
            list_name=term.goods_list.name,
            english_name=term.goods_list.english_name,
            applies_to=term.goods_list.applies_to,
            why=term.goods_list.why,
            english_why=term.goods_list.english_why,
            source=term.goods_list.source,
        )
        for term in terms
        for word in (term.term, *term.aliases)
    ]


def _read() -> GoodsLists:
    terms = ProhibitedTerm.objects.select_related("goods_list")
    return GoodsLists(list(terms), list(HarmlessTerm.objects.values_list("term", flat=True)))


goods_lists = CachedTables(_read, ProhibitedList, ProhibitedTerm, HarmlessTerm)


def goods_book(day: date) -> GoodsBook:
    """The words of all lists valid on ``day``; one query while they stay as they are."""
    return goods_lists().on(day)
