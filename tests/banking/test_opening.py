"""Going live: opening balances by sheet, proved against their totals, all of them or none."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.banking import services
from apps.banking.enums import OpeningKind as O
from apps.banking.queries import reconcile
from apps.core.errors import RuleBroken
from apps.ledger.models import Entry
from apps.ledger.queries import trial_balance
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account, row, taken
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
DAY = date(2026, 10, 31)
D = Decimal
TOTALS = {O.RECEIVABLE: D("1200.50"), O.ADVANCE: D("88.00"), O.BANK: D("500.00"), O.COD: D("30.00")}


def sheet(*rows: str) -> bytes:
    return ("类别,编码,金额\n" + "\n".join(rows) + "\n").encode("gb18030")


def world() -> tuple[Any, list[str]]:
    account = bank_account(name="基本户")
    one, other = CustomerFactory(code="CF1"), CustomerFactory(code="CF2")
    rows = [
        "应收,CF1,1000.00",
        '应收账款,cf2,"200.50"',
        "预收,CF2,88",
        "银行存款,基本户,500",
        "代收货款,CF1,30.00",
    ]
    assert one.pk != other.pk
    return account, rows


def take(rows: list[str], **more: Any) -> int:
    given = {"content": sheet(*rows), "name": "期初.csv", "day": DAY, "totals": TOTALS, **more}
    return services.take_opening(**given, by=UserFactory(), at=timezone.now())


def test_a_sheet_is_posted_once_and_the_books_open_with_it() -> None:
    account, rows = world()
    assert take(rows) == take(rows) == 5
    assert Entry.objects.count() == 5
    balances = {line.kind: line.closing for line in trial_balance(DAY, DAY, by_title=True)}
    assert balances["receivable"] == D("1200.50")
    assert (balances["advance"], balances["bank"], balances["cod_payable"]) == (
        D(-88),
        D(500),
        D(-30),
    )
    assert sum(balances.values()) == 0
    taken(account, [row()])
    assert reconcile(account, date(2026, 11, 30)).difference == 0
    with pytest.raises(RuleBroken) as refusal:
        take(["应收,CF1,999.00"], totals={O.RECEIVABLE: D("999.00")})
    assert refusal.value.code == "key_taken"


@pytest.mark.parametrize(
    ("bad", "line", "code"),
    [
        ("应付,CF1,5", 7, "bad_kind"), ("应收,NOBODY,5", 7, "unknown_code"), ("应收,CF1,5", 7, "row_twice"),
        ("预收,CF1,0", 7, "bad_amount"), ("预收,CF1,1.005", 7, "bad_amount"), ("预收,CF1,-3", 7, "bad_amount"),
        ("预收,CF1,=1+1", 7, "formula"), ("预收,CF1,7.00", None, "total_differs"),
    ],
)  # fmt: skip
def test_one_bad_row_or_total_posts_none_and_is_named(
    bad: str, line: int | None, code: str
) -> None:
    _account, rows = world()
    with pytest.raises(services.OpeningRefused) as refusal:
        take([*rows, bad])
    assert [(one.row, one.code) for one in refusal.value.rows if one.code == code] == [(line, code)]
    assert not Entry.objects.exists()


def test_the_page_refuses_beside_the_field_and_leads_to_the_trial_balance(client: Client) -> None:
    _account, rows = world()
    sign_in(client, UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE]))
    where = reverse("admin:banking_bankaccount_opening")
    assert client.get(where).status_code == 200

    def post(**more: str) -> Any:
        file = SimpleUploadedFile("期初.csv", sheet(*rows))
        typed = {
            "day": "2026-10-31",
            "receivable": "1200.50",
            "advance": "88.00",
            "bank": "500.00",
            "cod": "30.00",
        }
        return client.post(where, {**typed, "file": file, **more})

    refused = post(bank="501.00")
    assert refused.status_code == 422
    assert "501.00" in refused.content.decode()
    assert post()["Location"] == reverse("admin:ledger_account_trial")
    sign_in(client, UserFactory(scope=ObjectScope.ALL, roles=[Role.SETTLEMENT_CLERK]))
    assert client.get(where).status_code == 403
