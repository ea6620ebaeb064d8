"""The demonstration shows remittances at each step (COD-7)."""

import pytest
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.backoffice.queries.approvals import requests_of
from apps.cod.demo import make_remittances
from apps.cod.enums import RemittanceState
from apps.cod.models import Remittance
from apps.cod.queries.proof import compare
from tests.factories import payees
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
PEOPLE = {
    "jiekuan": Role.SETTLEMENT_CLERK,
    "caiwu": Role.FINANCE,
    "jingli": Role.DEPARTMENT_MANAGER,
    "zongjingli": Role.GENERAL_MANAGER,
    "chuna": Role.CASHIER,
}


def test_one_is_paid_one_waits_for_its_second_approval_one_is_held() -> None:
    for name, role in PEOPLE.items():
        UserFactory(username=name, roles=[role], scope=ObjectScope.ALL)
    for _n in range(2):
        merchant = payees.merchant()
        payees.active(merchant)
        f.banked(merchant, "100.00")
    f.banked(payees.merchant(), "50.00")
    make_remittances(seed=1, now=timezone.now())
    known = RemittanceState
    states = sorted(Remittance.objects.values_list("state", flat=True))
    assert states == sorted([known.PAID, known.PREPARED, known.HELD])
    waiting = Remittance.objects.get(state=known.PREPARED)
    assert requests_of("cod.remittance", waiting).get().approvals.count() == 1
    assert not [one for one in compare() if one.differs]
