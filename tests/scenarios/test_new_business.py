"""A new customer comes in a hurry: from the first phone call to its first ordinary order (ORD-3).

Sales enter the company, an exhibition cannot wait for the paperwork, a leader gives a word over
the phone, the paperwork is chased, the managers sign in order, the director owns the orders of
the trial month, and at its end the agent takes over.
"""

import io
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.backoffice.queries.approvals import waiting_for
from apps.customers import services, tasks
from apps.customers.models import Customer
from apps.customers.queries import find_customers
from apps.customers.rules import acceptance_blockers, order_owner
from apps.events.models import Event
from apps.sla.services import sweep
from tests.factories.accounts import UserFactory
from tests.factories.customers import PDF, Signers, form_values
from tests.factories.sla import let_pass

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("ORD-2"),
    pytest.mark.requirement("ORD-3"),
]


def blockers(customer: Customer, at: datetime) -> list[str]:
    fresh = Customer.objects.get(pk=customer.pk)
    return [blocker.code for blocker in acceptance_blockers(fresh, at)]


def test_from_the_first_call_to_the_first_ordinary_order() -> None:
    people = Signers()
    manager = UserFactory(roles=[Role.DEPARTMENT_MANAGER], unit=people.unit)
    monday = timezone.now()
    customer = services.create_customer(
        {
            "name": "重庆展览服务有限公司",
            "short_name": "重庆展览",
            "unit": people.unit,
            "agent": people.agent,
            "sales_person": people.drafter,
        },
        by=people.drafter,
        at=monday,
    )
    assert find_customers("cqzl", user=people.agent) == [customer]
    assert blockers(customer, monday) == ["handover_missing", "contract_missing", "letter_missing"]

    # The exhibition opens tomorrow: the letter is signed at once, the rest on a leader's word.
    services.file_letter(
        customer,
        file=io.BytesIO(PDF),
        filename="危险货物通知函.pdf",
        signer="赵经理",
        signed_on=timezone.localdate(monday),
        valid_until=timezone.localdate(monday) + timedelta(days=365),
        by=people.agent,
        at=monday,
    )
    services.grant_verbal_authorisation(
        customer,
        leader=manager,
        deadline=monday + timedelta(days=3),
        reason="展会明天开幕，合同正在会签",
        by=people.agent,
        at=monday,
    )
    assert blockers(customer, monday) == []
    assert order_owner(customer, monday) == people.agent

    # Nobody moves: a reminder, then the escalation, and orders stop.
    word = customer.authorisations.get()
    let_pass(days=2)
    sweep()
    let_pass(days=1)
    sweep()
    chased = Event.objects.filter(
        subject_type="customers.verbalauthorisation", subject_id=str(word.pk)
    )
    assert [event.kind for event in chased.order_by("pk")] == [
        "clock.warned",
        "clock.overdue",
        "clock.escalated",
    ]
    assert chased.earliest("pk").data["recipients"] == [people.agent.pk]
    assert blockers(customer, monday + timedelta(days=3))[0] == "authorisation_expired"

    # Now the papers: the form goes round once more because the delivery manager wants a change.
    form = services.draft_handover_form(
        customer, form_values(trial_days=30), by=people.drafter, at=monday
    )
    services.submit_handover_form(form, by=people.drafter, at=monday)
    assert [one.request.subject_id for one in waiting_for(people.sales)] == [str(form.pk)]
    services.sign_handover_form(form, by=people.sales, at=monday)
    services.send_back_handover_form(form, reason="写明卸货要求", by=people.delivery, at=monday)
    services.change_handover_form(
        form, {"special_demands": "展馆限 9 点前卸货"}, by=people.drafter, at=monday
    )
    services.submit_handover_form(form, by=people.drafter, at=monday)
    people.accept(form, at=monday + timedelta(days=4))
    services.add_contract(
        customer,
        {
            "number": "HT-2026-001",
            "valid_from": timezone.localdate(monday),
            "valid_to": timezone.localdate(monday) + timedelta(days=365),
            "price_reference": "2026 标准价 95 折",
        },
        file=io.BytesIO(PDF),
        filename="合同.pdf",
        by=people.drafter,
        at=monday + timedelta(days=4),
    )
    friday = monday + timedelta(days=4)
    customer.refresh_from_db()
    assert blockers(customer, friday) == []
    assert customer.authorisations.get().state == "fulfilled"
    assert order_owner(customer, friday) == people.director

    # The trial month ends by itself; the agent owns the orders from then on.
    services.end_due_trials(now=friday + timedelta(days=31))
    customer.refresh_from_db()
    assert customer.status == "active"
    assert order_owner(customer, friday + timedelta(days=31)) == people.agent
    kinds = set(Event.objects.filter(subject_id=str(customer.pk)).values_list("kind", flat=True))
    assert {"customer.created", "customer.letter_filed", "customer.trial_ended"} <= kinds


def test_the_tasks_that_celery_wakes_find_nothing_to_do_on_a_quiet_day() -> None:
    assert tasks.settle_paperwork() == 0
    assert tasks.end_trials() == 0
