"""Every move of a work order, legal and illegal, and that the database agrees (ORD-4)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.customers.enums import FollowUpClass
from apps.orders import services
from apps.orders.cleaning import clean_order
from apps.orders.enums import OrderStatus as S
from apps.orders.models import WorkOrder
from apps.orders.states import ISSUED, ORDER_MOVES, UNCONFIRMED
from tests.factories.accounts import UserFactory
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order, phone_order, words
from tests.serials import serial_of

pytestmark = pytest.mark.django_db


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": timezone.now()}


def in_state(state: S) -> WorkOrder:
    makers: dict[S, Callable[[], WorkOrder]] = {
        S.DRAFT: lambda: order(pieces=None),
        S.AWAITING_READ_BACK: phone_order,
        S.READY: order,
        S.HELD: lambda: services.hold_order(order_id=order().pk, reason="等客户", **who()),
        S.CONFIRMED: confirmed_order,
        S.IN_PROGRESS: lambda: _scanned("picked_up"),
        S.COMPLETED: lambda: _scanned("delivered"),
        S.CANCELLED: lambda: services.cancel_order(order_id=order().pk, reason="取消", **who()),
    }
    made = makers[state]()
    made.refresh_from_db()
    assert made.status == state
    return made


def _scanned(code: str) -> WorkOrder:
    from apps.events.services import relay_batch
    from apps.tracking.inputs import IncomingEvent
    from apps.tracking.services import ingest

    made = confirmed_order()
    by = UserFactory()
    event = IncomingEvent(
        waybill_number=made.waybills.get().number, code=code, occurred_at=timezone.now()
    )
    assert not ingest([event], source="test", by=by, at=timezone.now()).refused
    relay_batch()
    return made


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
def test_the_table_says_yes_or_refuses_clearly(frm: S, to: S) -> None:
    if to in ORDER_MOVES.ends_of(frm):
        ORDER_MOVES.check(frm, to)
    else:
        with pytest.raises(RuleBroken, match=r".+") as caught:
            ORDER_MOVES.check(frm, to)
        assert caught.value.code == "illegal_move"


ACTS: dict[str, tuple[Callable[[WorkOrder], Any], set[S]]] = {
    "hold": (
        lambda o: services.hold_order(order_id=o.pk, reason="等客户回电", **who()),
        {S.DRAFT, S.AWAITING_READ_BACK, S.READY},
    ),
    "release": (lambda o: services.release_order(order_id=o.pk, **who()), {S.HELD}),
    "confirm": (lambda o: services.confirm_order(order_id=o.pk, **who()), {S.READY}),
    "cancel": (
        lambda o: services.cancel_order(order_id=o.pk, reason="客户取消", **who()),
        {S.DRAFT, S.AWAITING_READ_BACK, S.READY, S.HELD, S.CONFIRMED},
    ),
    "read_back": (
        lambda o: services.read_back_order(order_id=o.pk, heard_by="王", **who()),
        {S.AWAITING_READ_BACK, S.READY, S.HELD},
    ),
    "change": (
        lambda o: services.change_order(
            order_id=o.pk, content=clean_order(words(pieces="9"))[0], **who()
        ),
        set(UNCONFIRMED),
    ),
    "print": (
        lambda o: services.print_order(order_id=o.pk, kind="label", **who()),  # type: ignore[arg-type]  # its value
        set(ISSUED),
    ),
    "classify": (
        lambda o: services.set_follow_up_class(
            order_id=o.pk, follow_up_class="B", reason="客户要求", **who()
        ),
        set(UNCONFIRMED),
    ),
    "assign": (
        lambda o: services.assign_order(order_id=o.pk, owner=UserFactory(), **who()),
        set(S) - {S.CANCELLED, S.COMPLETED},
    ),
}


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_works_in_its_states_and_is_refused_in_the_others(act: str, state: S) -> None:
    made = in_state(state)
    work, allowed = ACTS[act]
    if state in allowed:
        work(made)
    else:
        with pytest.raises(RuleBroken):
            work(made)
        before = made.status
        made.refresh_from_db()
        assert made.status == before


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize(
    "columns",
    [
        {"status": "confirmed"},
        {"status": "cancelled"},
        {"status": "held"},
        {"status": "in_progress"},
        {"status": "completed"},
        {"confirmed_at": timezone.now()},
        {"cod_amount": 5},
        {"settlement_method": "cod"},
        {"pieces": 0},
        {"follow_up_reason": "manual"},
        {"read_back_at": timezone.now()},
        {"cancel_reason": "没有人取消"},
    ],
)
def test_the_database_refuses_a_state_without_its_time_and_person(columns: dict[str, Any]) -> None:
    made = order()
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.filter(pk=made.pk).update(**columns)


@pytest.mark.requirement("ORD-4")
def test_cancelling_takes_waybills_steps_and_print_job_along() -> None:
    made = confirmed_order()
    services.cancel_order(order_id=made.pk, reason="客户取消", **who())
    assert {w.status for w in made.waybills.all()} == {"cancelled"}
    assert not made.tasks.filter(dropped_at__isnull=True).exists()
    made.refresh_from_db()
    assert made.print_job.withdrawn_at is not None


@pytest.mark.requirement("ORD-6")
def test_a_class_chosen_by_hand_stays_and_needs_a_reason() -> None:
    made = order()
    with pytest.raises(BadInput):
        services.set_follow_up_class(order_id=made.pk, follow_up_class="C", reason=" ", **who())
    services.set_follow_up_class(order_id=made.pk, follow_up_class="C", reason="客户同意", **who())
    content, _errors = clean_order(words(declared_value="99999"))
    changed = services.change_order(order_id=made.pk, content=content, **who())
    assert (changed.follow_up_class, changed.follow_up_note) == (FollowUpClass.C, "客户同意")
    back = services.set_follow_up_class(order_id=made.pk, follow_up_class="", reason="", **who())
    assert back.follow_up_class == FollowUpClass.A


@pytest.mark.requirement("ORD-1")
def test_a_reference_is_taken_once_and_free_again_after_cancelling() -> None:
    customer = ready_customer()
    first = order(customer, customer_reference="PO-1")
    with pytest.raises(RuleBroken) as caught:
        order(customer, customer_reference="PO-1")
    assert caught.value.code == "reference_known" and first.number in str(caught.value)
    order(customer_reference="PO-1")
    services.cancel_order(order_id=first.pk, reason="重下", **who())
    assert order(customer, customer_reference="PO-1").number != first.number


@pytest.mark.requirement("ORD-1")
def test_numbers_have_no_gaps_and_an_order_keeps_its_original() -> None:
    from django.core.files.base import ContentFile

    from apps.orders.inputs import Arrival

    customer, at = ready_customer(), timezone.now()
    content, _errors = clean_order(words())
    arrival = Arrival(
        channel="fax",
        received_at=at,
        original_text="传真：三件服装，电话 13800000002",
        file=ContentFile(b"scan"),
        filename="传真.tif",
    )
    first = services.receive_order(customer=customer, content=content, arrival=arrival, **who())
    second = order(customer)
    assert serial_of(second.number) == serial_of(first.number) + 1
    first.refresh_from_db()
    assert first.original_file.read() == b"scan" and first.original_name == "传真.tif"
    assert "传真：三件" in first.original_text and "传真" not in first.original_file.name
    with services.open_original(order=first, **who()) as file:
        assert file.read() == b"scan"
