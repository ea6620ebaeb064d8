"""Confirming: what it does, what stops it, and that it happens once (ORD-1 … ORD-4)."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.core.errors import RuleBroken
from apps.customers.models import DangerousGoodsLetter
from apps.events.models import Event
from apps.orders import services
from apps.orders.enums import CentreKind, OrderStatus
from apps.orders.models import PrintJob, WorkOrder
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import CustomerFactory, ready_customer
from tests.factories.orders import READ_BACK_BY, confirmed_order, order, phone_order
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db


def confirm(made: WorkOrder) -> services.Confirmation:
    return services.confirm_order(order_id=made.pk, by=UserFactory(), at=timezone.now())


def refused(made: WorkOrder) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        confirm(made)
    assert Event.objects.filter(kind="workorder.confirmed").count() == 0
    made.refresh_from_db()
    assert made.confirmed_at is None and not made.issued.exists()
    return caught.value


@pytest.mark.requirement("ORD-4")
def test_confirming_issues_a_waybill_and_tells_the_freight_centre() -> None:
    centre = UnitFactory(kind="freight_centre", city="上海")
    UnitFactory(kind="freight_centre", city="广州")
    result = confirm(order())
    waybill = result.waybills[0]
    assert len(result.waybills) == 1 and waybill.pieces == 3 and waybill.weight_g == 12_500
    assert waybill.sender_name == "李仓管" and waybill.consignee_phone == "+8613800000002"
    made = WorkOrder.objects.get(pk=result.order.pk)
    assert made.status == OrderStatus.CONFIRMED
    assert (made.centre_kind, made.centre) == (CentreKind.FREIGHT, centre)
    job = PrintJob.objects.get(work_order=made)
    assert job.centre == centre and job.printed_at is None
    kinds = set(Event.objects.filter(subject_id=str(made.pk)).values_list("kind", flat=True))
    assert {"workorder.confirmed", "workorder.sent_to_centre"} <= kinds
    assert made.tasks.exists()


@pytest.mark.requirement("ORD-4")
def test_intra_city_work_goes_to_the_dispatch_centre() -> None:
    made = confirmed_order(destination_city="上海", job_type="intra_city")
    assert made.centre_kind == CentreKind.DISPATCH
    assert made.centre is None, "without such a centre the work waits in the queue of its kind"


@pytest.mark.requirement("ORD-4")
def test_one_waybill_per_piece_shares_the_figures_out() -> None:
    made = order(
        pieces="3",
        weight_kg="10",
        waybill_per_piece="yes",
        settlement_method="cod",
        cod_amount="99.90",
        declared_value="100",
        insured_amount="99.99",
    )
    waybills = confirm(made).waybills
    assert sum(w.insured_amount or 0 for w in waybills) == Decimal("99.99")
    assert all((w.insured_amount or 0) <= (w.declared_value or 0) for w in waybills)
    assert [w.pieces for w in waybills] == [1, 1, 1]
    assert sum(w.weight_g or 0 for w in waybills) == 10_000
    assert sum(w.declared_value or 0 for w in waybills) == 100
    assert [w.cod_amount for w in waybills] == [made.cod_amount, None, None]
    assert [link.piece for link in made.issued.all()] == [1, 2, 3]


@pytest.mark.requirement("ORD-1")
def test_a_phone_order_waits_for_its_read_back() -> None:
    made = phone_order()
    assert made.status == OrderStatus.AWAITING_READ_BACK
    assert refused(made).code == "read_back_missing"
    services.read_back_order(
        order_id=made.pk, heard_by=READ_BACK_BY, by=UserFactory(), at=timezone.now()
    )
    assert confirm(made).order.status == OrderStatus.CONFIRMED


@pytest.mark.requirement("ORD-1")
def test_what_changes_after_the_read_back_is_read_back_again() -> None:
    from tests.factories.orders import words

    made = phone_order()
    services.read_back_order(order_id=made.pk, heard_by="王", by=UserFactory(), at=timezone.now())
    from apps.orders.cleaning import clean_order

    content, _errors = clean_order(words(pieces="4"))
    changed = services.change_order(
        order_id=made.pk, content=content, by=UserFactory(), at=timezone.now()
    )
    assert changed.status == OrderStatus.AWAITING_READ_BACK and changed.read_back_at is None


@pytest.mark.requirement("ORD-1")
def test_the_database_itself_refuses_an_unread_phone_order() -> None:
    made = phone_order()
    with pytest.raises(IntegrityError, match="order_phone_needs_read_back"), transaction.atomic():
        WorkOrder.objects.filter(pk=made.pk).update(
            status="confirmed",
            confirmed_at=timezone.now(),
            confirmed_by=UserFactory(),
            centre_kind="freight_centre",
        )


@pytest.mark.requirement("ORD-2")
def test_prohibited_goods_block_and_name_the_list() -> None:
    error = refused(order(goods_name="卡式打火机礼盒"))
    assert error.code == "prohibited_goods" and error.rule == "ORD-2"
    assert "压缩和液化气体" in str(error) or "gases" in str(error)


@pytest.mark.requirement("ORD-2")
def test_air_forbids_what_the_road_allows() -> None:
    assert refused(order(goods_name="锂电池", transport_mode="air")).code == "prohibited_goods"
    assert confirm(order(goods_name="锂电池", transport_mode="road")).waybills


@pytest.mark.requirement("ORD-2")
def test_without_a_dangerous_goods_letter_nothing_is_confirmed() -> None:
    customer = ready_customer()
    DangerousGoodsLetter.objects.filter(customer=customer).delete()
    assert refused(order(customer)).code == "letter_missing"


@pytest.mark.requirement("ORD-3")
def test_a_customer_without_handover_form_waits() -> None:
    codes = {r.code for r in refused(order(CustomerFactory())).params["refusals"]}
    assert {"handover_missing", "contract_missing", "letter_missing"} <= codes


@pytest.mark.requirement("ORD-3")
def test_during_the_trial_the_director_owns_the_order() -> None:
    director = UserFactory()
    customer = ready_customer(
        status="trial",
        trial_until=timezone.localdate() + timedelta(days=5),
        director=director,
    )
    assert order(customer).owner == director


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pickup_address": None}, "incomplete"),
        ({"weight_kg": None}, "incomplete"),
        ({"job_type": "dedicated"}, "incomplete"),
        ({"job_type": "intra_city"}, "not_intra_city"),
    ],
)
@pytest.mark.requirement("ORD-4")
def test_what_is_missing_or_contradicts_itself_is_named(changes: dict[str, Any], code: str) -> None:
    assert refused(order(**changes)).code == code


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("ORD-4")
def test_two_people_confirm_at_once_and_one_wins() -> None:
    made = order()
    people = [UserFactory(), UserFactory()]
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def click(person: Any) -> None:
        try:
            gate.wait(LIMIT)
            services.confirm_order(order_id=made.pk, by=person, at=timezone.now())
            outcomes.append("confirmed")
        except RuleBroken as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert sorted(outcomes) == ["already_confirmed", "confirmed"]
    assert made.issued.count() == 1
