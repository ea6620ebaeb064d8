"""A month of shipments, cases, calls and what belongs to them, written in sets by SQL, for tests and benchmarks of
reports. Everything that a service would compute is as plain as the constraints allow."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, models

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.complaints.models import Case, CaseEntry, CauseNode, SatisfactionAsk
from apps.core.times import day_start
from apps.events.models import Event
from apps.hotline.models import Call, CallBack
from apps.knowledge.models import ArticleVersion, Opinion
from apps.quality.models import CorrectiveAction, ExceptionReport
from apps.reports.kpis import Period
from apps.sla.models import Clock, Interval, Matter, WorkingCalendar
from apps.tracking.models import PartnerCarrier, ShipmentFeedback, TrackingEvent, Waybill
from apps.tracking.services.partitions import ensure_partitions
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.hotline import system
from tests.factories.knowledge import article
from tests.factories.months_more import make_more

CITIES = ["上海", "北京市", "杭州", "上海市", "广州"]


@dataclass
class Size:
    customers: int = 6
    shipments: int = 300
    cases: int = 60
    calls: int = 120
    seed: float = 0.5


@dataclass
class World:
    customers: list[int]
    units: list[int]
    carriers: list[int]
    agents: list[int]
    period: Period


def default(field: Any) -> str | None:
    """A plain value for a column that nobody speaks of; None: leave it out."""
    if field.null or field.primary_key or isinstance(field, models.GeneratedField):
        return None
    if field.db_default is not models.NOT_PROVIDED and field.has_db_default():
        return None
    if isinstance(field, models.BooleanField):
        return str(bool(field.default) if field.has_default() else False).lower()
    if isinstance(field, models.CharField | models.TextField):
        return f"'{field.default}'" if isinstance(field.default, str) else "''"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.DateTimeField):
        return "now()"
    if isinstance(field, models.JSONField):
        return "'{}'"
    if isinstance(field, models.IntegerField):
        return str(field.default if isinstance(field.default, int) else 0)
    return "'{}'"


def fill(model: type[models.Model], source: str, given: dict[str, Any], /, **columns: str) -> None:
    """INSERT … SELECT: ``columns`` are SQL over ``source``."""
    named = dict(columns)
    for field in model._meta.concrete_fields:
        if field.column not in named and (value := default(field)) is not None:
            named[field.column] = value
    names, values = ", ".join(named), ", ".join(named.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}", given
        )


def pick(name: str, by: str) -> str:
    """One of an array of rows, by a whole number."""
    return f"(%({name})s::bigint[])[1 + ({by}) %% array_length(%({name})s::bigint[], 1)]"


def people(size: Size, period: Period) -> World:
    units = [UnitFactory() for _ in range(3)]
    agents = [UserFactory(roles=[Role.AGENT], unit=unit) for unit in units for _ in range(2)]
    first = CustomerFactory(unit=units[0], agent=agents[0])
    customers = [first.pk]
    if size.customers > 1:
        fill(
            type(first), f"customers_customer c, generate_series(2, {size.customers}) g",
            {"one": first.pk},
            **{f.column: f"c.{f.column}" for f in first._meta.concrete_fields if not f.primary_key}
            | {"code": "c.code || '-' || g", "name": "c.name || g"},
        )  # fmt: skip
        customers = list(
            type(first).objects.filter(code__startswith=first.code).values_list("pk", flat=True)
        )
    carriers = [PartnerCarrier.objects.create(code=f"kpi{n}", name=f"伙伴{n}").pk for n in range(3)]
    return World(customers, [u.pk for u in units], carriers, [a.pk for a in agents], period)


def make_month(size: Size, month: date) -> World:
    """All of it, around the month: some days before and after belong to others."""
    period = Period.of_month(month)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [size.seed])
    world = people(size, period)
    given = {
        "customers": world.customers, "units": world.units, "carriers": world.carriers,
        "agents": world.agents, "cities": CITIES, "by": system_user("tests").pk,
        "public": system_user("public").pk, "first": day_start(period.first, -6),
        "days": (period.until - period.first).days + 8, "cause": CauseNode.objects.values_list("pk", flat=True)[0],
        "calendar": WorkingCalendar.objects.values_list("pk", flat=True)[0],
    }  # fmt: skip
    ensure_partitions([period.first - timedelta(days=20), period.first, period.until])
    _shipments(size, given)
    _cases(size, given)
    _clocks(given)
    _calls(size, given)
    _quality(given)
    make_more(fill, given, period.first)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def at(share: str = "random()") -> str:
    return f"%(first)s::timestamptz + {share} * %(days)s * interval '1 day'"


def _shipments(size: Size, given: dict[str, Any]) -> None:
    source = f"""(SELECT g, {at(f"g::float8 / {size.shipments}")} AS at, random() AS a, random() AS b,
        random() AS c, random() AS d FROM generate_series(1, {size.shipments}) g) x"""
    city = "(%(cities)s::text[])[1 + floor({0} * 5)::int]"
    # A fifth of a tenth late, some refused, returned, cancelled or still on the way.
    status = """CASE WHEN a < 0.9 THEN 'delivered' WHEN a < 0.93 THEN 'in_transit' WHEN a < 0.95 THEN 'cancelled'
        WHEN a < 0.97 THEN 'returned' WHEN a < 0.98 THEN 'intercepted' ELSE 'attempt_failed' END"""
    arrived = "at + interval '20 hours' + b * interval '48 hours'"
    fill(
        Waybill, source, given, number="'KP' || lpad(g::text, 12, '0')",
        issued_month="date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date", issued_at="at",
        customer_id=pick("customers", "g"), responsible_unit_id=pick("units", "g / 7"),
        carrier_id=f"CASE WHEN g %% 3 > 0 THEN {pick('carriers', 'g / 3')} END",
        origin_city=city.format("c"), destination_city=city.format("d"), goods_name="'书'", pieces="1",
        promised_at="CASE WHEN g %% 20 > 0 THEN at + interval '60 hours' END",
        measured_promise_at="CASE WHEN g %% 33 = 0 THEN at + interval '70 hours' END",
        service_level="'standard'", status=status, status_at=f"CASE WHEN a < 0.9 THEN {arrived} ELSE at END",
        picked_up_at="CASE WHEN a < 0.94 OR a >= 0.95 THEN at + c * interval '5 hours' END",
        delivered_at=f"CASE WHEN a < 0.9 THEN {arrived} END",
        concluded_at=f"CASE WHEN a < 0.9 OR a >= 0.93 AND a < 0.97 THEN {arrived} END",
        last_event_at=arrived,
    )  # fmt: skip
    _scans(given)
    fill(
        ShipmentFeedback, "tracking_waybill w", given, waybill_id="w.id", recorded_by_id="%(by)s", comment="'慢'",
        satisfaction="(ARRAY['satisfied', 'satisfied', 'neutral', 'dissatisfied', 'unreached'])[1 + w.id %% 5]",
        recorded_at="coalesce(w.delivered_at, w.issued_at) + interval '3 hours'",
    )  # fmt: skip


def _scans(given: dict[str, Any]) -> None:
    steps = """(VALUES ('collected', 'picked_up', '', 0), ('departed', 'in_transit', '', 1),
        ('arrived_city', 'arrived_dest_city', '', 2), ('out', 'out_for_delivery', '', 3),
        ('failed', 'attempt_failed', 'cannot_contact', 4), ('failed', 'attempt_failed', 'held_at_branch', 5),
        ('stopped', 'intercepted', '', 6), ('signed', 'delivered', 'self', 7)) AS s(code, status, reason, n)"""
    when = """CASE s.n WHEN 0 THEN w.picked_up_at WHEN 7 THEN w.delivered_at
        ELSE w.picked_up_at + (s.n * 7 + w.id %% 5) * interval '1 hour' END"""
    holds = """CASE s.n WHEN 4 THEN w.id %% 11 = 0 WHEN 5 THEN w.id %% 13 = 0
        WHEN 6 THEN w.status = 'intercepted' OR w.status = 'returned' AND w.id %% 2 = 0 ELSE true END"""
    fill(
        TrackingEvent, f"""(SELECT w.id, w.issued_month, w.responsible_unit_id AS unit, w.carrier_id AS carrier,
            s.*, {when} AS at FROM tracking_waybill w, {steps} WHERE {holds}) x WHERE at IS NOT NULL""",
        given, issued_month="issued_month", waybill_id="x.id", source="'kpi'", occurred_at="at", code="code",
        status="status", reason="reason", strength="0", rank="n * 10", unit_id="unit", carrier_id="carrier", by_id="%(by)s",
        source_id="CASE WHEN x.id %% 2 = 0 THEN 's' || n ELSE '' END",  # some carriers number their scans
    )  # fmt: skip
    # Some scans were corrected, by the scan they supersede or by a later version under the same number.
    same = (
        "source",
        "status",
        "reason",
        "strength",
        "rank",
        "unit_id",
        "carrier_id",
        "issued_month",
        "waybill_id",
        "code",
    )
    fill(
        TrackingEvent, """tracking_trackingevent e WHERE e.status IN ('picked_up', 'arrived_dest_city', 'delivered')
            AND (e.waybill_id %% 50 = 1 OR e.waybill_id %% 50 = 2)""", given, **{name: f"e.{name}" for name in same},
        occurred_at="e.occurred_at + interval '30 minutes'", by_id="%(by)s", source_id="e.source_id",
        supersedes_id="CASE WHEN e.source_id = '' THEN e.id END",
        revision="CASE WHEN e.source_id <> '' AND e.rank > 0 THEN 1 ELSE 0 END",
    )  # fmt: skip


def _cases(size: Size, given: dict[str, Any]) -> None:
    source = f"""(SELECT g, {at(f"g::float8 / {size.cases}")} AS at, random() AS a, random() AS b,
        (SELECT count(*) FROM tracking_waybill) AS n FROM generate_series(1, {size.cases}) g) x
        LEFT JOIN tracking_waybill w ON w.number = 'KP' || lpad((1 + g * 7 %% n)::text, 12, '0') AND g %% 4 > 0"""
    closed = "a < 0.8"
    done = "at + b * interval '60 hours'"
    by = pick("agents", "g")
    fill(
        Case, source, given, number="'KC' || lpad(g::text, 12, '0')", title="'破损'", created_at="at",
        created_by_id="%(by)s", updated_at="at", version="1", severity="CASE WHEN g %% 9 = 0 THEN 'major' ELSE 'ordinary' END",
        case_class="(ARRAY['inquiry', 'complaint', 'complaint', 'damage', 'loss'])[1 + g %% 5]",
        channel="(ARRAY['phone', 'web', 'email', 'own_check', 'wechat'])[1 + floor(b * 5)::int]",
        state=f"CASE WHEN {closed} THEN 'closed' WHEN a < 0.9 THEN 'solved' WHEN a < 0.95 THEN 'cancelled' ELSE 'open' END",
        customer_id="coalesce(w.customer_id, (%(customers)s::bigint[])[1])", waybill_id="w.id",
        unit_id=pick("units", "g"), owner_id=by, assigned_at="at", assigned_by_id="%(by)s", cause_id="%(cause)s",
        contact_phone_index="'p' || g %% 40", solved_at=f"CASE WHEN a < 0.9 THEN {done} END",
        solved_by_id=f"CASE WHEN a < 0.9 THEN {by} END", outcome="CASE WHEN a < 0.9 THEN (ARRAY['resolved', 'unfounded', 'explained', 'withdrawn'])[1 + g %% 4] ELSE '' END",
        confirmed_at=f"CASE WHEN {closed} THEN {done} END", confirmed_by_id=f"CASE WHEN {closed} THEN {by} END",
        closed_at=f"CASE WHEN {closed} THEN {done} END", closed_by_id=f"CASE WHEN {closed} THEN {by} END",
        cancelled_at="CASE WHEN a >= 0.9 AND a < 0.95 THEN at END", cancelled_by_id="CASE WHEN a >= 0.9 AND a < 0.95 THEN %(by)s END",
        cancel_reason="CASE WHEN a >= 0.9 AND a < 0.95 THEN '广告' ELSE '' END",
        reopened_count="CASE WHEN g %% 8 = 0 THEN 1 ELSE 0 END", reopened_at=f"CASE WHEN g %% 8 = 0 THEN {done} END",
        reopened_by_id="CASE WHEN g %% 8 = 0 THEN %(by)s END",
    )  # fmt: skip
    _case_events(given)
    entry = "(VALUES ('call_in', 0), ('message_out', 1), ('solution', 2), ('message_in', 3)) AS s(kind, n)"
    fill(
        CaseEntry, f"complaints_case c, {entry} WHERE CASE s.n WHEN 1 THEN c.id %% 3 = 0 WHEN 2 THEN c.solved_at IS NOT NULL WHEN 3 THEN c.id %% 10 = 0 ELSE true END",
        given, case_id="c.id", kind="s.kind", is_reached="CASE WHEN s.kind = 'call_in' THEN true END", by_id="%(by)s",
        at="CASE s.n WHEN 2 THEN c.solved_at WHEN 3 THEN coalesce(c.closed_at, c.created_at) + interval '2 days' ELSE c.created_at + s.n * interval '1 minute' END",
    )  # fmt: skip
    ask = "coalesce(c.closed_at, c.created_at) + s.n * interval '1 hour'"
    fill(
        SatisfactionAsk, "complaints_case c, generate_series(1, 3) AS s(n) WHERE c.state = 'closed' AND c.id %% (s.n + 1) = 0",
        given, case_id="c.id", channel="'web'", asked_at=ask, asked_by_id="%(by)s",
        score="CASE WHEN s.n < 3 THEN 1 + (c.id + s.n) %% 5 END", answered_at=f"CASE WHEN s.n < 3 THEN {ask} + interval '10 minutes' END",
        answered_by_id="CASE WHEN s.n < 3 THEN CASE WHEN c.id %% 3 = 0 THEN c.owner_id ELSE %(public)s END END",
    )  # fmt: skip


def _case_events(given: dict[str, Any]) -> None:
    kinds = """(VALUES ('case.assigned', 0), ('case.assigned', 1), ('case.solved', 2), ('case.solved', 3),
        ('case.reopened', 4), ('case.closed', 5)) AS s(kind, n)"""
    holds = """CASE s.n WHEN 1 THEN c.id %% 6 = 0 WHEN 2 THEN c.solved_at IS NOT NULL WHEN 3 THEN c.reopened_count > 0
        AND c.solved_at IS NOT NULL WHEN 4 THEN c.reopened_count > 0 WHEN 5 THEN c.closed_at IS NOT NULL ELSE true END"""
    when = """CASE s.n WHEN 2 THEN c.solved_at WHEN 3 THEN c.solved_at - interval '2 hours' WHEN 4 THEN
        coalesce(c.closed_at, c.created_at) - interval '1 hour' WHEN 5 THEN c.closed_at ELSE c.created_at END"""
    fill(
        Event, f"complaints_case c, {kinds} WHERE {holds}", given, kind="s.kind", subject_type="'complaints.case'",
        subject_id="c.id::text", at=when, by_id="%(by)s", data="jsonb_build_object('owner', CASE s.n WHEN 1 THEN c.created_by_id ELSE c.owner_id END)",
    )  # fmt: skip


def _clocks(given: dict[str, Any]) -> None:
    fill(
        Matter, "complaints_case c", given, kind="'case'", subject_type="'complaints.case'", subject_id="c.id::text",
        title="c.number", customer_id="c.customer_id", unit_id="c.unit_id", owner_id="c.owner_id", policy_as_of="c.created_at",
        opened_at="c.created_at", opened_by_id="%(by)s", state="'open'",
    )  # fmt: skip
    fill(
        Interval, "complaints_case c JOIN sla_matter m ON m.subject_type = 'complaints.case' AND m.subject_id = c.id::text WHERE c.id %% 3 = 0",
        given, matter_id="m.id", kind="'waiting_customer'", since="c.created_at + interval '1 minute'",
        until="c.created_at + interval '30 minutes'", since_by_id="%(by)s", until_by_id="%(by)s",
    )  # fmt: skip
    source = """(SELECT c.*, m.id AS matter, s.metric, s.n, c.created_at + s.n * interval '3 hours' AS due, random() AS r
        FROM complaints_case c JOIN sla_matter m ON m.subject_type = 'complaints.case' AND m.subject_id = c.id::text,
        (VALUES ('first_word', 1), ('report', 2), ('plan_reply', 3), ('feedback', 8), ('promise', 5)) AS s(metric, n)) x"""
    met, stopped = "r < 0.85", "r >= 0.85 AND r < 0.92"
    fill(
        Clock, source, given, matter_id="matter", metric="metric", kind="'case'", calendar_id="%(calendar)s", calendar_version="1",
        owner_id="owner_id", unit_id="unit_id", started_at="created_at", due_at="due",
        state=f"CASE WHEN {met} THEN 'met' WHEN {stopped} THEN 'stopped' ELSE 'running' END",
        met_at=f"CASE WHEN {met} THEN greatest(created_at, due - interval '2 hours' + r * interval '2.6 hours') END",
        met_by_id=f"CASE WHEN {met} THEN owner_id END", stopped_at=f"CASE WHEN {stopped} THEN created_at END",
        stopped_by_id=f"CASE WHEN {stopped} THEN owner_id END", spent_seconds="CASE WHEN r < 0.92 THEN (r * 9000)::int END",
    )  # fmt: skip


def _calls(size: Size, given: dict[str, Any]) -> None:
    from apps.accounts.models import Unit

    phones = [system(unit=Unit.objects.get(pk=pk)).pk for pk in given["units"][:2]]
    given["systems"] = phones
    source = f"(SELECT g, {at(f'g::float8 / {size.calls}')} AS at, random() AS a, random() AS b FROM generate_series(1, {size.calls}) g) x"
    fill(
        Call, source, given, system_id=pick("systems", "g"), call_id="'k' || g", caller_index="CASE WHEN g %% 3 = 0 THEN 'p' || g %% 40 ELSE '' END",
        direction="CASE WHEN g %% 10 = 0 THEN 'out' ELSE 'in' END", is_hotline="g %% 15 > 0", queue="'hotline'",
        day="(at AT TIME ZONE 'Asia/Shanghai')::date", offered_at="at",
        outcome="CASE WHEN a < 0.8 THEN 'answered' WHEN a < 0.9 THEN 'abandoned' WHEN a < 0.94 THEN 'menu' WHEN a < 0.98 THEN 'timeout' ELSE 'open' END",
        answered_at="CASE WHEN a < 0.8 THEN at + b * interval '35 seconds' END",
        ended_at="CASE WHEN a < 0.98 THEN at + b * interval '35 seconds' + CASE WHEN a < 0.8 THEN interval '3 minutes' ELSE interval '0' END END",
        agent_id=f"CASE WHEN a < 0.8 THEN {pick('agents', 'g')} END", customer_id=f"CASE WHEN g %% 4 = 0 THEN {pick('customers', 'g')} END",
    )  # fmt: skip
    fill(
        CallBack, "hotline_call c WHERE c.outcome = 'timeout'", given, number="''", number_index="'n' || c.id", unit_id=pick("units", "c.id::int"),
        calls="1", opened_at="c.offered_at", last_at="c.offered_at", customer_id="c.customer_id",
        state="(ARRAY['done', 'done', 'unreachable', 'needless'])[1 + c.id %% 4]", ended_at="c.offered_at + interval '20 minutes'", ended_by_id="%(by)s",
    )  # fmt: skip
    fill(
        Matter, "hotline_callback b", given, kind="'call_back'", subject_type="'hotline.callback'", subject_id="b.id::text",
        title="'回电'", unit_id="b.unit_id", policy_as_of="b.opened_at", opened_at="b.opened_at", opened_by_id="%(by)s",
    )  # fmt: skip
    fill(
        Clock, "hotline_callback b JOIN sla_matter m ON m.subject_type = 'hotline.callback' AND m.subject_id = b.id::text", given,
        matter_id="m.id", metric="'response'", kind="'call_back'", calendar_id="%(calendar)s", calendar_version="1", unit_id="b.unit_id",
        started_at="b.opened_at", due_at="b.opened_at + (10 + b.id %% 3 * 15) * interval '1 minute'", state="'met'", met_at="b.ended_at", met_by_id="%(by)s", spent_seconds="1200",
    )  # fmt: skip


def _quality(given: dict[str, Any]) -> None:
    fill(
        ExceptionReport, "tracking_waybill w WHERE w.id %% 17 = 0", given, number="'KX' || w.id", found_by="'own_check'",
        kind="(ARRAY['late', 'lost', 'damaged', 'misrouted'])[1 + w.id / 17 %% 4]", state="'closed'", waybill_id="w.id",
        customer_id="w.customer_id", unit_id="w.responsible_unit_id", title="'异常'", what="''", happened_at="w.issued_at",
        known_at="w.issued_at", known_by_id="%(by)s", reported_at="w.issued_at + (w.id %% 4 * 2) * interval '1 minute'", reported_by_id="%(by)s",
        investigated_at="w.issued_at", investigated_by_id="%(by)s", decided_at="w.issued_at + interval '2 days'", decided_by_id="%(by)s",
        cause_id="%(cause)s", closed_at="w.issued_at + interval '3 days'", closed_by_id="%(by)s", created_at="w.issued_at", created_by_id="%(by)s", version="1",
    )  # fmt: skip
    fill(
        Event, "quality_exceptionreport x WHERE x.id %% 2 = 0", given, kind="'exception.opened'", subject_type="'quality.exceptionreport'",
        subject_id="x.id::text", at="x.reported_at", by_id="%(by)s", data="jsonb_build_object('late_report', x.id %% 6 = 0)",
    )  # fmt: skip
    done = "x.id %% 3 < 2"
    fill(
        CorrectiveAction, "quality_exceptionreport x", given, exception_id="x.id", what="'改'", owner_id=pick("agents", "x.id::int"), due_at="x.decided_at + interval '5 days'",
        done_at=f"CASE WHEN {done} THEN x.decided_at + x.id %% 5 * interval '2 days' END", done_by_id=f"CASE WHEN {done} THEN %(by)s END",
        result=f"CASE WHEN {done} THEN '好' ELSE '' END", checked_at=f"CASE WHEN {done} THEN x.decided_at + interval '12 days' END",
        checked_by_id=f"CASE WHEN {done} THEN %(by)s END", has_worked=f"CASE WHEN {done} THEN x.id %% 4 > 0 END",
        check_note=f"CASE WHEN {done} THEN '看过' ELSE '' END", created_by_id="%(by)s",
    )  # fmt: skip
    version = ArticleVersion.objects.first() or article().versions.first()
    assert version is not None
    given["version"] = version.pk
    fill(
        Opinion, "complaints_case c", given, version_id="%(version)s", who="'user:' || c.id", helped="c.id %% 3 > 0", at="c.created_at",
    )  # fmt: skip
