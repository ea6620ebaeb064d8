"""The bank's part of the demonstration: what it shows, and that it is the same each time."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import demo
from apps.banking.enums import AccountPurpose, PayeeState
from apps.banking.models import BankAccount, BankFile, BankLine, PayeeAccount
from apps.banking.queries import gaps_of, reconcile, which_account
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.payees import contact

FREIGHT = AccountPurpose.FREIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
CODES = ("CHAYU", "JINGMI", "YUNSHANG", "BOYA", "XIANDA")


def make() -> Any:
    UserFactory(username="caiwu", roles=[Role.FINANCE])
    rows = {code: CustomerFactory(code=code) for code in CODES}
    demo.make_bank(seed=1, now=timezone.now())
    return rows


def test_the_month_shows_every_kind_of_line_and_adds_up() -> None:
    customers = make()
    main = BankAccount.objects.get(name="工行基本户")
    lines = list(BankLine.objects.filter(account=main).with_use().order_by("pk"))
    assert len(lines) == len(demo.ROWS)
    found = [
        (line.use.use, line.use.customer.code if line.use.customer else "")
        if line.use
        else ("open", "")
        for line in lines
    ]
    assert found == [
        ("customer", "CHAYU"), ("charge", ""), ("customer", "JINGMI"), ("unknown", ""), ("unknown", ""),
        ("unknown", ""), ("customer", "XIANDA"), ("open", ""), ("unknown", ""), ("unknown", ""),
    ]  # fmt: skip
    tie = lines[4].use
    assert tie
    assert tie.why == "code", "two customers' codes in one text"
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    assert reconcile(main, last).difference == 0
    assert sorted(BankFile.objects.values_list("state", flat=True)) == ["held", "taken"]
    assert gaps_of(main) == []
    assert which_account(customers["BOYA"], timezone.now(), purpose=FREIGHT) == main
    assert str(which_account(customers["YUNSHANG"], timezone.now(), purpose=FREIGHT)).startswith(
        "云裳专户"
    )


@pytest.mark.requirement("COD-6")
def test_merchants_accounts_are_in_use_and_one_waits() -> None:
    roles = {
        "jiekuan": Role.SETTLEMENT_CLERK,
        "wangfang": Role.AGENT,
        "jingli": Role.DEPARTMENT_MANAGER,
        "zongjingli": Role.GENERAL_MANAGER,
    }
    for username, role in roles.items():
        UserFactory(username=username, roles=[role])
    now = timezone.now()
    for code in CODES:
        contact(CustomerFactory(code=code), at=now - timedelta(days=90))
    demo.make_payees(seed=1, now=now)
    states = dict(PayeeAccount.objects.values_list("customer__code", "state"))
    assert states.pop("JINGMI") == PayeeState.COOLING
    assert set(states.values()) == {PayeeState.ACTIVE} and len(states) == 3
