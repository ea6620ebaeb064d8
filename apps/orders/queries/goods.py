"""The lists of prohibited goods in force."""

from datetime import date

from django.db.models import Q

from apps.orders.models import HarmlessTerm, ProhibitedTerm
from apps.orders.rules import GoodsBook, ListedWord


def goods_book(day: date) -> GoodsBook:
    """The words of all lists valid on ``day``: two queries, read once per check or file."""
    terms = ProhibitedTerm.objects.select_related("goods_list").filter(
        Q(goods_list__valid_to__isnull=True) | Q(goods_list__valid_to__gt=day),
        goods_list__valid_from__lte=day,
    )
    words = [
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
    harmless = list(HarmlessTerm.objects.values_list("term", flat=True))
    return GoodsBook(day=day, words=words, harmless=harmless)
