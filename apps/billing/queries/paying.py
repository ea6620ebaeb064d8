"""What is owed as the matching of payments reads it: open statements, whose number is the payment code,
and cheques that wait for their money (BIL-5)."""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from apps.banking.matching import Item
from apps.banking.matching.words import tokens
from apps.billing.enums import ChequeState
from apps.billing.models import Cheque, Receipt
from apps.billing.models.payments import BANK_LINE
from apps.billing.queries.owing import SIGNED

CHEQUE = "cheque"  # the items of statements have their number, those of cheques (CHEQUE, number)
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


def cheques_named(texts: Iterable[str], amounts: Collection[Decimal]) -> list[Item]:
    """Cheques of these amounts that wait for their money, by their number in one of the texts."""
    mentioned = {token for text in texts for token in tokens(text)}
    return (
        _cheques(_awaited().filter(number__in=mentioned, amount__in=amounts)) if mentioned else []
    )


def cheques_of(payer_ids: Collection[int], amounts: Collection[Decimal]) -> list[Item]:
    """Cheques of these payers and amounts that wait for their money."""
    return _cheques(_awaited().filter(payer__in=payer_ids, amount__in=amounts))


def receipts_for(cheque: Cheque) -> QuerySet[Receipt]:
    """Receipts of bank lines that may be this cheque's money."""
    return Receipt.objects.filter(
        payer=cheque.payer_id,
        amount=cheque.amount,
        day__gte=cheque.drawn_on or cheque.collect_on,
        source_key__startswith=BANK_LINE,
        cancelled_at=None,
        cheque=None,
    ).order_by("day", "pk")


def _awaited() -> QuerySet[Cheque]:
    """Presented, or said to be paid before the bank's line came."""
    presented = Q(state=ChequeState.PRESENTED)
    cleared_by_hand = Q(state=ChequeState.CLEARED) & ~Q(receipt__source_key__startswith=BANK_LINE)
    return Cheque.objects.filter(presented | cleared_by_hand)


def _cheques(found: QuerySet[Cheque]) -> list[Item]:
    return [
        Item(
            (CHEQUE, row.pk), row.amount, row.payer_id, row.payer.name,
            number=row.number, since=row.drawn_on,
        )
        for row in found.select_related("payer").order_by("drawn_on", "pk")
    ]  # fmt: skip


def _serials(text: str) -> set[str]:
    """What may be the end of a statement's number: alone, or with all that goes before."""
    found_tokens = tokens(text)
    found = {token for token in found_tokens if _SERIAL.fullmatch(token)}
    return found | set(_WHOLE.findall("".join(found_tokens)))


def _items(which: str, given: dict[str, Any]) -> list[Item]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(which=which), given)
        return [
            Item(pk, Decimal(owed), payer, name, number=number, code=number, since=period)
            for pk, number, period, payer, name, owed in cursor.fetchall()
        ]
