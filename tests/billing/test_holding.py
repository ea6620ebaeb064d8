"""Overdue customers and those above their limit: new monthly orders wait, with an override on record (BIL-6)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.billing import services
from apps.billing.enums import DisputeReason
from apps.billing.models import BillingTerms, Statement
from apps.core.errors import BadInput, RuleBroken
from apps.customers import services as customers
from apps.customers.enums import HoldKind
from apps.customers.models import Customer, CustomerHold
from apps.events.models import Event
from apps.orders.queries.confirmation import confirmation_refusals
from config.roles import ROLE_PERMISSIONS
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import DECEMBER_FIRST, charged, payer, received, sent
from tests.factories.customers import ready_customer
from tests.factories.orders import order

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-6")]
D = Decimal


def terms(customer: Customer, **values: Any) -> None:
    row = BillingTerms(customer=customer, **values)
    services.change_terms(row, by=UserFactory(), at=DECEMBER_FIRST)


def late(statement: Statement, days: int) -> datetime:
    """So many days after it was due."""
    assert statement.due_on is not None
    return DECEMBER_FIRST + timedelta(
        days=(statement.due_on - timezone.localdate(DECEMBER_FIRST)).days + days
    )


def kinds(customer: Customer) -> list[str]:
    return list(customer.holds.binding().values_list("kind", flat=True))


def test_overdue_by_more_days_than_the_terms_allow_and_lifted_when_paid() -> None:
    customer, other = payer(), payer()
    terms(customer, hold_after_days=10)
    statement = sent(customer, "100.00")
    sent(other, "100.00")
    services.hold_customers(at=late(statement, 10))
    assert not CustomerHold.objects.exists(), "ten days are allowed"
    assert services.hold_customers(at=late(statement, 11)) == 1
    hold = customer.holds.get()
    assert hold.kind == HoldKind.OVERDUE and statement.number in hold.reason
    assert services.hold_customers(at=late(statement, 12)) == 0, "once"
    assert kinds(other) == [], "its terms say nothing of it"
    received(customer, "100.00")
    services.allocate_oldest(payer_id=customer.pk, by=UserFactory(), at=DECEMBER_FIRST)
    services.hold_customers(at=late(statement, 13))
    hold.refresh_from_db()
    assert hold.lifted_at is not None and kinds(customer) == []
    answers = Event.objects.filter(subject_id=str(customer.pk), kind__startswith="customer.h")
    assert sorted(answers.values_list("kind", flat=True)) == [
        "customer.held",
        "customer.hold_lifted",
    ]


def test_what_is_disputed_is_left_out() -> None:
    customer = payer()
    terms(customer, hold_after_days=10)
    statement = sent(customer, "100.00")
    services.raise_dispute(
        charge_id=statement.charges.get().pk,
        why=DisputeReason.PRICE,
        text="价格不对",
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )
    services.hold_customers(at=late(statement, 30))
    assert kinds(customer) == []


def test_above_the_credit_limit_counts_open_months_and_advances() -> None:
    customer = payer(credit_limit=D("150.00"))
    sent(customer, "100.00")
    services.hold_customers(at=DECEMBER_FIRST)
    assert kinds(customer) == []
    charged(customer, "60.00", service_day=timezone.localdate(DECEMBER_FIRST))
    services.hold_customers(at=DECEMBER_FIRST)
    assert kinds(customer) == [HoldKind.CREDIT_LIMIT]
    assert "160.00" in customer.holds.get().reason
    received(customer, "10.00")
    services.hold_customers(at=DECEMBER_FIRST)
    assert kinds(customer) == [], "what was paid in advance counts"
    services.allocate_oldest(payer_id=customer.pk, by=UserFactory(), at=DECEMBER_FIRST)
    services.hold_customers(at=DECEMBER_FIRST)
    assert kinds(customer) == [], "and counts once when it is allocated"


def test_those_it_pays_for_are_held_with_it() -> None:
    head, branch = payer(credit_limit=D("50.00")), payer()
    terms(branch, payer=head)
    sent(branch, "60.00")
    services.hold_customers(at=DECEMBER_FIRST)
    assert (kinds(head), kinds(branch)) == ([HoldKind.CREDIT_LIMIT], [HoldKind.CREDIT_LIMIT])


def held(customer: Customer) -> CustomerHold:
    now = timezone.now()
    customers.set_holds(kind=HoldKind.OVERDUE, held={customer.pk: "逾期"}, by=UserFactory(), at=now)
    return customer.holds.get()


def refusals(customer: Customer, **values: Any) -> list[str]:
    made = order(customer=customer, **values)
    return [one.code for one in confirmation_refusals(made, timezone.now())]


def test_only_monthly_orders_wait_until_a_leader_lets_them_through() -> None:
    customer = ready_customer()
    hold = held(customer)
    assert "customer_on_hold" in refusals(customer, settlement_method="monthly")
    assert "customer_on_hold" not in refusals(customer, settlement_method="cash")
    who = {"by": UserFactory(), "at": timezone.now()}
    with pytest.raises(BadInput) as silent:
        customers.override_hold(hold, reason=" ", **who)
    assert silent.value.field == "reason"
    customers.override_hold(hold, reason="总经理同意，周五前付清", **who)
    assert "customer_on_hold" not in refusals(customer, settlement_method="monthly")
    with pytest.raises(RuleBroken) as again:
        customers.override_hold(hold, reason="再来一次", **who)
    assert again.value.code == "hold_over"
    answers = Event.objects.get(kind="customer.hold_overridden")
    assert (answers.by, answers.data["reason"]) == (who["by"], "总经理同意，周五前付清")


def test_the_next_hold_binds_again() -> None:
    customer = ready_customer()
    who = {"by": UserFactory(), "at": timezone.now()}
    customers.override_hold(held(customer), reason="同意", **who)
    customers.set_holds(kind=HoldKind.OVERDUE, held={}, **who)
    customers.set_holds(kind=HoldKind.OVERDUE, held={customer.pk: "又逾期"}, **who)
    assert kinds(customer) == [HoldKind.OVERDUE]


def test_the_customers_page_shows_it_and_offers_the_override_to_leaders(client: Client) -> None:
    customer = ready_customer()
    hold = held(customer)
    leader, agent = UserFactory(is_superuser=True), UserFactory()
    agent.user_permissions.add(Permission.objects.get(codename="view_customer"))
    page = reverse("admin:customers_customer_change", args=[customer.pk])
    act = reverse("admin:customers_customer_act", args=[customer.pk, "override-hold", hold.pk])
    sign_in(client, leader)
    text = client.get(page).text
    assert "逾期" in text and act in text
    client.post(act, {"reason": "同意发货"})
    hold.refresh_from_db()
    assert hold.overridden_by == leader
    assert "同意发货" in client.get(page).text
    sign_in(client, agent)
    assert client.post(act, {"reason": "我也要"}).status_code in (403, 404)


def test_who_may_override() -> None:
    may = {
        role
        for role, given in ROLE_PERMISSIONS.items()
        if "customers.override_customerhold" in given
    }
    assert Role.GENERAL_MANAGER in may and Role.DEPARTMENT_MANAGER in may
    assert not {Role.AGENT, Role.FINANCE, Role.SALES} & may
