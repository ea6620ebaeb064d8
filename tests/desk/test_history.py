"""A past that is told in one go leaves the rows that the acts themselves leave, column by column."""

import io
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.billing import subscribers
from apps.core.errors import BadInput
from apps.core.files.pictures import CleanPhoto, clean_photo
from apps.customers.models import Customer
from apps.events.services import relay_batch
from apps.orders import services as orders
from apps.orders.cleaning import clean_order
from apps.orders.enums import PrintKind
from apps.orders.inputs import Arrival
from apps.orders.models import FollowUpTask
from apps.orders.services.history import (
    Completed,
    PastOrder,
    Printed,
    complete_each,
    take_over_orders,
)
from apps.tracking.enums import Door, Satisfaction, Stage
from apps.tracking.inputs import IncomingEvent
from apps.tracking.models import PartnerCarrier, Waybill
from apps.tracking.services import assign_stage, attach_partner_number, ingest
from apps.tracking.services.feedback import record_satisfaction
from apps.tracking.services.history import (
    Answered,
    Assigned,
    Journey,
    Scanned,
    Signed,
    assign_each,
    record_answers,
    record_journeys,
)
from apps.tracking.services.pod import record_proof
from apps.tracking.services.standards import add_usual_standards
from apps.tracking.signing import NewProof
from tests.factories.accounts import UserFactory, superuser
from tests.factories.customers import ready_customer
from tests.factories.orders import words
from tests.factories.shipments import shipment
from tests.rows import left_by

pytestmark = pytest.mark.django_db
TABLES: list[type[models.Model]] = [
    model
    for app in ("orders", "tracking", "sla", "events", "billing")
    for model in apps.get_app_config(app).get_models()
    if model._meta.managed
]
SCANS = ("picked_up", "sorted", "departed", "arrived_dest_city", "consignee_absent")
ANSWER = (Satisfaction.DISSATISFIED, "外箱压皱")


class _Scene:
    """Who is there, and what happened; as true of the one way as of the other."""

    def __init__(self) -> None:
        self.now = timezone.now().replace(microsecond=0)
        self.by, self.centre = superuser(), UserFactory()
        began = self.now - timedelta(days=20)
        add_usual_standards(by=system_user("setup"), at=began)
        self.customers = [ready_customer(), ready_customer()]
        self.carrier = PartnerCarrier.objects.create(code="huatong", name="华通物流")
        shipment()  # the series of numbers is there
        self.pasts = [
            self._past(0, 90, channel="phone", agreed="王小明", confirmed=True, prints=3),
            self._past(1, 80, confirmed=True, prints=2, return_document_required=True),
            self._past(0, 70, confirmed=True, settlement_method="cod", cod_amount="25.50"),
            self._past(0, 60, channel="phone"),
            self._past(1, 50, confirmed=True, prints=2, destination_city="上海市", job_type="intra_city",
                       service_level="same_day"),
        ]  # fmt: skip

    def _past(
        self, whose: int, hours: int, *, channel: str = "email", agreed: str = "",
        confirmed: bool = False, prints: int = 0, **changes: Any,
    ) -> PastOrder:  # fmt: skip
        content, errors = clean_order(words(**changes))
        assert not errors, errors
        at = self.now - timedelta(hours=hours)
        kinds = [(PrintKind.WORK_ORDER, ""), (PrintKind.LABEL, ""), (PrintKind.LABEL, "标签破损")]
        printed = at + timedelta(minutes=30)
        customer: Customer = self.customers[whose]
        return PastOrder(
            customer, content, Arrival(channel=channel, received_at=at), self.by, at, agreed,
            at + timedelta(minutes=20) if confirmed else None,
            [Printed(kind, self.centre, printed, why) for kind, why in kinds[:prints]],
        )  # fmt: skip

    def journeys(self, waybills: Sequence[Waybill]) -> list[Journey]:
        """The first and the second arrived, the third is at its third scan, the last was not seen."""
        picture = io.BytesIO()
        Image.new("RGB", (64, 64), "red").save(picture, "JPEG")
        picture.seek(0)
        photo: CleanPhoto = clean_photo(picture)
        return [
            Journey(one, self._scans(one, count), signed)
            for one, count, signed in (
                (waybills[0], 5, self._signed(waybills[0], [photo])),
                (waybills[1], 4, self._signed(waybills[1], [])),
                (waybills[2], 3, None),
            )
        ]

    def _scans(self, waybill: Waybill, count: int) -> list[Scanned]:
        found = []
        for turn, code in enumerate(SCANS[:count]):
            at = waybill.issued_at + timedelta(hours=2 + 3 * turn)
            event = IncomingEvent(
                waybill_number=waybill.number, code=code, occurred_at=at, place=f"第{turn}站",
                city="北京", text=f"快件{turn}",
            )  # fmt: skip
            partner = self.carrier if turn > 2 else None
            found.append(Scanned(event, at + timedelta(minutes=2), partner))
        return found

    def _signed(self, waybill: Waybill, photos: list[CleanPhoto]) -> Signed:
        at = waybill.issued_at + timedelta(hours=20)
        proof = NewProof(
            signed_by=waybill.consignee_name, signed_at=at, packaging_intact=not photos,
            was_opened=True, appearance_good=True, count_right=True,
            cod_paid=waybill.cod_amount, notes="外箱压皱" if photos else "", place="朝阳营业部",
        )  # fmt: skip
        return Signed(proof, at + timedelta(minutes=3), photos)

    def due(self) -> list[FollowUpTask]:
        open_ones = FollowUpTask.objects.filter(done_at=None, dropped_at=None, due_at__lt=self.now)
        return list(open_ones.select_related("owner", "template", "work_order").order_by("pk"))


