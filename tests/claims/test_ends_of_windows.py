"""Where a window ends: the day of a limit, a month of payments, the days of a leap year; and instalments to the last fen
(CMP-6)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.claims import services
from apps.claims.enums import ClaimState
from apps.claims.models import ClaimPayment
from apps.claims.queries.money import paid_out, taken_sum, unsettled
from apps.claims.queries.rules import rule_for
from apps.core.errors import RuleBroken
from apps.core.times import day_start
from tests.claims.test_claims import rule
from tests.factories import claims as f

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
D = Decimal
MINUTE = timedelta(minutes=1)


def leap_year() -> int:
    """The next one that begins after today."""
    year = timezone.localdate().year + 1
    while year % 4 or (year % 100 == 0 and year % 400):
        year += 1
    return year


def test_the_day_of_a_limit_ends_at_midnight_of_new_year_here(desk: f.Desk) -> None:
    """16:00 UTC on 31 December is the first of January here."""
    new_year = day_start(date(timezone.localdate().year + 1, 1, 1))
    claims = [f.assessed(desk, "1000") for _n in range(6)]
    rows = [claim.assessments.get() for claim in claims]
    for row in rows[:5]:
        services.approve_claim(
            claim_id=row.claim_id, assessment_id=row.pk, by=desk.director, at=new_year - MINUTE
        )
    last = {"claim_id": rows[5].claim_id, "assessment_id": rows[5].pk, "by": desk.director}
    with pytest.raises(RuleBroken) as refusal:
        services.approve_claim(**last, at=new_year - MINUTE)
    assert refusal.value.code == "day_used_up"
    claim = services.approve_claim(**last, at=new_year)
    assert claim.decisions.get().day == timezone.localdate(new_year)


@pytest.mark.parametrize(
    ("years", "promised", "arrived", "late"),
    [
        (0, (2, 28), (3, 1), 2),
        (1, (2, 28), (3, 1), 1),
        (0, (2, 29), (3, 1), 1),
        (0, (12, 31), (12, 31), 0),
    ],
)
def test_days_late_are_days_of_the_calendar(
    desk: f.Desk, years: int, promised: tuple[int, int], arrived: tuple[int, int], late: int
) -> None:
    """Promised by the last minute of a day, and not there in the first of another."""
    year = leap_year() + years
    parcel = desk.shipment(promised_at=day_start(date(year, *promised), 1) - MINUTE)
    at = day_start(date(year, *arrived)) + MINUTE
    new = f.new_claim(desk, waybill=parcel, shown=f.shown(at=at))
    assert services.file_claim(new=new, by=desk.agent, at=at).days_late == late


def test_a_rule_holds_on_the_leap_day(desk: f.Desk) -> None:
    first = date(leap_year(), 2, 29)
    values = rule(customer=desk.customer, since=first, until=first + timedelta(days=1))
    own = services.publish_rule(values=values, by=desk.manager, at=timezone.now())
    days = [
        rule_for("damage", "uninsured", desk.customer, first + timedelta(n)) for n in (-1, 0, 1)
    ]
    assert [found == own for found in days] == [False, True, False]


def test_ten_days_of_notice_are_counted_over_the_leap_day(desk: f.Desk) -> None:
    at = day_start(date(leap_year(), 2, 20))
    since = date(leap_year(), 3, 1)
    assert services.publish_rule(values=rule(since=since), by=desk.manager, at=at).since == since
    late = rule(kind="loss", since=since - timedelta(days=1))
    with pytest.raises(RuleBroken) as refusal:
        services.publish_rule(values=late, by=desk.manager, at=at)
    assert refusal.value.code == "notice_too_short"


@pytest.mark.parametrize("month", [date(2024, 2, 1), date(2025, 2, 1), date(2025, 12, 1)])
def test_a_month_of_payments_ends_where_the_next_begins(desk: f.Desk, month: date) -> None:
    following = (month + timedelta(days=31)).replace(day=1)
    claim = f.paid(desk)
    payments = ClaimPayment.objects.filter(claim=claim)
    for moment, its_month in (
        (day_start(month), month),
        (day_start(following) - MINUTE, month),
        (day_start(following), following),
    ):
        payments.update(paid_at=moment)
        for one in (month, following):
            named = paid_out(one, timezone.now()).filter(claim=claim).exists()
            assert named == (one == its_month)


def test_what_was_filed_in_the_last_minute_of_a_year_stands_in_its_way(desk: f.Desk) -> None:
    december = date(timezone.localdate().year, 12, 1)
    midnight = day_start(date(december.year + 1, 1, 1))
    f.filed(desk, waybill=desk.shipment())
    late = services.file_claim(
        new=f.new_claim(desk, shown=f.shown(at=midnight)), by=desk.agent, at=midnight
    )
    found = {one.id for one in unsettled([desk.customer.pk], december)}
    assert len(found) == 1 and late.pk not in found
    january = date(december.year + 1, 1, 1)
    assert late.pk in {one.id for one in unsettled([desk.customer.pk], january)}


def test_instalments_to_the_last_fen(desk: f.Desk) -> None:
    """A third three times, and one fen that is left over; never a fen more."""
    claim = f.agreed(desk, "100.01")
    for part, left in (("33.33", D("66.68")), ("33.34", D("33.34")), ("33.33", D("0.01"))):
        with pytest.raises(RuleBroken) as refusal:
            f.plan(claim, desk.agent, str(services.left_of(claim) + D("0.01")))
        assert refusal.value.code == "above_approved"
        f.release(f.plan(claim, desk.agent, part), desk.director)
        claim = f.fresh(claim)
        assert services.left_of(claim) == left
        assert taken_sum(claim) + left == claim.approved and claim.state == ClaimState.AGREED
    f.release(f.plan(claim, desk.agent), desk.director)
    claim = f.fresh(claim)
    assert claim.state == ClaimState.PAID and taken_sum(claim) == claim.approved == D("100.01")
    sums = claim.payments.order_by("pk").values_list("amount", flat=True)
    assert list(sums) == [D("33.33"), D("33.34"), D("33.33"), D("0.01")]
