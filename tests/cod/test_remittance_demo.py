"""The demonstration shows remittances at each step (COD-7)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.backoffice.queries.approvals import requests_of
from apps.cod.demo_remittances import make_remittances
from apps.cod.enums import RemittanceState
from apps.cod.models import ClawBack, CodItem, Remittance
from apps.cod.queries.proof import compare
from apps.customers.models import Customer
from tests.factories import payees
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal
PEOPLE = {
    "jiekuan": Role.SETTLEMENT_CLERK,
    "caiwu": Role.FINANCE,
    "jingli": Role.DEPARTMENT_MANAGER,
    "zongjingli": Role.GENERAL_MANAGER,
    "chuna": Role.CASHIER,
}


def merchant_to_pay() -> Customer:
    found = payees.merchant()
    payees.active(found)
    return found


def test_one_is_paid_one_waits_for_its_second_approval_one_is_held_one_is_paid_ahead() -> None:
    for name, role in PEOPLE.items():
        UserFactory(username=name, roles=[role], scope=ObjectScope.ALL)
    first = merchant_to_pay()
    [early] = f.banked(first, "100.00")
    CodItem.objects.filter(pk=early.pk).update(banked_at=timezone.now() - timedelta(days=4))
    f.banked(first, "40.00")
    second = merchant_to_pay()
    f.on_its_way(second, "60.00")
    [item] = f.banked(second, "100.00")
    CodItem.objects.filter(pk=item.pk).update(banked_at=timezone.now() - timedelta(days=2))
    f.banked(payees.merchant(), "50.00")
    make_remittances(seed=1, now=timezone.now())
    known = RemittanceState
    states = sorted(Remittance.objects.values_list("state", flat=True))
    # The claw-back takes all of the first one's of today: nothing is paid out, and nothing waits.
    assert states == sorted([known.PAID, known.PAID, known.PREPARED, known.RELEASED, known.HELD])
    assert len(set(Remittance.objects.values_list("day", flat=True))) == 3
    waiting = Remittance.objects.get(state=known.PREPARED)
    assert requests_of("cod.remittance", waiting).get().approvals.count() == 1
    back = ClawBack.objects.get()
    assert (back.amount, back.taken, back.taken_at) == (D("100.00"), D("40.00"), None)
    ahead = Remittance.objects.get(advanced__gt=0)
    assert (ahead.merchant, ahead.advanced, ahead.state) == (second, D("60.00"), known.RELEASED)
    assert not [one for one in compare() if one.differs]