def _lived(scene: _Scene) -> None:
    """Act by act."""
    waybills = []
    for past in scene.pasts:
        order = orders.receive_order(
            customer=past.customer,
            content=past.content,
            arrival=past.arrival,
            by=past.by,
            at=past.at,
        )
        owner: User = order.owner
        if past.agreed:
            orders.read_back_order(order_id=order.pk, heard_by=past.agreed, by=owner, at=past.at)
        if past.confirmed_at:
            made = orders.confirm_order(order_id=order.pk, by=owner, at=past.confirmed_at)
            waybills += made.waybills
        for kind, by, at, why in past.printed:
            orders.print_order(order_id=order.pk, kind=kind, reason=why, by=by, at=at)
    carried = _carried(scene, waybills)
    for stage in carried.stages:
        assign_stage(
            waybill=carried.waybill, stage=stage, carrier=carried.carrier, reason=carried.reason,
            by=carried.by, at=carried.at,
        )  # fmt: skip
    attach_partner_number(
        waybill=carried.waybill, carrier=carried.carrier, number=carried.number,
        by=carried.numbered_by, at=carried.numbered_at,
    )  # fmt: skip
    for journey in scene.journeys(waybills):
        for event, at, carrier in journey.scans:
            ingest([event], source="scan", by=scene.by, at=at, carrier=carrier, door=Door.SCAN)
        if journey.signed:
            record_proof(
                waybill_id=journey.waybill.pk, proof=journey.signed.proof, by=scene.by,
                at=journey.signed.at, photos=journey.signed.photos,
            )  # fmt: skip
    _relayed()
    record_satisfaction(
        waybill_id=waybills[0].pk,
        satisfaction=ANSWER[0],
        comment=ANSWER[1],
        by=scene.by,
        at=scene.now,
    )
    for task in scene.due():
        orders.complete_task(task_id=task.pk, outcome="已确认", by=task.owner, at=task.due_at)


def _history_of(scene: _Scene) -> None:
    """In one go."""
    made = take_over_orders(scene.pasts)
    waybills = [waybill for one in made for waybill in one.waybills]
    assign_each([_carried(scene, waybills)])
    record_journeys(scene.journeys(waybills), source="scan", by=scene.by)
    _relayed()
    record_answers([Answered(waybills[0], *ANSWER, by=scene.by, at=scene.now)])
    complete_each([Completed(task, "已确认", task.owner, task.due_at) for task in scene.due()])


def _carried(scene: _Scene, waybills: Sequence[Waybill]) -> Assigned:
    one = waybills[1]
    at = one.issued_at + timedelta(hours=1)
    return Assigned(
        one, scene.carrier, (Stage.LINE_HAUL, Stage.DELIVERY), "北京方向由华通承运", scene.by, at,
        "HT260101", scene.centre, at,
    )  # fmt: skip


def _relayed() -> None:
    while relay_batch():
        pass


def test_told_in_one_go_is_what_was_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = _Scene()
    # Billing rates a shipment when it is told of it: here both times at the same moment, by the same user.
    monkeypatch.setattr(subscribers, "timezone", SimpleNamespace(now=lambda: scene.now))
    system_user("billing")
    lived = left_by(lambda: _lived(scene), TABLES)
    answers = left_by(lambda: _history_of(scene), TABLES)
    assert lived.keys() == answers.keys()
    for table, rows in lived.items():
        assert answers[table] == rows, (
            table,
            list(rows - answers[table])[:3],
            list(answers[table] - rows)[:3],
        )
    kept = {table for table, rows in lived.items() if rows}
    assert kept >= {
        "orders.workorder", "orders.followuptask", "orders.printjob", "orders.printrecord",
        "tracking.waybill", "tracking.trackingevent", "tracking.proofofdelivery",
        "tracking.proofphoto", "tracking.returndocument", "tracking.partnernumber",
        "tracking.stageassignment", "tracking.shipmentfeedback", "tracking.shipmentwatch",
        "sla.matter", "sla.clock", "sla.fact", "sla.interval", "sla.firedstep", "events.event",
        "billing.shipmentrating",
    }  # fmt: skip


def test_the_statements_do_not_grow_with_the_orders() -> None:
    scene = _Scene()
    counted = []
    for times in (1, 3):
        pasts = [past for past in scene.pasts for _turn in range(times)]
        with CaptureQueriesContext(connection) as statements, transaction.atomic():
            take_over_orders(pasts)
            transaction.set_rollback(True)
        counted.append(len(statements))
    # The first asks for rules that the process remembers afterwards.
    assert counted[1] <= counted[0]


def test_cod_is_asked_about() -> None:
    """Money that was due and is not said to be paid is refused, as at the door."""
    scene = _Scene()
    made = take_over_orders(scene.pasts)
    waybill = made[2].waybills[0]
    assert waybill.cod_amount == Decimal("25.50")
    signed = scene._signed(waybill, [])
    unpaid = Signed(
        NewProof(
            signed_by=waybill.consignee_name, signed_at=signed.proof.signed_at,
            packaging_intact=True, was_opened=False,
        ),
        signed.at,
    )  # fmt: skip
    with pytest.raises(BadInput) as refused:
        record_journeys([Journey(waybill, [], unpaid)], source="scan", by=scene.by)
    assert refused.value.code == "cod_missing"
