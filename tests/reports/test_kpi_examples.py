"""The worked examples of KPIs, and where the house has the same figure elsewhere (REP-4)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.models import Case, SatisfactionAsk
from apps.core.times import day_start
from apps.hotline.enums import Direction
from apps.hotline.queries.board import day_rates
from apps.hotline.rules.rate import Counts
from apps.hotline.services import note_call
from apps.incidents.queries.customers import customers_of
from apps.knowledge.enums import Audience
from apps.knowledge.services import note_search
from apps.quality.models import CorrectiveAction, QuarterlyAnalysis
from apps.reports.enums import ScopeKind
from apps.reports.kpis import COMPANY, KPIS, Period
from apps.reports.queries.figures import FigureRow, figures, rows_page
from apps.reports.queries.subjects import dress
from apps.shifts.queries.figures import cover, taken_over
from apps.tracking.models import Waybill
from apps.tracking.queries.feedback import on_time
from apps.tracking.queries.stage_report import stage_rows
from apps.training.enums import Area
from apps.training.queries import who_may_work
from tests.factories import incidents as snow
from tests.factories import shifts as duty
from tests.factories.accounts import UserFactory, superuser
from tests.factories.claims import Desk, paid
from tests.factories.complaints import Team, case, solved
from tests.factories.months import Size, World, make_month
from tests.factories.tracking import report, waybills

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-4")]


def now_and_here() -> Period:
    """Around today, so that what services do now lies in it."""
    today = timezone.localdate()
    return Period(today - timedelta(days=2), today + timedelta(days=2))


def figure(code: str, period: Period, **more: Any) -> FigureRow:
    return figures([KPIS[code]], ScopeKind.ALL, period, **more)[0]


def ticks(code: str, period: Period) -> tuple[int, int]:
    row = figure(code, period)
    return row.numerator, row.denominator


def test_solved_reopened_and_solved_again() -> None:
    """One closing, two solutions, one reopening, none at the first contact."""
    team = Team()
    made = case(team=team)
    who = {"by": team.agent, "at": timezone.now()}
    solved(made, **who)
    services.reopen_case(case_id=made.pk, reason="还是没有送到", **who)
    solved(made, **who)
    services.confirm_result(case_id=made.pk, score=5, comment="", **who)
    services.close_case(case_id=made.pk, **who)
    period = now_and_here()
    assert ticks("closed", period) == (1, 1)
    assert ticks("solved", period) == (2, 2)
    assert ticks("reopened", period) == (1, 1)
    assert ticks("fcr", period) == (0, 1)


def test_what_one_solved_and_another_solved_again_is_of_each() -> None:
    """A solves, the customer opens it again, B solves, it is closed: closed once for B, solved once each, opened
    again once, held against A (OP10)."""
    team = Team()
    a, b, at = team.agent, team.person(Role.AGENT), timezone.now()
    made = case(team=team)
    solved(made, by=a, at=at)
    services.reopen_case(
        case_id=made.pk, reason="还是没有送到", by=public_user(), at=timezone.now()
    )
    services.assign_case(case_id=made.pk, owner=b, by=team.director, at=timezone.now())
    solved(made, by=b, at=timezone.now())
    services.confirm_result(case_id=made.pk, score=5, comment="", by=b, at=timezone.now())
    services.close_case(case_id=made.pk, by=b, at=timezone.now())
    period = now_and_here()

    def of_agents(code: str) -> dict[int | None, tuple[int, int]]:
        rows = figures([KPIS[code]], ScopeKind.AGENT, period)
        return {row.scope_id: (row.numerator, row.denominator) for row in rows}

    assert of_agents("closed") == {b.pk: (1, 1)}
    assert of_agents("solved") == {a.pk: (1, 1), b.pk: (1, 1)}
    assert of_agents("reopened") == {a.pk: (1, 1)}
    assert ticks("reopened", period) == (1, 1) and ticks("solved", period) == (2, 2)


@pytest.mark.parametrize(
    ("number", "firsts"), [("１３８１２３４５６７８", 0), ("138-1234-5678", 0), ("13900001111", 1)]
)
def test_whoever_calls_again_was_not_served_at_the_first_contact(number: str, firsts: int) -> None:
    """However the phone is written in the log of calls; another person's call is none of the case's."""
    team = Team()
    made = case(team=team, contact_phone="13812345678")
    solved(made)
    services.confirm_result(case_id=made.pk, score=5, comment="", by=team.agent, at=timezone.now())
    services.close_case(case_id=made.pk, by=team.agent, at=timezone.now())
    assert ticks("fcr", now_and_here()) == (1, 1)
    note_call(
        number=number, direction=Direction.IN, offered_at=timezone.now(), is_answered=True, minutes=2,
        note="又来问", by=team.agent, at=timezone.now() + timedelta(seconds=1),
    )  # fmt: skip
    assert ticks("fcr", now_and_here()) == (firsts, 1)


def test_a_closing_counts_even_if_the_case_is_open_again() -> None:
    """Nothing is gained by opening again what was closed: it is a closing, and it was reopened."""
    team = Team()
    made = case(team=team)
    who = {"by": team.agent, "at": timezone.now()}
    solved(made, **who)
    services.confirm_result(case_id=made.pk, score=5, comment="", **who)
    services.close_case(case_id=made.pk, **who)
    assert ticks("fcr", now_and_here()) == (1, 1)
    services.reopen_case(case_id=made.pk, reason="又破了", **who)
    assert ticks("closed", now_and_here()) == (1, 1)
    assert ticks("reopened", now_and_here()) == (1, 1)
    assert ticks("fcr", now_and_here()) == (0, 1)


def test_what_an_agent_types_is_no_satisfaction_of_the_customer() -> None:
    """5, 4, 3 and 1 by customers and 5, 5 typed by an agent: 50.0 %, and 100 % typed beside."""
    team, at = Team(), timezone.now()
    for score, by in ((5, 0), (4, 0), (3, 0), (1, 0), (5, 1), (5, 1)):
        asked = at - timedelta(hours=1)
        SatisfactionAsk.objects.create(
            case=case(team=team), channel="web", asked_at=asked, asked_by=team.agent, score=score,
            answered_at=at, answered_by=team.agent if by else public_user(),
        )  # fmt: skip
    row = figure("csat", now_and_here())
    assert (row.numerator, row.denominator, float(row.value or 0)) == (2, 4, 50.0)
    assert ticks("csat_typed", now_and_here()) == (2, 2)
    assert float(figure("csat_score", now_and_here()).value or 0) == 3.25


def closing_at(instant: datetime) -> Case:
    team = Team()
    made = case(team=team)
    solved(made)
    services.confirm_result(case_id=made.pk, score=5, comment="", by=team.agent, at=timezone.now())
    services.close_case(case_id=made.pk, by=team.agent, at=timezone.now())
    Case.objects.filter(pk=made.pk).update(closed_at=instant)
    return made


def test_days_are_local_and_half_open() -> None:
    """Midnight belongs to the day that begins, a microsecond before it to the one that ends."""
    day = timezone.localdate() - timedelta(days=9)
    midnight = day_start(day)
    for at in (midnight - timedelta(microseconds=1), midnight, day_start(day, 1)):
        closing_at(at)
    assert [ticks("closed", Period.of_day(day + timedelta(days=n)))[1] for n in (-1, 0, 1)] == [
        *(1, 1, 1),
    ]
    assert day_start(day).astimezone(timezone.get_default_timezone()).hour == 0


def test_a_period_of_a_month_has_the_month_before_before_it() -> None:
    assert Period.of_month(date(2026, 3, 15)).before == Period.of_month(date(2026, 2, 1))
    assert Period(date(2026, 3, 3), date(2026, 3, 6)).before == Period(
        date(2026, 2, 28), date(2026, 3, 3)
    )
    with pytest.raises(ValueError, match="day"):
        Period(date(2026, 3, 3), date(2026, 3, 3))


def test_punctuality_is_that_of_the_feedback_sheet() -> None:
    """But for first attempts that failed for the consignee's reason, which the sheet does not know."""
    now = timezone.now()
    made = waybills(4, at=now - timedelta(days=3))
    for row, codes in zip(
        made,
        (["picked_up", "delivered"], ["picked_up"], [], ["picked_up", "delivered"]),
        strict=True,
    ):
        if codes:
            report(row, *codes)
    early, late = now + timedelta(hours=5), now - timedelta(hours=20)
    for row, promise in zip(made, (early, late, late, late), strict=True):
        Waybill.objects.filter(pk=row.pk).update(promised_at=promise, measured_promise_at=None)
    sheet = [on_time(w, now) for w in Waybill.objects.filter(pk__in=[row.pk for row in made])]
    expected = (sheet.count(True), sum(one is not None for one in sheet))
    assert ticks("on_time", now_and_here()) == expected == (1, 4)


