"""Every refusal of the API has one shape, and tells nothing of the inside."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.core.crypto import decrypt, encrypt
from tests.factories.accounts import UnitFactory, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api_doors")]
READ, WRITE = "orders:read", "orders:write"


def check(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert body["status"] == status and body["code"] == code
    assert body["type"] == f"urn:yipiao:problem:{code}"
    assert body["title"]
    return body


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("rule", 409, "handover_missing"),
        ("input", 400, "bad_row"),
        ("missing", 404, "not_found"),
        ("gone", 404, "not_found"),
        ("denied", 403, "permission_denied"),
        ("suspicious", 400, "bad_request"),
        ("throttled", 429, "throttled"),
        ("busy", 503, "busy"),
    ],
)
def test_what_is_raised_becomes_a_problem(
    client: Client, what: str, status: int, code: str
) -> None:
    check(client.get(f"/api/raise/{what}", headers=bearer(READ)), status, code)


def test_a_rule_names_the_field_and_an_input_its_row(client: Client) -> None:
    rule = client.get("/api/raise/rule", headers=bearer(READ)).json()
    assert rule["errors"] == [
        {"field": "customer", "row": None, "code": "handover_missing", "detail": "先补交接表"}
    ]
    given = client.get("/api/raise/input", headers=bearer(READ)).json()
    assert given["errors"][0]["row"] == 7


def test_a_bug_is_a_500_that_tells_nothing_and_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    answer = client.get("/api/raise/bug", headers=bearer(READ))
    check(answer, 500, "server_error")
    assert "secret" not in answer.content.decode() and "ZeroDivision" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_a_bug_still_fails_a_test_that_meets_it(client: Client) -> None:
    with pytest.raises(ZeroDivisionError):
        client.get("/api/raise/bug", headers=bearer(READ))


def test_the_time_to_wait_is_told(client: Client) -> None:
    assert client.get("/api/raise/throttled", headers=bearer(READ))["Retry-After"] == "8"
    assert client.get("/api/raise/busy", headers=bearer(READ))["Retry-After"] == "2"


def test_each_field_at_fault_is_named(client: Client) -> None:
    sent = {"pieces": [{"number": "1", "weight_g": 5}, {"number": "2", "weight_g": 0}]}
    answer = client.post(
        "/api/shipments", sent, content_type="application/json", headers=bearer(WRITE)
    )
    errors = {(e["field"], e["code"]) for e in check(answer, 400, "invalid")["errors"]}
    assert errors == {("name", "required"), ("pieces.1.weight_g", "min_value")}


def test_in_a_list_the_row_is_counted_from_one(client: Client) -> None:
    good = {"name": "a", "pieces": []}
    sent = [good, {"name": "b"}, {"name": "whole", "pieces": []}]
    answer = client.post(
        "/api/shipments", sent, content_type="application/json", headers=bearer(WRITE)
    )
    errors = check(answer, 400, "invalid")["errors"]
    assert [(e["row"], e["field"], e["code"]) for e in errors] == [
        (2, "pieces", "required"),
        (3, "", "whole"),
    ]


@pytest.mark.parametrize("sent", [b"{", b"\xff\xfe", b'{"name": NaN', b"[" * 100])
def test_what_is_not_json_is_refused(client: Client, sent: bytes) -> None:
    answer = client.post(
        "/api/shipments", sent, content_type="application/json", headers=bearer(WRITE)
    )
    check(answer, 400, "parse_error")


def test_another_media_type_is_refused(client: Client) -> None:
    answer = client.post("/api/shipments", b"<a/>", content_type="text/xml", headers=bearer(WRITE))
    check(answer, 415, "unsupported_media_type")


def test_an_answer_in_another_type_cannot_be_had(client: Client) -> None:
    headers = {**bearer("waybills:read"), "Accept": "text/csv"}
    check(client.get("/api/shipments", headers=headers), 406, "not_acceptable")


def test_another_method_is_refused_and_the_right_ones_named(client: Client) -> None:
    answer = client.delete("/api/raise/rule", headers=bearer(READ))
    # No scope is stated for the method, so it is refused before it is known not to exist.
    check(answer, 403, "permission_denied")


def test_a_body_too_large_is_refused(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post(
        "/api/units",
        {"code": "A" * 200},
        content_type="application/json",
        headers={**bearer(WRITE), "Idempotency-Key": "k"},
    )
    check(answer, 413, "too_large")


def test_an_unknown_address_is_json_under_api(client: Client) -> None:
    check(client.get("/api/nothing"), 404, "not_found")


def test_chinese_and_english(client: Client) -> None:
    english = client.get("/api/nothing", headers={"Accept-Language": "en"}).json()
    chinese = client.get("/api/nothing", headers={"Accept-Language": "zh-hans"}).json()
    assert english["title"] == "No such address or record"
    assert chinese["title"] == "没有这个地址或记录"


# Positions that were never given out, whoever sealed them.
FOREIGN = ("p=", "p=abc", "p=%00", "o=-1", "o=x", "nonsense")


class TestPages:
    def test_pages_follow_one_another_without_counting(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        codes = {UnitFactory().code for _n in range(5)}
        headers = bearer(READ)
        seen: list[str] = []
        url: str | None = "/api/units?limit=2"
        while url:
            with django_assert_max_num_queries(3):
                body = client.get(url, headers=headers).json()
            assert "count" not in body
            seen += [row["code"] for row in body["results"]]
            url = body["next"]
        assert set(seen) == codes and len(seen) == 5

    @pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "", "1e2", "²", "9" * 50])
    def test_a_bad_limit_is_refused(self, client: Client, limit: str) -> None:
        body = check(
            client.get("/api/units", {"limit": limit}, headers=bearer(READ)), 400, "bad_limit"
        )
        assert body["errors"][0]["field"] == "limit"

    @pytest.mark.parametrize("cursor", ["x", "", "é", "cD1hcD1hcD1hcD1h\n", "cD1h" * 101])
    def test_a_cursor_of_another_shape_is_refused(self, client: Client, cursor: str) -> None:
        answer = client.get("/api/units", {"cursor": cursor}, headers=bearer(READ))
        check(answer, 400, "bad_cursor")

    @pytest.mark.parametrize("cursor", ["cD1hYmMcD1hYmMcD1hYmM", "cD0lMDA" * 4, "-" * 16])
    def test_a_cursor_that_is_not_ours_leads_nowhere(self, client: Client, cursor: str) -> None:
        answer = client.get("/api/units", {"cursor": cursor}, headers=bearer(READ))
        check(answer, 404, "bad_cursor")

    @pytest.mark.parametrize("position", FOREIGN)
    def test_nor_does_one_whose_position_is_nonsense(self, client: Client, position: str) -> None:
        cursor = urlsafe_b64encode(encrypt(position).encode()).rstrip(b"=").decode()
        answer = client.get("/api/units", {"cursor": cursor}, headers=bearer(READ))
        check(answer, 404, "bad_cursor")

    def test_a_cursor_tells_no_row_number(self, client: Client) -> None:
        for _n in range(3):
            UnitFactory()
        url = client.get("/api/units?limit=1", headers=bearer(READ)).json()["next"]
        (cursor,) = parse_qs(urlsplit(url).query)["cursor"]
        again = client.get("/api/units?limit=1", headers=bearer(READ)).json()["next"]
        assert again != url
        clear = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
        assert "p=" not in clear
        assert decrypt(clear).startswith("p=")
