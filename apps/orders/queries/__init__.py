from apps.orders.queries.accounts import cod_account
from apps.orders.queries.confirmation import Refusal, confirmation_refusals, find_centre
from apps.orders.queries.counts import DayLine, day_sheet, open_mismatches, received_on
from apps.orders.queries.drafts import draft_form, drafts_of
from apps.orders.queries.goods import goods_book
from apps.orders.queries.orders import (
    detailed,
    find_reference,
    first_order_of,
    numbers_of_waybills,
    orders_found,
    owners_for,
)

__all__ = [
    "DayLine",
    "Refusal",
    "cod_account",
    "confirmation_refusals",
    "day_sheet",
    "detailed",
    "draft_form",
    "drafts_of",
    "find_centre",
    "find_reference",
    "first_order_of",
    "goods_book",
    "numbers_of_waybills",
    "open_mismatches",
    "orders_found",
    "owners_for",
    "received_on",
]