@pytest.fixture
def world() -> World:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    return make_month(Size(shipments=150, cases=20, calls=150), last_month)


def test_figures_that_others_have_too_agree(world: World) -> None:
    boss, period = superuser(), world.period
    days = day_rates(period.first, period.last, boss)
    total = sum((row.counts for row in days), Counts())
    assert ticks("answer_rate", period) == (total.answered, total.counted)
    assert ticks("service_level", period) == (total.prompt, total.counted)
    assert abs(float(figure("asa", period).value or 0) - (total.mean_wait or 0)) <= 0.5
    # Of the stages of shipments issued in the days that the report is asked for, all that have ended by then.
    first, last = period.first - timedelta(days=10), period.until + timedelta(days=10)
    wide = Period(first, last + timedelta(days=60))
    report_rows = stage_rows(first, last, user=boss, now=timezone.now())
    for stage in ("pickup", "sort", "line_haul", "delivery"):
        ended = sum(row.ended for row in report_rows if row.stage == stage)
        rows, _next = rows_page(KPIS[f"stage_{stage}"], COMPANY, wide, size=5_000)
        cancelled = set(Waybill.objects.filter(status="cancelled").values_list("pk", flat=True))
        assert ended - len(rows) <= 4 * len(cancelled) and ended >= len(rows) > 0, stage


