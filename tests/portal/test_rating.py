"""How satisfied they are: one page, one click, once (CMP-7)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.complaints import services
from apps.complaints.enums import CaseState
from apps.complaints.models import Case, SatisfactionAsk
from apps.complaints.queries.satisfaction import token_of
from apps.events.models import Event
from tests.factories.complaints import case_in, solved, who

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-7")]


def ask(of: Case) -> SatisfactionAsk:
    return services.ask_satisfaction(case_id=of.pk, by=who()["by"], at=timezone.now())


@pytest.fixture
def asked() -> SatisfactionAsk:
    return ask(solved(case_in(CaseState.OPEN)))


def post(client: Client, of: SatisfactionAsk, **data: Any) -> Any:
    return client.post(f"/rate/{token_of(of)}", data)


def test_looking_answers_nothing(client: Client, asked: SatisfactionAsk) -> None:
    for method in (client.get, client.head):
        assert method(f"/rate/{token_of(asked)}?score=5").status_code == 200
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_one_click_confirms_the_result(client: Client, asked: SatisfactionAsk) -> None:
    assert post(client, asked, score="5", comment="很快").status_code == 303
    asked.refresh_from_db()
    assert (asked.score, asked.comment) == (5, "很快")
    case = asked.case
    assert case.confirmed_at is not None and case.satisfied_score == 5
    assert "谢谢" in client.get(f"/rate/{token_of(asked)}").content.decode()


def test_a_dissatisfied_answer_reopens_and_the_second_one_escalates(
    client: Client, asked: SatisfactionAsk
) -> None:
    post(client, asked, score="2", comment="还是没送到")
    case = Case.objects.get(pk=asked.case_id)
    assert (case.state, case.reopened_count) == (CaseState.OPEN, 1)
    page = client.get(f"/rate/{token_of(asked)}").content.decode()
    assert "重新处理" in page and "/case/" in page
    again = ask(solved(case))
    post(client, again, score="1")
    assert Event.objects.filter(kind="case.escalated", subject_id=str(case.pk)).exists()


def test_it_counts_once(client: Client, asked: SatisfactionAsk) -> None:
    post(client, asked, score="5")
    assert post(client, asked, score="1").status_code == 200
    asked.refresh_from_db()
    assert asked.score == 5 and asked.case.state == CaseState.SOLVED


def test_it_expires(client: Client, asked: SatisfactionAsk) -> None:
    SatisfactionAsk.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - timedelta(days=31))
    answer = post(client, asked, score="1")
    assert answer.status_code == 200 and "评价已过期" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None


@pytest.mark.parametrize("score", ["", "0", "6", "5.0", "五", "-1"])
def test_what_is_no_score_is_refused(client: Client, asked: SatisfactionAsk, score: str) -> None:
    answer = post(client, asked, score=score, comment="留着")
    assert answer.status_code == 422 and "留着" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None


@pytest.mark.requirement("TRK-10")
def test_links_cannot_be_guessed(client: Client, asked: SatisfactionAsk, settings: Any) -> None:
    token = token_of(asked)
    other = ask(solved(case_in(CaseState.OPEN)))
    number, _dash, seal = token.partition("-")
    for text in (number, f"{number}-", f"{other.pk}-{seal}", f"{token}x", f"-{seal}", "9" * 30):
        assert client.get(f"/rate/{text}").status_code == 404, text
    settings.PUBLIC_MISSES_PER_WINDOW = 1
    client.get("/rate/1-x")
    assert client.get(f"/rate/{token}").status_code == 429


def test_a_forged_request_is_refused(asked: SatisfactionAsk) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/rate/{token_of(asked)}", {"score": "5"}).status_code == 403
