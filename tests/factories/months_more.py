"""What else a month has: standards of stages and return documents, incidents, claims, duty, searches. Rows that
constraints hold tightly are made once by the services and repeated in sets by SQL with other shipments and times."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit, User
from apps.claims.models import Claim, ClaimPayment, Recovery
from apps.incidents.models import Affected, Incident, IncidentNotice, NoticeRecipient
from apps.incidents.models import Scope as Place
from apps.knowledge.models import MissedSearch, Search
from apps.orders.models import FollowUpTask, FollowUpTemplate
from apps.shifts.models import Gap, Handover, HandoverItem, Need
from apps.sla.models import Clock, Matter
from apps.tracking.enums import LaneScope
from apps.tracking.models import (
    PartnerAgreement,
    ReturnDocument,
    ReturnDocumentMove,
    ServiceLane,
    ServiceLevel,
    StageAssignment,
)
from tests.factories.claims import Desk, paid
from tests.factories.incidents import declared
from tests.factories.orders import confirmed_order

Fill = Any  # tests.factories.months.fill, which this stands beside


def repeat(
    fill: Fill, row: models.Model, source: str, given: Mapping[str, Any], **columns: str
) -> None:
    """As many rows like ``row`` as ``source`` has, with these columns otherwise."""
    table = row._meta.db_table
    like = {
        field.column: f"one.{field.column}"
        for field in row._meta.concrete_fields
        if not field.primary_key and not isinstance(field, models.GeneratedField)
    }
    fill(
        type(row),
        f"{table} one CROSS JOIN {source} AND one.id = {row.pk}",
        given,
        **{**like, **columns},
    )


def make_more(fill: Fill, given: dict[str, Any], first: date) -> None:
    _stages(fill, given, first)
    _incidents(fill, given)
    _claims(fill, given)
    _duty(fill, given, first)
    _orders(fill, given)
    _searches(fill, given)


def _stages(fill: Fill, given: dict[str, Any], first: date) -> None:
    level, _new = ServiceLevel.objects.get_or_create(
        code="standard", defaults={"name": "标准", "job_type": "express"}
    )
    hours = {
        "promised_hours": 90,
        "pickup_hours": 3,
        "sort_hours": 6,
        "line_haul_hours": 6,
        "delivery_hours": 24,
    }
    since = first - timedelta(days=400)
    for scope, cities in (
        (LaneScope.SAME_CITY, ("", "")), (LaneScope.INTER_CITY, ("", "")), (LaneScope.LANE, ("上海市", "杭州")),
    ):  # fmt: skip
        ServiceLane.objects.get_or_create(
            level=level, scope=scope, origin_city=cities[0], destination_city=cities[1],
            defaults={**hours, "opens": time(8), "cut_off": time(18), "valid_from": since, "receipt_return_hours": 60},
        )  # fmt: skip
    PartnerAgreement.objects.create(
        carrier_id=given["carriers"][0], area="杭州市", line_haul_hours=Decimal(9), liability="照价", valid_from=since,
        recorded_at=given["first"], recorded_by_id=given["by"],
    )  # fmt: skip
    fill(
        StageAssignment, "tracking_waybill w WHERE w.id %% 19 = 0", given, waybill_id="w.id",
        stage="(ARRAY['line_haul', 'delivery'])[1 + w.id %% 2]", carrier_id="CASE WHEN w.id %% 3 = 0 THEN w.carrier_id END",
        reason="'改派'", assigned_at="w.issued_at", assigned_by_id="%(by)s",
    )  # fmt: skip
    fill(
        ReturnDocument, "tracking_waybill w WHERE w.id %% 12 = 0 AND w.delivered_at IS NOT NULL", given, waybill_id="w.id",
        state="'sent'", owed_since="w.delivered_at",
    )  # fmt: skip
    fill(
        ReturnDocumentMove, "tracking_returndocument d WHERE d.id %% 5 > 0", given, document_id="d.id", from_state="'sent'",
        to_state="'received_at_origin'", at="d.owed_since + d.id %% 90 * interval '1 hour'", by_id="%(by)s",
    )  # fmt: skip


def _incidents(fill: Fill, given: dict[str, Any]) -> None:
    unit, by = Unit.objects.get(pk=given["units"][0]), User.objects.get(pk=given["by"])
    one = declared(unit, by)
    assert isinstance(one, Incident)
    Affected.objects.filter(incident=one).delete()
    at = "%(first)s::timestamptz + n * interval '5 days'"
    repeat(fill, one.exception, "generate_series(1, 6) n WHERE true", given, number="'IX' || n")
    repeat(
        fill, one, "quality_exceptionreport x CROSS JOIN LATERAL (SELECT substr(x.number, 3)::int AS n) s WHERE x.number LIKE 'IX%%'",
        given, number="x.number", exception_id="x.id", declared_at=at, known_at=f"{at} - interval '1 hour'",
        happened_at=f"{at} - interval '2 hours'",
    )  # fmt: skip
    rows = """incidents_incident i JOIN tracking_waybill w ON w.issued_at >= i.declared_at - interval '3 hours'
        AND w.issued_at < i.declared_at + interval '9 hours' WHERE i.number LIKE 'IX%%'"""
    place = Place.objects.filter(incident=one).values_list("pk", flat=True)[0]
    fill(
        Affected, rows, {**given, "place": place}, incident_id="i.id", scope_id="%(place)s", waybill_id="w.id",
        customer_id="w.customer_id", why="'delivered_there'", leads="false", found_at="i.declared_at",
    )  # fmt: skip
    fill(
        IncidentNotice, "incidents_incident i WHERE i.number LIKE 'IX%%'", given, incident_id="i.id", n="1", kind="'declared'",
        text_zh="'大雪'", text_en="'Snow'", at="i.declared_at", by_id="%(by)s",
    )  # fmt: skip
    fill(
        NoticeRecipient, """(SELECT n.id AS notice, n.at, a.customer_id, min(a.waybill_id) AS waybill FROM incidents_incidentnotice n
            JOIN incidents_affected a ON a.incident_id = n.incident_id GROUP BY 1, 2, 3) x WHERE customer_id %% 5 > 0""",
        given, notice_id="notice", customer_id="customer_id", waybill_id="waybill", state="'queued'", state_at="at",
        notified_at="at + customer_id %% 4 * interval '1 hour'",
    )  # fmt: skip


@transaction.atomic  # a claim and its things are compared when it ends
def _claims(fill: Fill, given: dict[str, Any]) -> None:
    claim = paid(Desk(), "80")
    assert isinstance(claim, Claim)
    at = "w.issued_at"
    repeat(
        fill, claim, "tracking_waybill w WHERE w.id %% 40 = 0 AND w.number LIKE 'KP%%'", given, number="'KL' || w.id", waybill_id="w.id",
        customer_id="w.customer_id", unit_id="w.responsible_unit_id", source_key="''", filed_at=at,
        decided_at=f"{at} + (12 + w.id %% 80) * interval '1 hour'", agreed_at=f"{at} + interval '90 hours'",
        paid_at=f"{at} + (91 + w.id %% 50) * interval '1 hour'",
    )  # fmt: skip
    for item in claim.items.all():
        repeat(fill, item, "claims_claim c WHERE c.number LIKE 'KL%%'", given, claim_id="c.id")
    repeat(
        fill, ClaimPayment.objects.get(claim=claim), "claims_claim c WHERE c.number LIKE 'KL%%'", given, claim_id="c.id",
        amount="10 + c.id %% 70", key="gen_random_uuid()",
    )  # fmt: skip
    fill(
        Recovery, "claims_claim c WHERE c.number LIKE 'KL%%' AND c.id %% 3 = 0", given, claim_id="c.id", unit_id="c.unit_id",
        **RECOVERED,
    )  # fmt: skip


RECOVERED = {
    "against": "'unit'", "basis": "'内部责任'", "asked": "10", "asked_at": "c.decided_at", "asked_by_id": "%(by)s",
    "agreed": "10", "agreed_at": "c.decided_at", "agreed_by_id": "%(by)s", "received": "10",
    "received_at": "c.decided_at", "received_by_id": "%(by)s", "state": "'received'",
}  # fmt: skip


def _duty(fill: Fill, given: dict[str, Any], first: date) -> None:
    unit = given["units"][0]
    fill(
        DutyShift, "generate_series(0, 34) n, unnest(%(agents)s::bigint[]) a WHERE (n + a) %% 3 > 0", given, user_id="a",
        unit_id=str(unit), role=f"'{Role.AGENT}'", starts_at="%(first)s::timestamptz + n * interval '1 day' + interval '8 hours'",
        ends_at="%(first)s::timestamptz + n * interval '1 day' + interval '16 hours'", made_at="now()", made_by_id="%(by)s",
    )  # fmt: skip
    taken = "d.id %% 4 > 0"
    receiver = "CASE d.user_id WHEN (%(agents)s::bigint[])[1] THEN (%(agents)s::bigint[])[2] ELSE (%(agents)s::bigint[])[1] END"
    fill(
        Handover, "accounts_dutyshift d WHERE d.id %% 5 > 0", given, shift_id="d.id", giver_id="d.user_id", receiver_id=receiver,
        watch_id=receiver, state=f"CASE WHEN {taken} THEN 'accepted' ELSE 'lapsed' END", ends_at="d.ends_at",
        until="d.ends_at + interval '16 hours'", opened_at="d.ends_at", lapsed_at=f"CASE WHEN NOT ({taken}) THEN d.ends_at END",
        accepted_at=f"CASE WHEN {taken} THEN d.ends_at + d.id %% 30 * interval '1 minute' END",
        accepted_by_id=f"CASE WHEN {taken} THEN {receiver} END",
    )  # fmt: skip
    fill(
        HandoverItem, "shifts_handover h WHERE h.id %% 6 > 0", given, handover_id="h.id", kind="'case'", subject_id="h.id",
        page_type="'complaints.case'", page_id="'1'", title="'理赔'", watch_id="h.watch_id", state="'listed'",
    )  # fmt: skip
    need = {
        "unit_id": unit,
        "role": Role.AGENT,
        "since": first - timedelta(days=9),
        "made_by_id": given["by"],
    }
    made = [
        Need(weekdays=days, holidays=holidays, from_minute=begins, to_minute=ends, heads=heads, **need)
        for days, holidays, begins, ends, heads in (
            ([1, 2, 3, 4, 5], "never", 480, 1080, 2), ([6, 7], "also", 600, 1440, 1), ([1, 7], "same", 1320, 1860, 1),
        )
    ]  # fmt: skip
    Need.objects.bulk_create(made)
    fill(
        Gap, "shifts_need n, generate_series(0, 9) d WHERE n.made_by_id = %(by)s", given, need_id="n.id", unit_id="n.unit_id", role="n.role",
        starts_at="%(first)s::timestamptz + d * interval '4 days' + interval '11 hours'",
        ends_at="%(first)s::timestamptz + d * interval '4 days' + interval '12 hours 30 seconds'", missing="1",
        found_at="%(first)s", closed_at="CASE WHEN d %% 3 > 0 THEN %(first)s::timestamptz + d * interval '4 days' + interval '12 hours' END",
        closed_by_id="CASE WHEN d %% 3 > 0 THEN %(by)s END",
        closed_as="CASE d %% 3 WHEN 0 THEN '' WHEN 1 THEN 'passed' ELSE 'dropped' END",
    )  # fmt: skip


def _orders(fill: Fill, given: dict[str, Any]) -> None:
    order, template = confirmed_order(), FollowUpTemplate.objects.order_by("pk")[0]
    at = "%(first)s::timestamptz + n * interval '9 hours'"
    done = "n %% 4 < 3"
    fill(
        FollowUpTask, "generate_series(1, 90) n", {**given, "order": order.pk, "step": template.pk}, work_order_id="%(order)s",
        template_id="%(step)s", occurrence="100 + n", owner_id="(%(agents)s::bigint[])[1 + n %% 2]", created_at=at, due_at=at,
        done_at=f"CASE WHEN {done} THEN {at} + (n %% 5 - 3) * interval '1 hour' END", done_by_id=f"CASE WHEN {done} THEN %(by)s END",
        outcome=f"CASE WHEN {done} THEN '已联系' ELSE '' END",
    )  # fmt: skip
    fill(
        Matter, "generate_series(1, 60) n", given, kind="'order'", subject_type="'orders.workorder'", subject_id="(900000 + n)::text",
        title="'订单'", policy_as_of=at, opened_at=at, opened_by_id="%(by)s", state="'open'",
    )  # fmt: skip
    fill(
        Clock, "sla_matter m WHERE m.subject_type = 'orders.workorder' AND m.subject_id::bigint > 900000", given, matter_id="m.id",
        metric="'order_processing'", kind="'order'", calendar_id="%(calendar)s", calendar_version="1", started_at="m.opened_at",
        due_at="m.opened_at + interval '24 hours'", state="'met'", met_at="m.opened_at + m.id %% 30 * interval '1 hour'",
        met_by_id="%(by)s", spent_seconds="3600",
    )  # fmt: skip


def _searches(fill: Fill, given: dict[str, Any]) -> None:
    missed = MissedSearch.objects.create(
        language="zh-hans", audience="internal", text="冷链月", times=9, last_seen_at=given["first"]
    )
    fill(
        Search, "complaints_case c", {**given, "missed": missed.pk}, at="c.created_at", language="'zh-hans'", audience="'internal'",
        missed_id="CASE WHEN c.id %% 7 = 0 THEN %(missed)s END",
    )  # fmt: skip
