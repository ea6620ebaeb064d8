"""What tests post."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.ledger import services
from apps.ledger.enums import AccountKind as K
from apps.ledger.enums import PartyKind
from apps.ledger.inputs import NewPosting, Party, Side
from apps.ledger.models import Entry

BANK = Side(K.BANK, Party(PartyKind.BANK_ACCOUNT, 1, "工行 **** 1234"))
UNKNOWN = Side(K.UNIDENTIFIED)
COST = Side(K.FINANCE_COST)


def advance(number: int = 7, name: str = "上海甲公司") -> Side:
    return Side(K.ADVANCE, Party(PartyKind.CUSTOMER, number, name))


def receivable(number: int = 7, name: str = "上海甲公司") -> Side:
    return Side(K.RECEIVABLE, Party(PartyKind.CUSTOMER, number, name))


def posting(amount: str = "100.00", debit: Side = BANK, credit: Side = UNKNOWN) -> NewPosting:
    return NewPosting(debit, credit, Decimal(amount))


def posted(by: Any, key: str = "test:1", day: date | None = None, **fields: Any) -> Entry:
    values: dict[str, Any] = {
        "kind": "test", "text": "测试凭证", "postings": [posting()], "subject": by, **fields,
    }  # fmt: skip
    now = timezone.now()
    return services.post_entry(key=key, day=day or timezone.localdate(now), by=by, at=now, **values)
