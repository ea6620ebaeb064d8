"""One answer for all: masked, limited, recorded without saying who asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.backoffice.models import WindowCount
from apps.backoffice.services import purge_counts
from apps.core.crypto import blind_index
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Outcome, Way
from apps.inquiries.models import Inquiry
from apps.inquiries.saying import few_lines, one_line
from apps.inquiries.services.answering import answer
from apps.inquiries.services.counting import LIMITS
from apps.tracking.numbers import compose, new_key
from tests.factories.tracking import CONSIGNEE_PHONE, SENDER_PHONE, report, waybill
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db
SOMEBODY = Asker(Way.WECHAT, "o-1", "zh-hans")


@pytest.mark.requirement("TRK-8")
def test_a_known_shipment_is_answered_and_the_question_kept() -> None:
    shipment = report(waybill(), "picked_up", "departed")
    result = answer(f"  {shipment.number.lower()} ", SOMEBODY)
    assert result.outcome == Outcome.ANSWERED
    assert result.shipment is not None
    assert result.shipment.status == shipment.status
    kept = Inquiry.objects.get()
    assert (kept.number, kept.way, kept.outcome) == (shipment.number, Way.WECHAT, Outcome.ANSWERED)
    assert "o-1" not in kept.asker


@pytest.mark.requirement("TRK-10")
def test_a_stranger_sees_no_person_and_a_party_does() -> None:
    shipment = report(waybill(), "picked_up")
    masked = few_lines(answer(shipment.number, SOMEBODY))
    for secret in ("王小明", "李小红", "建国路", "13800138001", "8001", "9002"):
        assert secret not in masked
    index = blind_index(f"+86{CONSIGNEE_PHONE}", "phone")
    result = answer(shipment.number, Asker(Way.WECHAT, "o-2", phone_index=index))
    assert result.outcome == Outcome.DETAILED
    assert "李小红" in few_lines(result)
    assert "9002" not in few_lines(result), "the digits are the key to the page"
    other = answer(
        shipment.number, Asker(Way.WECHAT, "o-3", phone_index=blind_index("+861", "phone"))
    )
    assert other.party is None


def test_unknown_and_impossible_numbers() -> None:
    known = waybill().number
    wrong = known[:-1] + str((int(known[-1]) + 1) % 10)
    assert answer(wrong, SOMEBODY).outcome == Outcome.NOT_A_NUMBER
    assert answer("", SOMEBODY).outcome == Outcome.NOT_A_NUMBER
    assert not Inquiry.objects.exclude(number="").exists(), "it could have been anything"


@pytest.mark.requirement("TRK-10")
def test_whoever_asks_about_nothing_too_often_learns_nothing_more() -> None:
    key, real = new_key(), waybill().number
    most = LIMITS[Way.WECHAT].missed
    outcomes = [
        answer(compose(settings.WAYBILL_PREFIX, n, key), SOMEBODY).outcome for n in range(most + 1)
    ]
    assert outcomes[:most] == [Outcome.UNKNOWN] * most
    assert outcomes[most] == Outcome.LIMITED
    assert answer(real, SOMEBODY).outcome == Outcome.LIMITED, "hit or miss, all the same"
    assert answer(real, Asker(Way.WECHAT, "o-other")).outcome == Outcome.ANSWERED


def test_questions_are_limited_by_a_sliding_window() -> None:
    number, limit = waybill().number, LIMITS[Way.SMS]
    asker, at = Asker(Way.SMS, "+8613"), timezone.now().replace(minute=30)
    outcomes = [answer(number, asker, at=at).outcome for _n in range(limit.asked + 1)]
    assert outcomes.count(Outcome.ANSWERED) == limit.asked
    assert outcomes[-1] == Outcome.LIMITED
    assert answer(number, asker, at=at + timedelta(hours=3)).outcome == Outcome.ANSWERED
    assert not any("+8613" in row.key for row in WindowCount.objects.all())
    assert purge_counts(at=at + timedelta(days=9)) > 0


def test_an_answer_costs_a_fixed_number_of_queries() -> None:
    one, many = report(waybill(), "picked_up"), report(waybill(), "picked_up", "sorted", "departed")
    counts = []
    for number in (one.number, many.number):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer(number, SOMEBODY)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


def test_words_in_both_languages() -> None:
    from django.utils import translation

    result = answer(report(waybill(), "picked_up").number, SOMEBODY)
    with translation.override("en"):
        assert "Picked up" in one_line(result)
    with translation.override("zh-hans"):
        assert "揽收" in one_line(result)


@pytest.mark.requirement("TRK-10")
def test_a_bound_phone_opens_its_half_alone() -> None:
    shipment = report(waybill(), "picked_up")
    index = blind_index(f"+86{SENDER_PHONE}", "phone")
    pushed_mark = few_lines(answer(shipment.number, Asker(Way.WECHAT, "o-4", phone_index=index)))
    assert "王小明" in pushed_mark and "漕溪北路" in pushed_mark
    assert not any(word in pushed_mark for word in ("李小红", "建国路", "139"))
    assert "李*" in pushed_mark


def test_refused_questions_do_not_make_the_wait_longer() -> None:
    number, limit = waybill().number, LIMITS[Way.SMS]
    asker, at = Asker(Way.SMS, "+8613"), timezone.now().replace(minute=0)
    for _n in range(limit.asked):
        answer(number, asker, at=at)
    for minute in range(0, 60, 2):
        answer(number, asker, at=at + timedelta(minutes=minute))
    later = answer(number, asker, at=at + timedelta(minutes=64))
    assert later.outcome == Outcome.ANSWERED


@pytest.mark.requirement("TRK-10")
@pytest.mark.django_db(transaction=True)
def test_misses_at_the_same_moment_are_all_counted_before_they_are_told() -> None:
    key, most = new_key(), LIMITS[Way.WECHAT].missed
    at_once = most + 8
    ready = Barrier(at_once)

    def ask(n: int) -> Outcome:
        ready.wait(LIMIT)
        try:
            return answer(compose(settings.WAYBILL_PREFIX, n, key), SOMEBODY).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        pushed_mark = list(pool.map(ask, range(at_once)))
    assert pushed_mark.count(Outcome.UNKNOWN) == most
    assert pushed_mark.count(Outcome.LIMITED) == at_once - most
