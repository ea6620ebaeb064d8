"""The same request twice does its work once, also at the same moment."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import IdempotencyRecord, Unit, User
from apps.accounts.services import claim_idempotency_key, sweep_expired
from apps.accounts.tasks import sweep_idempotency_records
from tests.factories.accounts import ServiceUserFactory, bearer
from tests.waiting import LIMIT

urls = pytest.mark.urls("tests.core.api_doors")
pytestmark = [pytest.mark.django_db, urls]
WRITE = "orders:write"


def send(client: Client, headers: dict[str, str], key: str | None, **body: Any) -> Any:
    given = headers if key is None else {**headers, "Idempotency-Key": key}
    return client.post("/api/units", body, content_type="application/json", headers=given)


def test_a_repeat_gets_the_same_answer_and_does_nothing(client: Client) -> None:
    headers = bearer(WRITE)
    first = send(client, headers, "k1", code="A")
    again = send(client, headers, "k1", code="A")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Location"] == first["Location"]
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert Unit.objects.count() == 1


def test_without_a_key_nothing_is_kept(client: Client) -> None:
    assert send(client, bearer(WRITE), None, code="A").status_code == 201
    assert not IdempotencyRecord.objects.exists()


def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    headers = bearer(WRITE)
    send(client, headers, "k1", code="A")
    answer = send(client, headers, "k1", code="B")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Unit.objects.count() == 1


def test_keys_belong_to_their_service_user(client: Client) -> None:
    assert send(client, bearer(WRITE), "k1", code="A").status_code == 201
    assert send(client, bearer(WRITE), "k1", code="B").status_code == 201


def test_what_was_refused_may_be_tried_again_with_the_same_key(client: Client) -> None:
    headers = bearer(WRITE)
    assert send(client, headers, "k1", code="A", refuse=True).status_code == 409
    assert send(client, headers, "k1", code="A", answer_400=True).status_code == 400
    assert not Unit.objects.exists(), "the refused work is undone with its record"
    assert not IdempotencyRecord.objects.exists()
    assert send(client, headers, "k1", code="A").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "k" * 256])
def test_an_unfit_key_is_refused(client: Client, key: str) -> None:
    answer = send(client, bearer(WRITE), key, code="A")
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_idempotency_key"


def test_after_a_day_a_key_is_new(client: Client) -> None:
    headers = bearer(WRITE)
    send(client, headers, "k1", code="A")
    IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert send(client, headers, "k1", code="B").status_code == 201
    assert Unit.objects.count() == 2


def test_what_is_past_keeping_is_swept(client: Client) -> None:
    headers = bearer(WRITE)
    send(client, headers, "k1", code="A")
    assert sweep_idempotency_records() == 0
    day = timezone.now() + timedelta(hours=24, seconds=1)
    assert sweep_expired(at=day) == 1
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_claim_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        claim_idempotency_key(
            user=ServiceUserFactory(), key="k", fingerprint="f", at=timezone.now()
        )


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_do_the_work_once() -> None:
    headers = {**bearer(WRITE), "Idempotency-Key": "same"}
    before = User.objects.count()
    gate = threading.Barrier(16)
    answers: list[Any] = []

    def go() -> None:
        try:
            gate.wait(LIMIT)
            client = Client()
            answers.append(
                client.post("/api/counts", {}, content_type="application/json", headers=headers)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert User.objects.count() == before + 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 15


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_the_first_is_told_so() -> None:
    headers = bearer(WRITE)
    user = User.objects.get(kind="service")
    started, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                claim_idempotency_key(user=user, key="k1", fingerprint="f", at=timezone.now())
                started.set()
                release.wait(LIMIT)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert started.wait(LIMIT)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        answer = send(Client(), headers, "k1", code="A")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        release.set()
        thread.join()
    assert answer.status_code == 409
    assert answer.json()["code"] == "in_progress"
