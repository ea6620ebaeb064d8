"""Whoever must be qualified for cash on delivery and is not opens none of its doors (STF-1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.cod import services
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.training.enums import Area
from tests.factories import cod
from tests.factories import remittances as r
from tests.factories.customers import CustomerFactory
from tests.factories.training import exam, passed, required

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-1")]


def _count(by: User) -> Any:
    row = cod.cash_up_of(cod.collected("100.00").courier)
    given = {"cash_up_id": row.pk, "amount": "100.00", "by": by}
    services.declare_cash_up(**given, at=timezone.now())
    return lambda: services.count_cash_up(**given, at=timezone.now())


def _recount(by: User) -> Any:
    row = cod.counted(cod.collected("100.00").courier, "90.00")
    given = {"cash_up_id": row.pk, "amount": "100.00", "reason": "少数一张"}
    return lambda: services.recount_cash_up(**given, by=by, at=timezone.now())


def _deposit(by: User) -> Any:
    row = cod.counted(cod.collected("100.00").courier)
    given = {"account": cod.cod_account(), "slip": "CK9", "day": timezone.localdate()}
    return lambda: services.make_deposit(
        **given, cash_up_ids=[row.pk], amount="100.00", by=by, at=timezone.now()
    )


def _prepare(by: User) -> Any:
    merchant = CustomerFactory()
    return lambda: services.prepare_now(merchant_id=merchant.pk, by=by, at=timezone.now())


def _release(by: User) -> Any:
    row = r.prepared()
    return lambda: services.ask_release(remittance_id=row.pk, by=by, at=timezone.now())


@pytest.mark.parametrize("door", [_count, _recount, _deposit, _prepare, _release])
def test_who_is_not_qualified_is_refused_and_who_passed_is_not(
    door: Callable[[User], Any],
) -> None:
    by, of = cod.cashier(), exam()
    act = door(by)
    required(of, role=Role.CASHIER, area=Area.COD)
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == "not_qualified"
    assert Event.objects.filter(kind__endswith="attempt_refused").exists() or door is _prepare
    passed(by, of)
    if door is not _prepare:
        act()
        return
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == "no_terms"
