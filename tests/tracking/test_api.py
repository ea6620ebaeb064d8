"""The API's tracking doors: sending, reading, and who may not."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import ObjectScope
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.opaque import Id, hide
from apps.customers.models import Customer, CustomerScope
from apps.tracking.models import RefusedEvent, TrackingEvent, Waybill
from tests.factories.accounts import ServiceUserFactory, bearer
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import report, waybill, waybills

pytestmark = pytest.mark.django_db
requirement = pytest.mark.requirement
EVENTS = "/api/v1/tracking/events"


def item(of: Waybill, **fields: object) -> dict[str, object]:
    when = (timezone.now() - timezone.timedelta(hours=1)).isoformat()
    return {"waybill_number": of.number, "code": "arrived", "occurred_at": when, **fields}


def post(client: Client, body: object, headers: dict[str, str] | None = None, **more: object):  # type: ignore[no-untyped-def]
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(
        EVENTS,
        data=data,
        content_type="application/json",
        headers={**(bearer("events:write") if headers is None else headers), **more},  # type: ignore[dict-item]
    )


def merchant(customer: Customer) -> User:
    user: User = ServiceUserFactory(scope=ObjectScope.CUSTOMERS)
    names = {f.name for f in CustomerScope._meta.fields}
    who = {n: system_user("tests") for n in ("created_by", "granted_by") if n in names}
    CustomerScope.objects.create(user=user, customer=customer, **who)
    return user


@requirement("TRK-2")
class TestSending:
    def test_a_single_event(self, client: Client) -> None:
        parcel = waybill()
        answer = post(client, item(parcel))
        assert answer.status_code == 200
        assert answer.json()["results"] == [{"index": 0, "result": "accepted"}]

    def test_a_single_bad_event_is_a_problem(self, client: Client) -> None:
        answer = post(client, item(waybill(), code="teleported"))
        assert answer.status_code == 400
        assert answer["Content-Type"].startswith("application/problem+json")
        assert answer.json()["code"] == "unknown_code"
        assert not RefusedEvent.objects.exists()

    def test_a_batch_is_answered_item_by_item(self, client: Client) -> None:
        parcel = waybill()
        good = item(parcel)
        answer = post(client, {"events": [good, item(parcel, code="?"), good, 7]})
        body = answer.json()
        assert (body["accepted"], body["repeated"], body["refused"]) == (1, 1, 2)
        assert [r["result"] for r in body["results"]] == [
            "accepted",
            "refused",
            "repeated",
            "refused",
        ]
        assert body["results"][1]["code"] == "unknown_code"
        assert body["results"][1]["message"]
        assert RefusedEvent.objects.count() == 2

    @pytest.mark.parametrize(
        "body",
        [
            "[]",
            "7",
            '"x"',
            "null",
            '{"events": 7}',
            '{"events": null}',
            '{"events": [], "code": "arrived"}',
            "{",
            '{"a": NaN}',
            b"\xff\xfe",
            b"",
            '{"events": [' + ",".join(["0"] * 5_001) + "]}",
        ],
    )
    def test_what_is_no_batch_is_a_400(self, client: Client, body: str | bytes) -> None:
        answer = post(client, body)
        assert answer.status_code == 400, answer.content
        assert answer.json()["code"]

    def test_an_empty_batch_is_empty(self, client: Client) -> None:
        assert post(client, {"events": []}).json()["results"] == []

    def test_the_same_request_twice_gives_the_same_answer(self, client: Client) -> None:
        parcel, headers = waybill(), bearer("events:write")
        headers["Idempotency-Key"] = "k-1"
        body = {"events": [item(parcel)]}
        first, second = post(client, body, headers), post(client, body, headers)
        assert first.json() == second.json()
        assert second["Idempotent-Replayed"] == "true"
        assert post(client, {"events": []}, headers).status_code == 422
        assert TrackingEvent.objects.filter(waybill=parcel).count() == 1

    def test_xml_and_no_key_and_a_wrong_scope_are_turned_away(self, client: Client) -> None:
        headers = bearer("events:write")
        xml = client.post(EVENTS, data="<a/>", content_type="text/xml", headers=headers)
        assert xml.status_code == 415
        assert post(client, {}, {}).status_code == 401
        assert post(client, {}, bearer("events:read", "waybills:read")).status_code == 403
        assert client.get(EVENTS, headers=headers).status_code in (403, 405)

    def test_a_merchant_cannot_speak_of_others_waybills(self, client: Client) -> None:
        mine = CustomerFactory()
        ours, theirs = waybill(customer=mine), waybill()
        headers = bearer("events:write", user=merchant(mine))
        body = post(client, {"events": [item(ours), item(theirs)]}, headers).json()
        assert [r["result"] for r in body["results"]] == ["accepted", "refused"]
        assert body["results"][1]["code"] == "unknown_waybill"


class TestReading:
    def test_a_waybill_with_its_events_newest_first_and_nobody_in_it(self, client: Client) -> None:
        parcel = report(waybill(customer_reference="R-1"), "picked_up", "arrived", "delivered")
        answer = client.get(f"/api/v1/waybills/{parcel.number}", headers=bearer("waybills:read"))
        body = answer.json()
        assert body["number"] == parcel.number
        assert body["status"] == "delivered"
        assert [e["code"] for e in body["events"]] == ["delivered", "arrived", "picked_up"]
        text = answer.content.decode()
        for secret in ("王小明", "李小红", "13800138001", "13900139002", "建国路"):
            assert secret not in text

    @requirement("TRK-10")
    def test_names_and_phones_inside_texts_are_masked(self, client: Client) -> None:
        parcel = waybill()
        raw = "已签收，签收人：张三丰，快递员刘大伟【13812345678】"
        post(client, item(parcel, code="delivered", text=raw))
        answer = client.get(
            f"/api/v1/waybills/{parcel.number}/events", headers=bearer("events:read")
        )
        text = answer.json()["results"][0]["text"]
        assert "张三丰" not in text
        assert "13812345678" not in text
        assert "5678" not in text

    @requirement("TRK-10")
    @pytest.mark.parametrize("field", ["place", "city", "text"])
    def test_people_are_masked_in_every_word_of_the_sender(
        self, client: Client, field: str
    ) -> None:
        parcel = waybill()
        post(client, item(parcel, **{field: "李小红 139 0013 9002，建国路88号1001室"}))
        answer = client.get(f"/api/v1/waybills/{parcel.number}", headers=bearer("waybills:read"))
        answers = answer.json()["events"][0][field]
        assert answers and not [part for part in ("小红", "9002", "建国路") if part in answers]

    def test_what_was_corrected_is_not_shown(self, client: Client) -> None:
        parcel = waybill()
        headers = bearer("events:write")
        post(client, item(parcel, code="delivered", source_id="1"), headers)
        post(client, item(parcel, code="refused", source_id="1"), headers)
        answer = client.get(f"/api/v1/waybills/{parcel.number}", headers=bearer("waybills:read"))
        assert [e["code"] for e in answer.json()["events"]] == ["refused"]
        assert answer.json()["status"] == "refused"

    def test_unknown_malformed_and_foreign_numbers(self, client: Client) -> None:
        mine = CustomerFactory()
        theirs = waybill()
        headers = bearer("waybills:read", user=merchant(mine))
        assert client.get(f"/api/v1/waybills/{theirs.number}", headers=headers).status_code == 404
        assert client.get("/api/v1/waybills/YP000000000000", headers=headers).status_code == 404
        bad = client.get("/api/v1/waybills/YP1", headers=headers)
        assert (bad.status_code, bad.json()["code"]) == (404, "number_length")

    def test_a_look_up_costs_two_queries_besides_the_key(self, client: Client) -> None:
        parcel = report(waybill(), *["arrived", "departed"] * 7)
        headers = bearer("waybills:read")
        client.get(f"/api/v1/waybills/{parcel.number}", headers=headers)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/waybills/{parcel.number}", headers=headers)
        assert len(queries) <= 3

    def test_the_list_pages_and_filters(self, client: Client) -> None:
        mine = CustomerFactory()
        first, second, third = waybills(3, customer=mine)
        waybill()
        report(second, "delivered")
        headers = bearer("waybills:read", user=merchant(mine))
        page = client.get("/api/v1/waybills?limit=2", headers=headers).json()
        assert [r["number"] for r in page["results"]] == [third.number, second.number]
        rest = client.get(page["next"], headers=headers).json()
        assert [r["number"] for r in rest["results"]] == [first.number]
        assert rest["next"] is None
        found = client.get("/api/v1/waybills?status=delivered", headers=headers).json()
        assert [r["number"] for r in found["results"]] == [second.number]
        today = timezone.localdate().isoformat()
        assert not client.get(f"/api/v1/waybills?issued_from={today}", headers=headers).json()[
            "results"
        ]
        assert (
            len(
                client.get(f"/api/v1/waybills?issued_to={today}", headers=headers).json()["results"]
            )
            == 3
        )

    @pytest.mark.parametrize(
        "query",
        [
            "status=gone",
            "customer_reference=%00",
            "issued_from=yesterday",
            "issued_to=2026-02-30",
            "issued_to=",
            "status=",
            "limit=0",
            "cursor=%FF",
        ],
    )
    def test_a_bad_question_is_a_400(self, client: Client, query: str) -> None:
        answer = client.get(f"/api/v1/waybills?{query}", headers=bearer("waybills:read"))
        assert answer.status_code == 400

    def test_the_list_costs_the_same_for_1_and_3_rows(self, client: Client) -> None:
        mine = CustomerFactory()
        headers = bearer("waybills:read", user=merchant(mine))
        counts = []
        for more in (1, 2):
            waybills(more, customer=mine)
            client.get("/api/v1/waybills", headers=headers)
            with CaptureQueriesContext(connection) as queries:
                client.get("/api/v1/waybills", headers=headers)
            counts.append(len(queries))
        assert counts[0] == counts[1]


@requirement("TRK-2")
class TestIds:
    def test_an_id_tells_no_row_and_names_its_event(self, client: Client) -> None:
        parcel, headers = waybill(), bearer("events:write", "events:read")
        post(client, item(parcel, code="delivered", source_id="1"), headers)
        (shown,) = client.get(f"/api/v1/waybills/{parcel.number}/events", headers=headers).json()[
            "results"
        ]
        stored = TrackingEvent.objects.get(waybill=parcel)
        assert shown["id"] == hide(Id.EVENT, stored.pk)
        again = item(parcel, code="refused", supersedes=shown["id"])
        assert post(client, again, headers).status_code == 200
        assert TrackingEvent.objects.latest("id").supersedes_id == stored.pk

    def test_the_numbers_of_before_still_name_an_event(self, client: Client) -> None:
        parcel, headers = waybill(), bearer("events:write")
        post(client, item(parcel), headers)
        stored = TrackingEvent.objects.get(waybill=parcel)
        again = item(parcel, code="departed", supersedes=stored.pk)
        assert post(client, again, headers).status_code == 200

    @pytest.mark.parametrize(
        ("supersedes", "status", "code"),
        [
            (hide(Id.EVENT, 2**62), 409, "unknown_event"),
            (hide(Id.ENDPOINT, 5), 400, "bad_type"),
            ("5", 400, "bad_type"),
            ("", 400, "bad_type"),
        ],
    )
    def test_what_names_no_event_of_the_waybill_is_refused(
        self, client: Client, supersedes: str, status: int, code: str
    ) -> None:
        answer = post(client, item(waybill(), supersedes=supersedes))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