def test_figures_of_duty_agree() -> None:
    unit = duty.branch()
    agent: User = duty.agent(unit)
    boss = UserFactory()
    now = timezone.now()
    duty.on_duty(agent, unit, now - timedelta(hours=30), now - timedelta(hours=22))
    duty.need(
        unit, boss, at=now - timedelta(days=5), since=timezone.localdate() - timedelta(days=4)
    )
    period = now_and_here()
    found = cover(period.begins, now)
    row = figure("cover", period, at=now)
    assert (row.numerator, row.denominator) == tuple(found) and found.whole > 0
    assert ticks("handover", period) == tuple(taken_over(period.begins, period.ends))
    may = who_may_work([agent.pk], Area.CASES, now - timedelta(hours=30))
    assert ticks("qualified", period) == (len(may), 1)


def test_what_claims_cost() -> None:
    """A damage of ¥80.00 agreed and paid by two people."""
    desk = Desk()
    claim = paid(desk, "80")
    assert claim.waybill_id
    row = figure("claim_paid", now_and_here())
    assert (row.numerator, float(row.value or 0)) == (8_000, 80.0)
    assert ticks("claim_recovered", now_and_here()) == (0, 1)
    assert ticks("claim_time", now_and_here()) == (1, 1)
    assert ticks("claim_pay_time", now_and_here()) == (1, 1)
    assert ticks("damage", now_and_here())[0] == 1
    for code in ("claim_paid", "claim_recovered", "claim_pay_time", "damage", "claim_cost"):
        kpi, period = KPIS[code], now_and_here()
        with connection.cursor() as cursor:
            cursor.execute(kpi.yardstick, kpi.given(period))
            assert ticks(code, period) == cursor.fetchone()[:2], code


def test_who_was_told_of_an_incident_before_they_asked() -> None:
    """Two customers, one of whom asked before they were told; as the incident's own page says."""
    unit, by = snow.unit_with_manager()
    notified, asked = snow.customer(), snow.customer()
    parcels = {one.pk: snow.parcel(customer=one) for one in (notified, asked)}
    case(waybill=parcels[asked.pk], customer=asked)
    Case.objects.update(created_at=timezone.now() - timedelta(minutes=30))
    incident = snow.running(unit, by)
    rows = customers_of(incident, superuser())
    early = [row for row in rows if row.notified_at is not None and not row.asked_before]
    assert ticks("incident_told", now_and_here()) == (len(early), len(rows)) == (1, 2)
    found, _next = rows_page(KPIS["incident_told"], COMPANY, now_and_here(), only="good")
    assert [row.customer_id for row in found] == [notified.pk]
    assert (
        figures([KPIS["incident_told"]], ScopeKind.CUSTOMER, now_and_here(), [asked.pk])[
            0
        ].numerator
        == 0
    )


def test_searches_in_vain_of_all_searches() -> None:
    """Three searches, one in vain, whose words stand behind the figure; one letter is no search."""
    at = timezone.now()
    how: dict[str, Any] = {"audience": Audience.INTERNAL, "language": "zh-hans", "at": at}
    for text, found in (("理赔", True), ("冷链", False), ("破损", True), ("冷", False)):
        note_search(text, found=found, **how)
    assert ticks("kb_miss", now_and_here()) == (1, 3)
    rows, _next = rows_page(KPIS["kb_miss"], COMPANY, now_and_here(), only="good")
    assert [one.label for one in dress(rows)] == ["冷链"]


def test_an_action_of_an_analysis_counts_among_the_actions() -> None:
    at = timezone.now()
    analysis = QuarterlyAnalysis.objects.create(
        quarter=timezone.localdate(at).replace(month=1, day=1),
        findings="晚班来电多",
        written_at=at,
        written_by=UserFactory(),
        created_by=UserFactory(),
    )
    CorrectiveAction.objects.create(
        analysis=analysis, what="晚班加一人", owner=UserFactory(), due_at=at - timedelta(hours=1), created_by=UserFactory()
    )  # fmt: skip
    assert ticks("actions_done", now_and_here()) == (0, 1)
    rows, _next = rows_page(KPIS["actions_done"], COMPANY, now_and_here())
    assert [one.what for one in dress(rows)] == ["晚班加一人"]
