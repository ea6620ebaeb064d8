"""Unusual access to account data is told to the safety officer, who judges it (COD-6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import DutyShift, TotpDevice, User
from apps.accounts.services import grant_role, verify_second_factor
from apps.banking.services import reveal_number
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Dispatch, Event
from apps.events.services import record, relay_batch
from apps.notifications.models import Delivery
from apps.safety import services
from apps.safety.enums import AlertKind, AlertState
from apps.safety.models import AlertRule, SecurityAlert
from apps.safety.rules.access import AccountAccess, Known, Limit, is_between, unusual
from tests.factories.accounts import TOTP_KEY, UnitFactory, UserFactory
from tests.factories.banking import bank_account

pytestmark = pytest.mark.requirement("COD-6")
NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)  # 12:00 in Shanghai
REVEAL_RULES = {
    AlertKind.MANY_REVEALS: Limit(5, timedelta(hours=1)),
    AlertKind.MANY_ACCOUNTS: Limit(3, timedelta(days=1)),
    AlertKind.AT_NIGHT: Limit(0, timedelta(hours=1), 21, 7),
    AlertKind.NEWCOMER: Limit(0, timedelta(days=7)),
    AlertKind.OFF_DUTY: Limit(0, timedelta(hours=1)),
}


def reveals(*minutes: int, subject: str = "a") -> list[AccountAccess]:
    return [
        AccountAccess(n, None, 1, NOON + timedelta(minutes=m), subject)
        for n, m in enumerate(minutes)
    ]


def alerts_from(happened: list[AccountAccess], known: Known | None = None) -> list[tuple[str, int]]:
    found = unusual(happened, {h.event for h in happened}, REVEAL_RULES, {1: known or Known()})
    return [(str(one.kind), one.count) for one in found]


def test_one_more_than_usual_within_the_time_is_told() -> None:
    assert alerts_from(reveals(0, 10, 20, 30, 40)) == []
    assert alerts_from(reveals(0, 10, 20, 30, 40, 50)) == [("many_reveals", 6)]
    assert alerts_from(reveals(0, 10, 20, 30, 40, 60)) == [], "an hour is over"


def test_pages_of_many_accounts_are_counted_once_each_and_reveals_apart() -> None:
    kind, limit = AlertKind.MANY_PAGES, {AlertKind.MANY_PAGES: Limit(3, timedelta(hours=1))}
    looks = [
        AccountAccess(n, kind, 1, NOON + timedelta(minutes=10 * n), f"s{n % 4}") for n in range(8)
    ]

    def alert_counts(happened: list[AccountAccess]) -> list[int]:
        fresh = {one.event for one in happened}
        return [one.count for one in unusual(happened, fresh, limit, {1: Known()})]

    assert alert_counts(looks[:3]) == [] and alert_counts(looks[:4]) == [4]
    assert alert_counts([one for one in looks if one.subject == "s0"] * 2) == []
    assert alert_counts(reveals(0, 1, 2, 3)) == [], "numbers in clear have rules of their own"


def test_many_accounts_are_counted_once_each() -> None:
    happened = [
        AccountAccess(n, None, 1, NOON + timedelta(hours=2 * n), f"s{n % 4}") for n in range(4)
    ]
    assert alerts_from(happened) == [("many_accounts", 4)]
    same = [AccountAccess(n, None, 1, NOON + timedelta(hours=2 * n), "s") for n in range(4)]
    assert alerts_from(same) == []


@pytest.mark.parametrize(
    ("hour", "start", "end", "within"),
    [(22, 21, 7, True), (3, 21, 7, True), (7, 21, 7, False), (12, 21, 7, False), (12, 9, 18, True),
     (18, 9, 18, False), (5, 5, 5, False)],
)  # fmt: skip
def test_hours_may_go_over_midnight(hour: int, start: int, end: int, within: bool) -> None:
    assert is_between(hour, start, end) is within


def test_night_newcomers_and_the_roster() -> None:
    night = [AccountAccess(1, None, 1, NOON + timedelta(hours=10), "a")]
    assert alerts_from(night) == [("at_night", 1)]
    assert alerts_from(reveals(0), Known(new_since=NOON - timedelta(days=6))) == [("newcomer", 1)]
    assert alerts_from(reveals(0), Known(new_since=NOON - timedelta(days=8))) == []
    on, off = (
        (NOON - timedelta(hours=1), NOON + timedelta(hours=1)),
        (NOON - timedelta(hours=9), NOON),
    )
    assert alerts_from(reveals(0), Known(shifts=[on])) == []
    assert alerts_from(reveals(0), Known(shifts=[off])) == [("off_duty", 1)]
    assert alerts_from(reveals(0), Known(shifts=None)) == [], (
        "who is on no roster is asked about none"
    )


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(0, 8), st.integers(1, 90))
def test_what_is_told_has_more_than_the_rule_allows(
    minutes: list[int], most: int, within: int
) -> None:
    happened = reveals(*minutes)
    limit = {AlertKind.MANY_REVEALS: Limit(most, timedelta(minutes=within))}
    found = list(unusual(happened, {h.event for h in happened}, limit, {}))
    for one in found:
        assert one.count > most
        assert one.last_at - one.since < timedelta(minutes=within)
    widest = max((sum(a - within < b <= a for b in minutes) for a in minutes), default=0)
    assert bool(found) == (widest > most)


# ---- in the house -----------------------------------------------------------------------------------


@pytest.fixture
def _only(request: pytest.FixtureRequest) -> None:
    AlertRule.objects.exclude(kind__in=request.param).update(is_active=False)


def only(*kinds: AlertKind) -> Any:
    return pytest.mark.parametrize("_only", [kinds], indirect=True)


def finance() -> User:
    found: User = UserFactory(scope=ObjectScope.ALL, roles=[Role.FINANCE])
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("_only")
@only(AlertKind.MANY_REVEALS)
def test_reveals_in_bulk_raise_one_alert_that_the_officer_hears_of_once() -> None:
    officer, by = UserFactory(roles=[Role.SAFETY_OFFICER]), finance()
    account = bank_account(by)
    for _n in range(8):
        reveal_number(account, reason="核对账号", by=by, at=database_now())
    relay_batch()
    alert = SecurityAlert.objects.get()
    assert (alert.kind, alert.person, alert.count) == (AlertKind.MANY_REVEALS, by, 8)
    assert "核对账号" in alert.what
    assert "0123456" not in alert.what, "no number in clear"
    relay_batch()
    assert Event.objects.filter(kind="securityalert.raised").count() == 1
    heard = Delivery.objects.filter(topic="staff.security_alert")
    assert {row.recipient for row in heard} == {f"user:{officer.pk}"}
    # The same events once more, as after a killed relay: nothing new.
    services.judge_events(list(Event.objects.filter(kind="bankaccount.revealed")))
    assert SecurityAlert.objects.get().count == 8


@pytest.mark.django_db
@pytest.mark.usefixtures("_only")
@only(AlertKind.WRONG_CODES, AlertKind.MONEY_ROLE, AlertKind.ATTEMPT_REFUSED, AlertKind.NOT_OURS)
def test_wrong_codes_granted_roles_and_refused_attempts_are_told() -> None:
    by = finance()
    TotpDevice.objects.create(user=by, name="phone", confirmed=True, key=TOTP_KEY)
    for n in range(4):
        TotpDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        with pytest.raises(RuleBroken):
            verify_second_factor(user=by, code=f"00000{n}")
    clerk, admin = UserFactory(), UserFactory(is_superuser=True)
    grant_role(user=clerk, role=Role.CASHIER, unit=UnitFactory(), by=admin)
    grant_role(user=clerk, role=Role.AGENT, unit=UnitFactory(), by=admin)
    record("payee.attempt_refused", clerk, by=clerk, data={"reason": "同一人两次审批"})
    record("account_notice.not_ours", clerk, by=clerk)
    relay_batch()
    found = {alert.kind: alert.count for alert in SecurityAlert.objects.all()}
    assert found == {"wrong_codes": 4, "money_role": 1, "attempt_refused": 1, "not_ours": 1}
    alerts_from = Delivery.objects.filter(topic="staff.security_alert")
    assert not alerts_from.exists(), "nobody is safety officer here"


@pytest.mark.django_db
@pytest.mark.usefixtures("_only")
@only(AlertKind.OFF_DUTY, AlertKind.NEWCOMER)
def test_a_shift_and_the_age_of_a_role_are_read_from_the_house() -> None:
    by, now = finance(), database_now()
    shift = {"role": Role.FINANCE, "unit": UnitFactory(), "made_by": by}
    DutyShift.objects.create(
        user=by, starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=9), **shift
    )
    reveal_number(bank_account(by), reason="核对账号", by=by, at=now)
    relay_batch()
    assert set(SecurityAlert.objects.values_list("kind", flat=True)) == {"off_duty", "newcomer"}


def raised(by: User | None = None) -> SecurityAlert:
    by, now = by or finance(), database_now()
    alert: SecurityAlert = SecurityAlert.objects.create(
        kind=AlertKind.AT_NIGHT, person=by, what="夜里", since=now, last_event_at=now, last_event=1
    )
    return alert


@pytest.mark.django_db
def test_harmless_needs_a_reason_and_more_of_the_same_is_told_anew() -> None:
    alert, officer = raised(), UserFactory()
    with pytest.raises(BadInput):
        services.find_harmless(alert, because="好", by=officer, at=database_now())
    services.find_harmless(alert, because="月末加班，经理知情", by=officer, at=database_now())
    alert.refresh_from_db()
    assert (alert.state, alert.answered_by) == (AlertState.HARMLESS, officer)
    raised(alert.person)
    with pytest.raises(RuleBroken):
        services.find_harmless(alert, because="再说一次就是", by=officer, at=database_now())


@pytest.mark.django_db
def test_investigating_opens_a_serious_exception_once() -> None:
    UnitFactory()
    alert, officer = raised(), UserFactory(roles=[Role.SAFETY_OFFICER])
    report = services.investigate_alert(
        alert, remark="查他为什么夜里看", by=officer, at=database_now()
    )
    assert report.is_serious
    assert alert.person.display_name in report.what
    with pytest.raises(RuleBroken):
        services.investigate_alert(alert, remark="", by=officer, at=database_now())
    assert Event.objects.get(kind="securityalert.investigated").data["exception"] == report.number


@pytest.mark.django_db
def test_nobody_judges_their_own_access_whatever_the_sign_in() -> None:
    person = finance()
    other: User = UserFactory(staff_number=person.staff_number)
    for by in (person, other):
        with pytest.raises(RuleBroken, match=r"本人|own"):
            services.find_harmless(
                raised_once(person), because="我自己没问题", by=by, at=database_now()
            )
        with pytest.raises(RuleBroken):
            services.investigate_alert(raised_once(person), remark="", by=by, at=database_now())


def raised_once(person: User) -> SecurityAlert:
    return SecurityAlert.objects.filter(person=person).first() or raised(person)


@pytest.mark.django_db
def test_a_rule_out_of_force_tells_nothing_and_its_change_is_on_record() -> None:
    officer = UserFactory()
    for rule in AlertRule.objects.all():
        rule.is_active = False
        services.save_rule(rule, by=officer, at=database_now())
    by = finance()
    reveal_number(bank_account(by), reason="核对账号", by=by, at=database_now())
    relay_batch()
    assert not SecurityAlert.objects.exists()
    assert not Dispatch.objects.filter(subscriber__startswith="safety.").exists()
    assert Event.objects.filter(kind="alertrule.changed", by=officer).count() == len(AlertKind)
