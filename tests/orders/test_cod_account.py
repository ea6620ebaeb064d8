"""The account that an order's COD goes into, as the API names it: the old one until a change starts, the new one from that
instant on, in transition and after it (COD-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.account_changes.services import changes
from apps.accounts.enums import ApiScope
from apps.banking.enums import AccountPurpose
from apps.customers.models import Customer, CustomerScope
from apps.orders.models import WorkOrder
from tests.factories import changes as make
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.banking import is_accepted
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-4")]
DAY = timedelta(days=1)


def order_of(customer: Customer) -> WorkOrder:
    order = confirmed_order(customer)
    WorkOrder.objects.filter(pk=order.pk).update(cod_amount="128.00", settlement_method="cod")
    return order


def named(client: Client, order: WorkOrder) -> Any:
    user = ServiceUserFactory(scope="customers")
    CustomerScope.objects.create(user=user, customer=order.customer, created_by=UserFactory())
    key = bearer(ApiScope.ORDERS_READ, user=user)
    answer = client.get(f"/api/v1/orders/{order.number}", headers=key)
    assert answer.status_code == 200, answer.content
    return answer.json()["cod_account"]


def test_before_and_from_the_start_on(client: Client) -> None:
    customer = ready_customer()
    order = order_of(customer)
    assert named(client, order) is None, "none is assigned for COD yet"
    who, now = make.staff(), timezone.now()
    project = make.scheduled(who, now - 2 * DAY)
    make.notify_everyone(project, now - DAY)
    old, new = project.old_account, project.new_account
    assert new is not None
    assert named(client, order) == f"{old.bank} {old.holder} {old.masked}", "told, not started"
    changes.start_change(make.fresh(project), by=who.finance, at=now)
    assert named(client, order) == f"{new.bank} {new.holder} {new.masked}"
    assert is_accepted(old, customer, timezone.now(), purpose=AccountPurpose.COD)
    changes.roll_back_change(
        make.fresh(project), reason="银行系统故障", by=who.finance, at=timezone.now()
    )
    assert named(client, order) == f"{old.bank} {old.holder} {old.masked}", "back"


def test_after_the_transition_and_without_cod(client: Client) -> None:
    customer = ready_customer()
    order, without = order_of(customer), confirmed_order(customer)
    project = make.closed(make.staff())
    old, new = project.old_account, project.new_account
    assert new is not None
    assert named(client, order) == f"{new.bank} {new.holder} {new.masked}"
    assert new.number not in str(named(client, order))
    assert not is_accepted(old, customer, timezone.now(), purpose=AccountPurpose.COD)
    assert named(client, without) is None
