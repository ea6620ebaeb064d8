"""Charges, statements and money as tests need them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from apps.billing import services
from apps.billing.enums import AgreedHow, ChargeKind, ReceiptSource, Side
from apps.billing.inputs import NewCharge
from apps.billing.models import Charge, Receipt, Statement
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.inputs import Party
from apps.ledger.inputs import Side as Account
from apps.pricing.models import TaxClass
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
# 1 December, ten in the morning in Shanghai.
DECEMBER_FIRST = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
BANK = Account(AccountKind.BANK, Party(PartyKind.BANK_ACCOUNT, 1, "工行 **** 1234"))
USCC = "91310115MA1K35XH0L"
_serial = count(1)


def tax_class(code: str = "courier", rate_ppm: int = 60_000) -> TaxClass:
    made, _new = TaxClass.objects.get_or_create(
        code=code,
        since=date(2016, 5, 1),
        defaults={"name": "收派服务", "rate_ppm": rate_ppm, "created_by": UserFactory()},
    )
    return made


def payer(**more: Any) -> Customer:
    more.setdefault("invoice_title", "上海云裳服饰有限公司")
    more.setdefault("tax_number", USCC)
    return CustomerFactory(**more)  # type: ignore[return-value]  # a factory gives its model


def new_charge(customer: Customer | None, gross: str = "100.00", **more: Any) -> NewCharge:
    values: dict[str, Any] = {
        "kind": ChargeKind.FREIGHT,
        "gross": Decimal(gross),
        "tax_class_id": more.pop("tax", None) or tax_class().pk,
        "service_day": date(2026, 11, 10),
        "source": f"test:{next(_serial)}",
        "customer_id": customer.pk if customer else None,
        **more,
    }
    return NewCharge(**values)


def charged(
    customer: Customer, *amounts: str, at: datetime = DECEMBER_FIRST, **more: Any
) -> list[Charge]:
    """Charges of November, unless a ``service_day`` says otherwise."""
    new = [new_charge(customer, amount, **more) for amount in amounts or ["100.00"]]
    return services.post_charges(new, by=UserFactory(), at=at)


def frozen(customer: Customer, *amounts: str, month: date = NOVEMBER, **more: Any) -> Statement:
    charges = charged(customer, *amounts, service_day=month.replace(day=10), **more)
    statement = charges[0].statement
    done = services.freeze_statements(
        statement_ids=[statement.pk], month=month, by=UserFactory(), at=DECEMBER_FIRST
    )
    assert done == [statement.pk]
    statement.refresh_from_db()
    return statement


def sides(statement: Statement) -> tuple[Side, Side]:
    """(who reviews, who sends)."""
    issuer = Side(statement.issued_by_side)
    other = Side.FINANCE if issuer == Side.SERVICE else Side.SERVICE
    return other, issuer


def reviewed(statement: Statement) -> Statement:
    reviewer, _issuer = sides(statement)
    return services.review_statement(
        statement_id=statement.pk, side=reviewer, by=UserFactory(), at=DECEMBER_FIRST
    )


def sent(customer: Customer, *amounts: str, month: date = NOVEMBER, **more: Any) -> Statement:
    statement = reviewed(frozen(customer, *amounts, month=month, **more))
    return services.send_statement(
        statement_id=statement.pk, side=sides(statement)[1], by=UserFactory(), at=DECEMBER_FIRST
    )


def confirmed(customer: Customer, *amounts: str, month: date = NOVEMBER) -> Statement:
    statement = sent(customer, *amounts, month=month)
    return services.confirm_statement(
        statement_id=statement.pk, how=AgreedHow.SAID, by=UserFactory(), at=DECEMBER_FIRST
    )


def received(customer: Customer | None, amount: str = "100.00", **more: Any) -> Receipt:
    values: dict[str, Any] = {
        "source": ReceiptSource.TRANSFER,
        "source_key": f"test:{next(_serial)}",
        "payer": customer,
        "amount": Decimal(amount),
        "day": date(2026, 12, 1),
        "debit": BANK,
        "by": UserFactory(),
        "at": DECEMBER_FIRST,
        **more,
    }
    return services.take_receipt(**values)
