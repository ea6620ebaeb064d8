"""One demonstration week: every kind of case and exception, clocks that matter, messages in every state,
questions by every way."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO

import pytest
import pytest_django
from django.conf import settings as installation
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.enums import AbsenceKind, Role
from apps.accounts.models import Absence, DutyShift, User
from apps.backoffice.queries.approvals import check_still_approved, waiting_for
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Severity
from apps.complaints.models import Case, CaseEntry
from apps.core import http
from apps.desk.demo.people import PEOPLE
from apps.events.services import relay_batch
from apps.inquiries.enums import BindingState, Way
from apps.inquiries.models import (
    InboundMessage,
    Inquiry,
    Kuaidi100Account,
    Kuaidi100Subscription,
    WeChatBinding,
)
from apps.notifications.enums import ChannelName, DeliveryState, EndpointState, SubscriptionState
from apps.notifications.models import (
    Announcement,
    Delivery,
    PhoneTask,
    Preference,
    Subscription,
    SuppressedAddress,
    WebhookEndpoint,
    WebhookEvent,
)
from apps.notifications.queries.desk import bell
from apps.notifications.services import send_due
from apps.quality.enums import ExceptionKind, ExceptionState, MeetingState
from apps.quality.models import ChaseTask, CorrectiveAction, ExceptionReport, ReviewMeeting
from apps.reports.enums import DailyState, SummaryState
from apps.reports.models import DailyReport, Summary, SummaryReceipt
from apps.reports.rules.summaries import SUMMARY
from apps.shifts.enums import HandoverState, SwapState
from apps.shifts.models import Gap, Handover, Swap
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from tests import databases
from tests.acts import counted

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sent() -> list[str]:
    """The statements that made the week."""
    return []


@pytest.fixture(scope="module")
def one_week(
    sent: list[str],
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[datetime]:
    """Made once, by the command and without asking anybody outside; when."""

    def nobody(*_args: object, **_more: object) -> None:
        raise AssertionError("the demonstration asks nobody outside")

    with django_db_blocker.unblock():
        with pytest.MonkeyPatch.context() as changed:
            # As under bin/up, where a mailbox for what is sent from then on has its address already.
            changed.setattr(installation, "SMS_URL", "http://127.0.0.1:9")
            changed.setattr(installation, "EMAIL_HOST", "127.0.0.1")
            changed.setattr(installation, "WECHAT_APP_ID", "demo")
            changed.setattr(http, "request", nobody)
            changed.setattr(installation, "MEDIA_ROOT", tmp_path_factory.mktemp("week"))
            with counted() as statements:
                call_command("seed_demo", per_day=4, stdout=StringIO())
            sent += statements
        yield timezone.now()
        databases.clean()


# The week of parcels and cases, and what money adds to it: prices, a month of the bank, two of statements, an account
# change whose customers are told, of whom two answer.
WEEK, MONEY = 6_000, 2_200
# Needs, a pattern, a swap, two handovers; courses, exams and four learners; a week of calls.
STAFF = 1_400
# Two appeals, suggestions, praise, surveys in bulk and a quarter's analysis.
OPINIONS = 300
# Two plans with their drills, an incident that is closed and reviewed, one that runs.
INCIDENTS = 400
# A month of figures frozen for five kinds of scopes, and five goals.
FIGURES = 120
# Last month's summaries with their signatures, and yesterday's reports.
SUMMARIES = 160
# Groups of a directory, somebody whom it moved, one left out, one who waits.
DIRECTORY = 155
LIMIT = WEEK + MONEY + STAFF + OPINIONS + INCIDENTS + FIGURES + SUMMARIES + DIRECTORY


def test_it_is_made_in_few_statements(one_week: datetime, sent: list[str]) -> None:
    assert 1_000 < len(sent) <= LIMIT


@pytest.mark.requirement("CMP-1")
def test_a_week_of_cases_and_exceptions(one_week: datetime) -> None:
    now = one_week
    _every_kind_of_case()
    _conversations()
    _clocks(now)
    _exceptions()
    _roster(now)
    _messages(now)


def _every_kind_of_case() -> None:
    for field, values in (
        ("case_class", CaseClass.values),
        ("severity", Severity.values),
        ("channel", CaseChannel.values),
        ("state", CaseState.values),
    ):
        assert set(Case.objects.values_list(field, flat=True)) == set(values), field
    opened = Case.objects.order_by("created_at").values_list("created_at", flat=True)
    assert opened[len(opened) - 1] - opened[0] > timedelta(days=5)
    assert Case.objects.filter(owner=None).count() <= 1, "somebody is there for nearly all"


def _conversations() -> None:
    kinds = Counter(CaseEntry.objects.values_list("kind", flat=True))
    assert min(kinds[kind] for kind in (EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT)) >= 5
    assert kinds[EntryKind.PROMISE] >= 2 and kinds[EntryKind.NOTE] and kinds[EntryKind.REPORT] >= 5
    again = Case.objects.get(reopened_count__gt=0)
    assert list(again.satisfaction_asks.order_by("pk").values_list("score", flat=True)) == [1, 4]
    merged = Case.objects.get(state=CaseState.MERGED)
    assert merged.merged_into is not None and merged.merged_into.is_live


def _clocks(now: datetime) -> None:
    running = Clock.objects.filter(state=ClockState.RUNNING, matter__subject_type="complaints.case")
    late = running.filter(due_at__lt=now)
    assert Metric.PLAN_REPLY in set(late.values_list("metric", flat=True))
    soon = running.filter(due_at__gt=now, due_at__lt=now + timedelta(minutes=30))
    assert {Metric.PLAN_REPLY, Metric.PROMISE} <= set(soon.values_list("metric", flat=True))
    assert Clock.objects.filter(state=ClockState.PAUSED).exists()


def _exceptions() -> None:
    states = set(ExceptionReport.objects.values_list("state", flat=True))
    assert states == set(ExceptionState.values)
    kinds = set(ExceptionReport.objects.values_list("kind", flat=True))
    assert kinds >= {ExceptionKind.LATE, ExceptionKind.DAMAGED, ExceptionKind.BREACH}
    assert any(report.was_reported_late for report in ExceptionReport.objects.all())
    assert ChaseTask.objects.open().exists()
    assert ChaseTask.objects.filter(answered_at__isnull=False).exists()
    actions = CorrectiveAction.objects.values_list("done_at", flat=True)
    assert None in actions and any(actions)
    meetings = {meeting.state: meeting for meeting in ReviewMeeting.objects.all()}
    assert set(meetings) == {MeetingState.HELD, MeetingState.PLANNED}
    assert meetings[MeetingState.HELD].minutes


def _roster(now: datetime) -> None:
    assert DutyShift.objects.filter(starts_at__lt=now, ends_at__gt=now).exists()
    assert Absence.objects.filter(kind=AbsenceKind.AWAY).at(now).count() == 2
    assert Absence.objects.filter(starts_at__gt=now).exists()
    gaps = Gap.objects.filter(closed_at=None)
    assert gaps and set(gaps.values_list("unit__code", flat=True)) == {"BJS"}
    assert {timezone.localtime(gap.starts_at).hour for gap in gaps} == {20}
    assert Swap.objects.get().state == SwapState.ASKED
    states = set(Handover.objects.values_list("state", flat=True))
    assert {HandoverState.ACCEPTED, HandoverState.LAPSED} <= states


@pytest.mark.requirement("REP-3")
def test_last_month_is_signed_and_yesterday_waits_for_remarks(one_week: datetime) -> None:
    states = Counter(Summary.objects.values_list("state", flat=True))
    assert states == {SummaryState.SENT: 2, SummaryState.PROJECT: 1}, "one is with the director"
    for row in Summary.objects.filter(state=SummaryState.SENT):
        check_still_approved(SUMMARY, row)
    assert SummaryReceipt.objects.count() == 1
    boss = User.objects.get(username="linzhuren")
    assert [one.request.kind for one in waiting_for(boss)].count(SUMMARY) == 1
    yesterday = DailyReport.objects.filter(day=timezone.localdate(one_week) - timedelta(days=1))
    assert yesterday.filter(unit__code="SHA", state=DailyState.OPEN, remarks="").exists()


def _messages(now: datetime) -> None:
    days = {timezone.localdate(at) for at in Delivery.objects.values_list("created_at", flat=True)}
    assert len(days) >= 3, "not all of them were made when the database was filled"
    assert not Delivery.objects.filter(created_at__gt=now + timedelta(minutes=5)).exists()


@pytest.mark.requirement("NTF-2")
def test_the_demonstration_shows_every_state(one_week: datetime) -> None:
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == set(DeliveryState.values)
    _merchants_and_people()
    assert set(Inquiry.objects.values_list("way", flat=True)) == set(Way.values)
    assert set(InboundMessage.objects.values_list("way", flat=True)) == {"wechat", "sms", "email"}
    assert WeChatBinding.objects.filter(state=BindingState.ACTIVE).exists()
    assert Kuaidi100Account.objects.count() == 2 and Kuaidi100Subscription.objects.exists()
    # What the months of the demonstration say of statements is passed on by the installation that starts with them.
    while relay_batch():
        pass
    send_due(ChannelName.IN_APP, worker="demonstration", limit=500)
    for username, _name, role, _unit, shown in PEOPLE:
        # The settlement clerk's day is a round, the cashier's is counting: not messages.
        if shown and role not in (Role.SETTLEMENT_CLERK, Role.CASHIER):
            assert bell(User.objects.get(username=username)).latest, username


def _merchants_and_people() -> None:
    endpoints = set(WebhookEndpoint.objects.values_list("state", flat=True))
    assert endpoints >= {EndpointState.ACTIVE, EndpointState.PAUSED}
    assert WebhookEvent.objects.count() > 5
    assert set(Subscription.objects.values_list("state", flat=True)) == set(
        SubscriptionState.values
    )
    assert Announcement.objects.count() == 1
    assert Preference.objects.filter(opted_out=True).exists()
    assert SuppressedAddress.objects.exists()
    assert {"open", "taken", "reached"} <= set(PhoneTask.objects.values_list("state", flat=True))
