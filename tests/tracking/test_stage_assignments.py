"""TRK-5: somebody decides who carries a stage; the record keeps every decision, the figures follow."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.tracking.enums import Stage
from apps.tracking.kuaidi100 import Document
from apps.tracking.models import PartnerCarrier, StageAssignment, Waybill
from apps.tracking.queries.scorecard import scorecard
from apps.tracking.queries.stage_report import stage_rows
from apps.tracking.queries.stages_of import stages_of
from apps.tracking.services import assign_stage
from apps.tracking.services.feed import find_waybill
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.shipments import ago, agreement, scan, shipment
from tests.factories.shipments import level as service_level
from tests.pressing import do

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-5")]


@pytest.fixture
def yunda() -> PartnerCarrier:
    return PartnerCarrier.objects.create(code="yunda", name="韵达")


@pytest.fixture
def deppon() -> PartnerCarrier:
    return PartnerCarrier.objects.create(code="deppon", name="德邦")


@pytest.fixture
def depot() -> Any:
    return UnitFactory(code="SH-D")


def decide(waybill: Waybill, stage: Stage | str, **fields: Any) -> StageAssignment:
    values = {"reason": "本线路由其承运", "by": system_user("tests"), "at": timezone.now()}
    made = assign_stage(waybill=waybill, stage=stage, **{**values, **fields})
    waybill.refresh_from_db()
    return made


def parties(waybill: Waybill) -> dict[str, str]:
    return {line.stage.value: line.party for line in stages_of(waybill, now=timezone.now())}


def under_way(depot: Any, **fields: Any) -> Waybill:
    """Picked up 6 hours after the order (4 are the standard), on the road since, not there yet."""
    at = ago(hours=60)
    made = shipment(at=at, service_level="std", responsible_unit=depot, **fields)
    scan(made, "picked_up", at + timedelta(hours=6), unit_code="SH-D")
    return scan(made, "departed", at + timedelta(hours=8), unit_code="SH-D")


def test_who_was_decided_on_answers_before_whoever_scanned(
    depot: Any, yunda: PartnerCarrier
) -> None:
    service_level()
    parcel = under_way(depot)
    assert parties(parcel)["line_haul"] == depot.name
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    assert parties(parcel) == {"pickup": depot.name, "sort": depot.name, "line_haul": "韵达"}
    decide(parcel, Stage.LINE_HAUL, reason="韵达拒收，改由本部承运")
    assert parties(parcel)["line_haul"] == depot.name, "taken back: the scans say who"


def test_a_partner_answers_for_the_stages_it_was_given_and_no_other(
    depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    """Here the scans name nobody."""
    service_level()
    at = ago(hours=60)
    parcel = shipment(at=at, service_level="std", responsible_unit=depot)
    scan(parcel, "picked_up", at + timedelta(hours=6))
    scan(parcel, "departed", at + timedelta(hours=8))
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    assert parties(parcel) == {"pickup": depot.name, "sort": depot.name, "line_haul": "韵达"}
    agreed = shipment(at=at, service_level="std", responsible_unit=depot, carrier=deppon)
    scan(agreed, "picked_up", at + timedelta(hours=6))
    decide(agreed, Stage.PICKUP, unit=depot)
    assert parties(agreed) == {"pickup": depot.name, "sort": "德邦"}
    today = timezone.localdate()
    rows = stage_rows(today - timedelta(days=10), today, user=superuser(), now=timezone.now())
    assert {(row.stage.value, row.carrier or row.unit) for row in rows} == {
        ("pickup", depot.name),
        ("sort", depot.name),
        ("sort", "德邦"),
        ("line_haul", "韵达"),
    }


def test_each_stage_has_its_target_and_its_actual(depot: Any, yunda: PartnerCarrier) -> None:
    service_level()
    agreement(yunda, area="北京市", line_haul_hours=60)
    parcel = under_way(depot)
    pickup, sort, line_haul = stages_of(parcel, now=timezone.now())
    assert (pickup.target, pickup.took, pickup.is_over) == (
        timedelta(hours=4),
        timedelta(hours=6),
        True,
    )
    assert (sort.took, sort.is_over) == (timedelta(hours=2), False)
    assert line_haul.ended_at is None and line_haul.is_over, "52 of 24 hours"
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    line_haul = stages_of(parcel, now=timezone.now())[-1]
    assert (line_haul.target, line_haul.is_over, line_haul.is_partner) == (
        timedelta(hours=60),
        False,
        True,
    )


def test_every_decision_stays_on_record_with_its_reason(
    depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    parcel, agent = under_way(depot), UserFactory()
    first = decide(parcel, Stage.DELIVERY, carrier=yunda, by=agent)
    decide(parcel, Stage.DELIVERY, carrier=deppon, reason="韵达爆仓")
    assert [(a.party, a.reason) for a in parcel.stage_assignments.all()] == [
        ("德邦", "韵达爆仓"),
        ("韵达", "本线路由其承运"),
    ]
    assert first.assigned_by == agent
    event = Event.objects.filter(kind="waybill.stage_assigned").latest("pk")
    assert (event.subject_id, event.data) == (
        str(parcel.pk),
        {
            "stage": "delivery",
            "from": "韵达",
            "to": "德邦",
            "reason": "韵达爆仓",
            "afterwards": False,
        },
    )
    for sql in (
        "UPDATE tracking_stageassignment SET reason = 'x'",
        "DELETE FROM tracking_stageassignment",
        "TRUNCATE tracking_stageassignment",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
            cursor.execute(sql)


def test_a_decision_after_the_stage_was_over_stands_out(depot: Any, yunda: PartnerCarrier) -> None:
    parcel = under_way(depot)
    assert decide(parcel, Stage.PICKUP, carrier=yunda).is_afterwards
    assert not decide(parcel, Stage.LINE_HAUL, carrier=yunda).is_afterwards


def test_the_waybill_names_the_partner_that_brings_it_home(
    depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    parcel = under_way(depot)
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    assert parcel.carrier == yunda
    decide(parcel, Stage.DELIVERY, carrier=deppon)
    assert parcel.carrier == deppon
    decide(parcel, Stage.PICKUP, carrier=yunda)
    assert parcel.carrier == deppon
    decide(parcel, Stage.DELIVERY, unit=depot, reason="自有车派送")
    assert parcel.carrier == yunda
    for stage in (Stage.LINE_HAUL, Stage.PICKUP):
        decide(parcel, stage, reason="取消外包")
    assert parcel.carrier is None
    named = under_way(depot, carrier=deppon)
    decide(named, Stage.PICKUP, unit=depot)
    assert named.carrier == deppon, "what was agreed at the counter stays"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"reason": " "}, "reason_missing", "reason"),
        ({"stage": "moon"}, "unknown_stage", "stage"),
        ({"unit": True, "carrier": True}, "two_parties", "carrier"),
        ({"carrier": False}, "carrier_not_active", "carrier"),
        ({}, "no_change", None),
    ],
)
def test_what_cannot_be_is_refused(
    depot: Any, yunda: PartnerCarrier, fields: dict[str, Any], code: str, field: str | None
) -> None:
    parcel = under_way(depot)
    given = {"stage": Stage.DELIVERY, **fields}
    if "carrier" in given:
        yunda.is_active = given["carrier"]
        yunda.save()
        given["carrier"] = yunda
    if "unit" in given:
        given["unit"] = depot
    with pytest.raises(RuleBroken) as caught:
        decide(parcel, given.pop("stage"), **given)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert isinstance(caught.value, BadInput) == (field is not None)
    assert not parcel.stage_assignments.exists()


def test_nobody_carries_what_was_cancelled(yunda: PartnerCarrier) -> None:
    parcel = scan(shipment(), "cancelled.before_pickup")
    with pytest.raises(RuleBroken) as caught:
        decide(parcel, Stage.PICKUP, carrier=yunda)
    assert caught.value.code == "cancelled"


def test_the_database_knows_one_party_at_most(depot: Any, yunda: PartnerCarrier) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StageAssignment.objects.create(
            waybill=shipment(),
            stage=Stage.PICKUP,
            carrier=yunda,
            unit=depot,
            reason="两个",
            assigned_at=timezone.now(),
            assigned_by=system_user("tests"),
        )


def test_a_partners_scorecard_counts_what_it_was_given(
    depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    service_level()
    given, taken_back, scanned = (under_way(depot) for _ in range(3))
    decide(given, Stage.LINE_HAUL, carrier=yunda)
    decide(given, Stage.DELIVERY, carrier=deppon)
    decide(taken_back, Stage.LINE_HAUL, carrier=yunda)
    decide(taken_back, Stage.LINE_HAUL, unit=depot)
    user, today, now = superuser(), timezone.localdate(), timezone.now()
    since = today - timedelta(days=10)
    card = scorecard(yunda, since, today, user=user, now=now)
    assert card.volume == 1, "its stage, though another partner delivers"
    [line_haul] = card.stages
    assert (line_haul.stage, line_haul.running, line_haul.over) == (Stage.LINE_HAUL, 1, 1)
    own = [row for row in stage_rows(since, today, user=user, now=now) if row.unit_id == depot.pk]
    assert {row.stage: row.running for row in own}[Stage.LINE_HAUL] == 2
    assert scanned.carrier is None


def test_the_report_and_the_page_agree(depot: Any, yunda: PartnerCarrier) -> None:
    service_level()
    parcel = under_way(depot)
    for stage in (Stage.PICKUP, Stage.LINE_HAUL):
        decide(parcel, stage, carrier=yunda)
    today = timezone.localdate()
    rows = stage_rows(today - timedelta(days=10), today, user=superuser(), now=timezone.now())
    lines = stages_of(parcel, now=timezone.now())
    assert {(row.stage, row.carrier or row.unit, row.over) for row in rows} == {
        (line.stage, line.party, int(line.is_over)) for line in lines
    }


def test_a_partner_that_was_given_a_stage_may_report_under_our_number(
    depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    parcel = under_way(depot)
    decide(parcel, Stage.DELIVERY, carrier=deppon)
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    asked = Document(parcel.number, "", "polling", "0", "ok", [], [])
    stranger = PartnerCarrier.objects.create(code="zto", name="中通")
    assert find_waybill(yunda, asked) == find_waybill(deppon, asked) == parcel
    assert find_waybill(stranger, asked) is None


def page(waybill: Waybill) -> str:
    return reverse("admin:tracking_waybill_change", args=[waybill.pk])


def freight_clerk(depot: Any, role: Role = Role.FREIGHT_CLERK) -> User:
    user: User = UserFactory(roles=[role], unit=depot)
    return user


def test_the_freight_clerk_decides_on_the_waybills_page(
    client: Client, depot: Any, yunda: PartnerCarrier
) -> None:
    service_level()
    parcel = under_way(depot)
    sign_in(client, freight_clerk(depot))
    assert 'id="act-stage"' in client.get(page(parcel)).content.decode()
    typed = {"stage": "line_haul", "carrier": yunda.pk}
    refused = do(client, page(parcel), "stage", typed)
    assert refused.status_code == 422 and not parcel.stage_assignments.exists()
    answer = do(client, page(parcel), "stage", {**typed, "reason": "京沪线外包"})
    assert answer.status_code == 302
    shown = client.get(page(parcel)).content.decode()
    assert "韵达" in shown and "京沪线外包" in shown and "24.0" in shown
    again = do(client, page(parcel), "stage", {**typed, "reason": "再来一次"})
    assert again.status_code == 422 and parcel.stage_assignments.count() == 1


def test_an_agent_sees_who_carries_and_does_not_decide_it(
    client: Client, depot: Any, yunda: PartnerCarrier
) -> None:
    parcel = under_way(depot)
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    sign_in(client, freight_clerk(depot, Role.AGENT))
    shown = client.get(page(parcel)).content.decode()
    assert "韵达" in shown and 'id="act-stage"' not in shown
    typed = {"stage": "delivery", "carrier": yunda.pk, "reason": "试试"}
    assert do(client, page(parcel), "stage", typed).status_code == 403


def test_the_page_costs_the_same_however_many_decisions(
    client: Client, depot: Any, yunda: PartnerCarrier, deppon: PartnerCarrier
) -> None:
    parcel = under_way(depot)
    sign_in(client, superuser())
    decide(parcel, Stage.LINE_HAUL, carrier=yunda)
    counts = []
    for carrier in (deppon, yunda):
        client.get(page(parcel))
        with CaptureQueriesContext(connection) as caught:
            client.get(page(parcel))
        counts.append(len(caught))
        decide(parcel, Stage.LINE_HAUL, carrier=carrier)
        decide(parcel, Stage.PICKUP, carrier=carrier)
    assert counts[0] == counts[1]
