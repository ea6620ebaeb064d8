"""Is a notice ours? Three answers, the same work for each, and nothing about anybody (COD-6)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.account_changes.enums import NoticeAnswer
from apps.account_changes.models import CampaignRecipient, NoticeCheck
from apps.account_changes.rules.notice_codes import LENGTH, LETTERS, code_from, grouped, read_code
from apps.account_changes.services import campaigns, changes
from apps.account_changes.services.campaigns import check_notice
from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.notifications.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import code, customer, recipient_of, sent_campaign
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]
A = NoticeAnswer
HOME = "203.0.113.7"


@pytest.fixture
def row(db: None) -> CampaignRecipient:
    one = customer()
    return recipient_of(sent_campaign(), one)


def asks(typed: str, digits: str, address: str = HOME) -> NoticeAnswer:
    return check_notice(typed, digits, address=address, at=timezone.now())


@given(st.integers(min_value=0, max_value=2**128))
def test_a_code_is_read_however_it_is_typed_and_one_slip_is_seen(bits: int) -> None:
    made = code_from(bits)
    assert len(made) == LENGTH and read_code(made) == made
    typed = grouped(made).lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert read_code(typed) == made
    for place in (0, 7, LENGTH - 1):
        other = LETTERS[(LETTERS.index(made[place]) + 1) % len(LETTERS)]
        assert read_code(made[:place] + other + made[place + 1 :]) == ""


def test_genuine_not_ours_and_expired(row: CampaignRecipient) -> None:
    tail = row.account.tail
    assert asks(grouped(code(row)).lower(), tail) == A.GENUINE
    wrong = f"{(int(tail) + 1) % 10_000:04d}"
    assert asks(code(row), wrong) == A.NOT_OURS
    assert asks(code_from(4711), tail) == A.NOT_OURS
    assert asks("whatever", tail) == A.NOT_OURS
    kinds = set(
        Event.objects.filter(kind__startswith="account_notice.").values_list("kind", flat=True)
    )
    assert {"account_notice.genuine", "account_notice.not_ours"} <= kinds
    assert NoticeCheck.objects.filter(answer=A.NOT_OURS).count() == 3


def test_a_notice_expires_with_its_time_and_with_its_project(row: CampaignRecipient) -> None:
    project, tail, now = row.campaign.project, row.account.tail, timezone.now()
    later = row.campaign.valid_until
    assert check_notice(code(row), tail, address=HOME, at=later) == A.EXPIRED
    changes.call_off_change(project, reason="不换了", by=system_user("tests"), at=now)
    assert asks(code(row), tail) == A.EXPIRED


def test_it_counts_while_the_account_is_the_answer() -> None:
    one, now, by = customer(), timezone.now(), system_user("tests")
    long_ago = now - timedelta(days=20)
    row = recipient_of(sent_campaign(at=long_ago), one)
    project, tail = row.campaign.project, row.account.tail
    assert asks(code(row), tail) == A.GENUINE, "late, but it has not started"
    campaigns.hand_over_to_agents()
    changes.start_change(project, by=by, at=now - timedelta(days=1))
    assert asks(code(row), tail) == A.GENUINE
    changes.roll_back_change(project, reason="到账更慢", by=by, at=now)
    assert asks(code(row), tail) == A.EXPIRED


@pytest.mark.parametrize(
    ("typed", "digits", "field"),
    [(" ", "1234", "code"), ("x", "123", "digits"), ("x", "12345", "digits"), ("x", "", "digits")],
)
def test_what_is_missing_is_named_and_not_looked_up(typed: str, digits: str, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        asks(typed, digits)
    assert refusal.value.field == field
    assert not NoticeCheck.objects.exists()


def test_digits_of_a_chinese_keyboard_are_digits(row: CampaignRecipient) -> None:
    wide = "".join(chr(ord("０") + int(digit)) for digit in row.account.tail)
    assert asks(code(row), wide) == A.GENUINE


def test_every_wrong_answer_costs_the_same_statements(row: CampaignRecipient) -> None:
    def statements(typed: str, digits: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            asks(typed, digits)
        return [one["sql"].split()[0] for one in asked]

    wrong = f"{(int(row.account.tail) + 1) % 10_000:04d}"
    statements("warm", "0000")
    unknown, known = statements(code_from(1), wrong), statements(code(row), wrong)
    malformed = statements("not a code at all", wrong)
    assert unknown == known == malformed


def test_not_ours_tells_the_safety_officer_once_a_day_for_each_code() -> None:
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    asks("FORGED", "1234")
    asks("FORGED", "1235")
    asks("ANOTHER", "1234")
    relay_all()
    bells = Delivery.objects.filter(topic="staff.notice_not_ours", channel="in_app")
    assert [bell.recipient for bell in bells] == [f"user:{officer.pk}"] * 2


def test_right_answers_use_up_no_tries(row: CampaignRecipient) -> None:
    for _n in range(25):
        assert asks(code(row), row.account.tail) == A.GENUINE
    for n in range(20):
        asks(f"guess {n}", "0000")
    with pytest.raises(RuleBroken) as refusal:
        asks(code(row), row.account.tail)
    assert refusal.value.code == "too_many"
