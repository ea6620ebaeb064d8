"""The safety officer's part of the demonstration."""

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import demo as bank
from apps.events.services import relay_batch
from apps.safety import demo
from apps.safety.enums import AlertState, CheckState, FollowUpState
from apps.safety.models import AccountCheck, CheckFollowUp, SecurityAlert
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.timelines import names_in_words

CODES = ("CHAYU", "JINGMI", "YUNSHANG", "BOYA", "XIANDA")


@pytest.mark.django_db
@pytest.mark.requirement("COD-6")
def test_one_check_is_overdue_one_finding_waits_and_one_alert_is_open() -> None:
    for username, role in (("caiwu", Role.FINANCE), ("jiekuan", Role.SETTLEMENT_CLERK), ("anquan", Role.SAFETY_OFFICER)):  # fmt: skip
        UserFactory(username=username, roles=[role])
    for code in CODES:
        CustomerFactory(code=code)
    now = timezone.now()
    bank.make_bank(seed=1, now=now)
    demo.make_safety(seed=1, now=now)
    overdue = AccountCheck.objects.filter(state=CheckState.DUE, due_at__lt=now)
    assert [check.account.name for check in overdue] == ["建行代收户"]
    assert CheckFollowUp.objects.get().state == FollowUpState.WAITING
    alerts = set(SecurityAlert.objects.values_list("kind", "state"))
    assert ("at_night", AlertState.OPEN) in alerts
    before = SecurityAlert.objects.count()
    relay_batch()
    assert SecurityAlert.objects.count() == before, "what the relay tells of the same is known"
    names_in_words()
