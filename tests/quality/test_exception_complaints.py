"""Complaints that meet an exception which is known already, and what that changes (CMP-4, CMP-5)."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apps.complaints.enums import CaseClass
from apps.complaints.models import Case
from apps.core.errors import RuleBroken
from apps.quality import services
from apps.quality.enums import ExceptionMatter
from apps.quality.models import ExceptionReport
from apps.sla.enums import Metric
from apps.sla.models import Clock
from apps.tracking.enums import Reason, Status
from apps.tracking.models import Waybill
from tests.at_once import all_at_once
from tests.complaints.conftest import kinds_of
from tests.factories.accounts import UserFactory
from tests.factories.complaints import case, exception, follow_trouble, who
from tests.factories.notifications import relay_all
from tests.factories.sla import publish, target
from tests.factories.tracking import waybill
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("CMP-5")
def test_a_complaint_about_the_shipment_belongs_to_its_open_exception_and_makes_it_serious() -> (
    None
):
    parcel = waybill()
    report = exception(waybill=parcel)
    asked = case(waybill=parcel, case_class=CaseClass.INQUIRY)
    relay_all()
    report.refresh_from_db()
    assert report.case is None, "a question is no complaint"
    complained = case(waybill=parcel, case_class=CaseClass.COMPLAINT)
    relay_all()
    report.refresh_from_db()
    assert (report.case, report.is_serious) == (complained, True)
    with pytest.raises(RuleBroken):
        services.put_right(exception_id=report.pk, line="当场补绑", **who())
    case(waybill=parcel, case_class=CaseClass.COMPLAINT)
    relay_all()
    report.refresh_from_db()
    assert report.case == complained and asked != complained, "the first one stays"


@pytest.mark.requirement("CMP-4")
def test_what_turns_serious_runs_by_the_policy_for_serious_ones() -> None:
    hour = timedelta(hours=1)
    publish(
        target(Metric.SOLUTION, 2 * hour),
        kind=ExceptionMatter.EXCEPTION,
        conditions={"severities": ["major"]},
    )
    report = exception()
    clocks = Clock.objects.filter(
        matter__subject_type=report._meta.label_lower, matter__subject_id=str(report.pk)
    )
    assert not clocks.filter(seconds=7200).exists()
    services.judge_seriousness(exception_id=report.pk, is_serious=True, reason="货值高", **who())
    clock = clocks.get(metric=Metric.SOLUTION)
    assert clock.due_at == report.known_at + 2 * hour


def complaint(parcel: Waybill) -> Case:
    return case(waybill=parcel, case_class=CaseClass.COMPLAINT)


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> None:
    """``second`` comes while ``first`` has done its work and not committed: it has to wait for it."""
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            second()
        except BaseException as error:
            trouble.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        end = time.monotonic() + LIMIT
        while not _waits_for_a_lock():
            assert thread.is_alive() and time.monotonic() < end, "the second did not wait"
            time.sleep(0.02)
    thread.join(LIMIT)
    assert not thread.is_alive() and not trouble, trouble


def follow(of: Case) -> Callable[[], Any]:
    by = UserFactory()
    return lambda: services.follow_complaint(case_id=of.pk, by=by, at=timezone.now())


def find_damaged(parcel: Waybill) -> Callable[[], Any]:
    by, now = UserFactory(), timezone.now()
    found: dict[str, Any] = {"status": Status.EXCEPTION, "reason": Reason.DAMAGED}
    return lambda: follow_trouble(
        waybill_id=parcel.pk, **found, happened_at=now, by=by, at=timezone.now()
    )


def linked(report: ExceptionReport) -> int:
    return kinds_of(report).count("exception.case_linked")


@pytest.mark.requirement("CMP-5")
@pytest.mark.django_db(transaction=True)
def test_of_two_complaints_at_once_the_first_stays_with_the_exception() -> None:
    parcel = waybill()
    report = exception(waybill=parcel)
    first, second = complaint(parcel), complaint(parcel)
    one_after_the_other(follow(first), follow(second))
    report.refresh_from_db()
    assert report.case == first and linked(report) == 1
    assert ExceptionReport.objects.open().get(waybill=parcel) == report


@pytest.mark.requirement("CMP-5")
@pytest.mark.requirement("TRK-7")
@pytest.mark.django_db(transaction=True)
def test_a_complaint_joins_an_exception_that_is_being_opened_at_that_moment() -> None:
    parcel = waybill()
    complained: list[Case] = []

    def complain() -> None:
        """The exception has looked for complaints by now, and found none."""
        complained.append(complaint(parcel))
        follow(complained[0])()

    one_after_the_other(find_damaged(parcel), complain)
    report = ExceptionReport.objects.open().get(waybill=parcel)
    assert [report.case] == complained and report.is_serious


@pytest.mark.requirement("CMP-5")
@pytest.mark.requirement("TRK-7")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(4))
def test_complaints_and_the_house_itself_at_once_make_one_exception(_round: int) -> None:
    parcel = waybill()
    made = [complaint(parcel), complaint(parcel)]
    acts = [follow(made[0]), find_damaged(parcel), follow(made[1]), find_damaged(parcel)]
    assert all_at_once(*acts) == [None] * 4
    report = ExceptionReport.objects.get(waybill=parcel)
    assert report.case in made and report.is_serious and linked(report) <= 1
    assert kinds_of(report).count("exception.opened") == 1
    assert (
        Clock.objects.filter(matter__subject_id=str(report.pk), metric=Metric.REPORT).count() == 1
    )
