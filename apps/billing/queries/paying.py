"""Open statements as the matching of payments reads them: their number is the payment code (BIL-5)."""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.banking.matching import Item
from apps.banking.matching.words import tokens
from apps.billing.queries.owing import SIGNED

# The end of a statement's number, by which it is found however the payer separated the rest.
_SERIAL = re.compile(r"\d{5,9}")
_WHOLE = re.compile(r"st\d{8}(\d{5,9})")
_OPEN = f"""
SELECT s.id, s.number, s.period, s.bill_to_id, c.name, s.charged - coalesce(a.settled, 0) AS owed
FROM billing_statement s JOIN customers_customer c ON c.id = s.bill_to_id
LEFT JOIN LATERAL (
    SELECT sum({SIGNED}) AS settled FROM billing_allocation WHERE statement_id = s.id
) a ON true
WHERE s.state <> 'open' AND {{which}} AND s.charged - coalesce(a.settled, 0) > 0
ORDER BY s.period, s.id
"""  # noqa: S608  # names of ours


def items_named(texts: Iterable[str]) -> list[Item]:
    """The open statements whose number, or the digits at its end, stand in one of these texts."""
    serials = {serial for text in texts for serial in _serials(text)}
    if not serials:
        return []
    return _items("split_part(s.number, '-', 2) = ANY(%(serials)s)", {"serials": list(serials)})


def items_of(payer_ids: Collection[int]) -> list[Item]:
    """All open statements of these payers, the oldest first."""
    return _items("s.bill_to_id = ANY(%(payers)s)", {"payers": list(payer_ids)})


def _serials(text: str) -> set[str]:
    """What may be the end of a statement's number: alone, or with all that goes before."""
    said = tokens(text)
    found = {token for token in said if _SERIAL.fullmatch(token)}
    return found | set(_WHOLE.findall("".join(said)))


def _items(which: str, given: dict[str, Any]) -> list[Item]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(which=which), given)
        return [
            Item(pk, Decimal(owed), payer, name, number=number, code=number, since=period)
            for pk, number, period, payer, name, owed in cursor.fetchall()
        ]
