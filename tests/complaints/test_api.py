"""Cases through the API (CMP-1): what a merchant's software opens, reads and writes, and what it
never sees of others."""

import base64
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.enums import CaseState, EntryKind
from apps.complaints.models import Case, CaseEntry, CaseFile
from apps.customers.models import Customer, CustomerScope
from tests.complaints.conftest import kinds_of
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.complaints import case, closed, message_out, new_case, solved, who
from tests.factories.customers import ready_customer
from tests.factories.shipments import picture
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
URL = "/api/v1/cases"
TEXT = "外箱压破，里面的杯子碎了两只。"
BODY: dict[str, Any] = {"class": "damage", "description": TEXT, "contact_phone": "13800000002"}
BOTH = ("cases:read", "cases:write")


def key_of(*customers: Customer, scopes: tuple[str, ...] = BOTH) -> dict[str, str]:
    user: User = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return bearer(*scopes, user=user)


def send(client: Client, key: dict[str, str], body: Any = None, to: str = "", **more: str) -> Any:
    payload = BODY if body is None else body
    return client.post(URL + to, payload, "application/json", headers={**key, **more})


def opened(client: Client, key: dict[str, str], **fields: Any) -> Case:
    answer = send(client, key, {**BODY, **fields})
    assert answer.status_code == 201, answer.content
    found: Case = Case.objects.get(number=answer.json()["number"])
    return found


def photo(name: str = "杯子.png", form: str = "PNG") -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(picture(form=form).getvalue()).decode()}


def errors(answer: Any) -> set[tuple[str, str]]:
    return {(row["field"], row["code"]) for row in answer.json()["errors"]}


def test_a_case_is_opened_about_a_shipment_with_photos(client: Client) -> None:
    customer = ready_customer()
    parcel, key = waybill(customer=customer), key_of(customer)
    body = {**BODY, "waybill": parcel.number.lower(), "reference": "T-1", "files": [photo()]}
    answer = send(client, key, body)
    assert answer.status_code == 201, answer.content
    body, made = answer.json(), Case.objects.get()
    assert (made.customer, made.waybill, made.channel) == (customer, parcel, "api")
    assert answer["Location"].endswith(f"{URL}/{made.number}")
    assert (body["own"], body["reference"], body["waybill"]) == (True, "T-1", parcel.number)
    assert body["answer_due"] and body["state"] == "new"
    [message] = body["messages"]
    assert (message["direction"], message["text"]) == ("in", TEXT)
    [file] = message["files"]
    assert (file["name"], file["content_type"]) == ("杯子.jpg", "image/jpeg")
    assert "13800000002" not in answer.content.decode()
    assert client.get(answer["Location"], headers=key).json() == body
    assert "case.opened" in kinds_of(made)


def test_the_team_is_told_as_with_any_other_channel(client: Client) -> None:
    made = opened(client, key_of(ready_customer()), **{"class": "complaint"})
    assert made.is_direct and made.awaits_answer and made.customer
    assert made.unit == made.customer.unit


def test_the_same_reference_opens_one_case(client: Client) -> None:
    one, two = ready_customer(), ready_customer()
    key = key_of(one)
    first = send(client, key, {**BODY, "reference": "R-7"})
    again = send(client, key, {**BODY, "reference": "R-7", "description": "另外的话"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() and Case.objects.count() == 1
    assert send(client, key_of(two), {**BODY, "reference": "R-7"}).status_code == 201


def test_the_same_request_again_opens_one_case_and_writes_once(client: Client) -> None:
    key = key_of(ready_customer())
    once = {"Idempotency-Key": "k1"}
    first, again = (send(client, key, **once) for _ in range(2))
    assert first.content == again.content and again["Idempotent-Replayed"] == "true"
    assert Case.objects.count() == 1
    assert send(client, key, {**BODY, "class": "loss"}, **once).status_code == 422
    to = f"/{first.json()['number']}/messages"
    answers = [
        send(client, key, {"text": "几时回复？"}, to, **{"Idempotency-Key": "k2"}) for _ in "ab"
    ]
    assert answers[0].content == answers[1].content
    assert CaseEntry.objects.filter(kind=EntryKind.MESSAGE_IN).count() == 2


def test_a_key_of_several_customers_names_one_or_a_shipment(client: Client) -> None:
    one, two, foreign = ready_customer(), ready_customer(), ready_customer()
    key = key_of(one, two)
    assert errors(send(client, key)) == {("customer", "customer_needed")}
    refused = send(client, key, {**BODY, "customer": foreign.code})
    assert errors(refused) == {("customer", "unknown_customer")}
    assert opened(client, key, customer=two.code).customer == two
    assert opened(client, key, waybill=waybill(customer=one).number).customer == one
    mixed = send(
        client, key, {**BODY, "customer": two.code, "waybill": waybill(customer=one).number}
    )
    assert (mixed.status_code, errors(mixed)) == (409, {("customer", "other_customer")})


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"class": "rocket"}, "class", "invalid_choice"),
        ({"class": None}, "class", "null"),
        ({"description": ""}, "description", "blank"),
        ({"description": " \n "}, "description", "blank"),
        ({"description": "a\x00b"}, "description", "null_characters_not_allowed"),
        ({"description": "a\u0007b"}, "description", "bad_text"),
        ({"description": "长" * 10_001}, "description", "max_length"),
        ({"description": 5}, "description", "invalid"),
        ({"contact_phone": "12"}, "contact_phone", "invalid"),
        ({"contact_email": "nobody"}, "contact_email", "invalid"),
        ({"contact_name": "名" * 61}, "contact_name", "max_length"),
        ({"language": "fr"}, "language", "invalid_choice"),
        ({"reference": "r" * 65}, "reference", "max_length"),
        ({"waybill": "'; --"}, "waybill", "invalid"),
        ({"severity": "major"}, "severity", "unknown_field"),
        ({"files": [{"name": "a.jpg"}]}, "files.0.content", "required"),
        ({"files": [photo(), {"name": "a.jpg", "content": ""}]}, "files.1.content", "blank"),
        ({"files": [{"name": "a.jpg", "content": "%%%"}]}, "files.0.content", "invalid"),
        ({"files": [photo()] * 7}, "files", "max_length"),
    ],
)
def test_a_mistake_is_answered_with_its_field(
    client: Client, change: dict[str, Any], field: str, code: str
) -> None:
    answer = send(client, key_of(ready_customer()), {**BODY, **change})
    assert answer.status_code == 400, answer.content
    assert (field, code) in errors(answer), answer.content
    assert not Case.objects.exists() and not CaseFile.objects.exists()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"contact_phone": "99999999999999999999"}, "contact_phone", "bad_phone"),
        ({"waybill": "YP000000000000"}, "waybill", "unknown_waybill"),
        (
            {"files": [photo(), {"name": "a.png", "content": encoded(b"\x89PNG\r\n\x1a\n")}]},
            "files.1",
            "file_broken",
        ),
        ({"files": [{"name": "a.exe", "content": encoded(b"MZ\x90")}]}, "files.0", "file_kind"),
        ({"files": [{"name": "a", "content": encoded(b"PK\x03\x04x")}]}, "files.0", "file_kind"),
    ],
)
def test_what_the_description_cannot_say_is_a_409(
    client: Client, change: dict[str, Any], field: str, code: str
) -> None:
    answer = send(client, key_of(ready_customer()), {**BODY, **change})
    assert (answer.status_code, errors(answer)) == (409, {(field, code)}), answer.content
    assert not Case.objects.exists() and not CaseFile.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"null", b'{"class": "\\ud800"}', b"\xff"])
@pytest.mark.parametrize("to", ["", "/messages", "/withdraw"])
def test_no_body_whatever_makes_the_house_fall(client: Client, body: bytes, to: str) -> None:
    customer = ready_customer()
    number = case(customer=customer, channel="api").number
    path = f"{URL}/{number}{to}" if to else URL
    answer = client.post(path, body, "application/json", headers=key_of(customer))
    assert answer.status_code == 400, answer.content


def test_more_than_a_request_may_hold_is_told_so(client: Client) -> None:
    large = {"name": "a.txt", "content": "A" * 6_900_000}
    answer = send(client, key_of(ready_customer()), {**BODY, "files": [large, large]})
    assert answer.status_code == 413
    assert not Case.objects.exists()


def test_what_the_desk_answers_is_read_and_notes_are_not(client: Client) -> None:
    key = key_of(ready_customer())
    made = opened(client, key)
    message_out(made, "我们正在核实，今天下午回复您。")
    services.add_note(case_id=made.pk, text="仓库说是装车时压的，先别告诉客户", **who())
    services.log_call(case_id=made.pk, incoming=False, reached=True, text="内部记录", **who())
    answer = client.get(f"{URL}/{made.number}", headers=key)
    assert [m["direction"] for m in answer.json()["messages"]] == ["in", "out", "out"]
    assert [m["text"] for m in answer.json()["messages"]][1:] == [
        "我们正在核实，今天下午回复您。",
        "",
    ]
    assert "仓库" not in answer.content.decode() and "内部记录" not in answer.content.decode()


def test_writing_ends_the_wait_and_sends_files(client: Client) -> None:
    key = key_of(ready_customer())
    made = opened(client, key)
    services.take_case(case_id=made.pk, **who())
    services.wait_for_customer(case_id=made.pk, reason="等客户发照片", **who())
    to = f"/{made.number}/messages"
    answer = send(
        client, key, {"text": "照片在这里", "files": [photo(), photo("单.jpg", "JPEG")]}, to
    )
    assert answer.status_code == 201, answer.content
    made.refresh_from_db()
    assert made.state == CaseState.OPEN and made.awaits_answer
    files = answer.json()["files"]
    assert [f["name"] for f in files] == ["杯子.jpg", "单.jpg"]
    only = send(client, key, {"files": [photo()]}, to)
    assert only.status_code == 201 and only.json()["text"] == ""
    assert errors(send(client, key, {}, to)) == {("", "required")}
    assert errors(send(client, key, {"text": "", "files": []}, to)) >= {("text", "blank")}


def test_a_file_is_downloaded_and_never_shown(client: Client) -> None:
    customer = ready_customer()
    key = key_of(customer)
    page = f"<script>1</script>{TEXT}".encode()
    made = opened(client, key, files=[{"name": "x.html", "content": encoded(page)}])
    stored = CaseFile.objects.get()
    path = f"{URL}/{made.number}/files/{stored.key}"
    answer = client.get(path, headers=key)
    assert answer.content == page
    assert answer["Content-Type"] == "application/octet-stream"
    assert (answer["Content-Disposition"], stored.name) == ("attachment", "x.html.txt")
    other = opened(client, key, files=[photo()])
    assert client.get(path.replace(made.number, other.number), headers=key).status_code == 404
    assert client.get(path, headers=key_of(ready_customer())).status_code == 404
    assert client.get(path, headers=bearer("waybills:read")).status_code == 403
    assert client.get(path).status_code == 401


@pytest.mark.requirement("CMP-7")
def test_a_case_is_taken_back_before_and_after_somebody_began(client: Client) -> None:
    key = key_of(ready_customer())
    fresh, begun = opened(client, key), opened(client, key)
    Case.objects.filter(pk=fresh.pk).update(owner=None)
    services.take_case(case_id=begun.pk, **who())
    gone = send(client, key, {"reason": "找到了"}, f"/{fresh.number}/withdraw")
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    ended = send(client, key, {}, f"/{begun.number}/withdraw")
    assert (ended.json()["state"], ended.json()["outcome"]) == ("solved", "withdrawn")
    again = send(client, key, {}, f"/{fresh.number}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    begun.refresh_from_db()
    assert begun.confirmed_at and begun.confirmed_by
    assert begun.confirmed_by.kind == "service"


def test_a_case_that_is_over_still_hears_the_customer(client: Client) -> None:
    key = key_of(ready_customer())
    made = opened(client, key)
    closed(made)
    answer = send(client, key, {"text": "又坏了"}, f"/{made.number}/messages")
    assert answer.status_code == 201
    made.refresh_from_db()
    assert made.state == CaseState.CLOSED and made.awaits_answer


def test_what_others_brought_is_seen_and_not_heard(client: Client) -> None:
    """The buyer of the merchant's parcel complained by phone: that it did, and how it ended."""
    customer = ready_customer()
    key = key_of(customer)
    theirs = case(waybill=waybill(customer=customer), description="快递员骂人，我叫李四")
    message_out(theirs, "非常抱歉")
    answer = client.get(f"{URL}/{theirs.number}", headers=key)
    assert (answer.status_code, answer.json()["messages"], answer.json()["own"]) == (200, [], False)
    for word in ("李四", "骂人", "抱歉", "13812345678"):
        assert word not in answer.content.decode()
    for to in ("messages", "withdraw"):
        refused = send(
            client, key, {"text": "x"} if to == "messages" else {}, f"/{theirs.number}/{to}"
        )
        assert (refused.status_code, errors(refused)) == (409, {("number", "not_yours")})


def test_another_customers_case_is_not_there(client: Client) -> None:
    mine, theirs = ready_customer(), ready_customer()
    made = opened(client, key_of(theirs), files=[photo()])
    key = key_of(mine)
    for number in (made.number, "CS20200101-00001", "CS1", "x" * 300, made.number + "0"):
        assert client.get(f"{URL}/{number}", headers=key).status_code == 404
        assert send(client, key, {"text": "x"}, f"/{number}/messages").status_code == 404
        assert send(client, key, {}, f"/{number}/withdraw").status_code == 404
    assert client.get(URL, headers=key).json()["results"] == []
    parcel = waybill(customer=theirs)
    refused = send(client, key, {**BODY, "waybill": parcel.number})
    assert (refused.status_code, errors(refused)) == (409, {("waybill", "unknown_waybill")})


def test_each_door_asks_for_its_scope(client: Client) -> None:
    customer = ready_customer()
    made = opened(client, key_of(customer))
    reader = key_of(customer, scopes=("cases:read",))
    writer = key_of(customer, scopes=("cases:write",))
    stranger = key_of(customer, scopes=("orders:read", "orders:write", "waybills:read"))
    for path in (URL, f"{URL}/{made.number}"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=reader).status_code == 200
        assert client.get(path, headers=writer).status_code == 403
        assert client.get(path, headers=stranger).status_code == 403
    for to, body in (
        ("", BODY),
        (f"/{made.number}/messages", {"text": "x"}),
        (f"/{made.number}/withdraw", {}),
    ):
        assert send(client, {}, body, to).status_code == 401
        assert send(client, reader, body, to).status_code == 403
        assert send(client, stranger, body, to).status_code == 403
        assert send(client, writer, body, to).status_code in (200, 201)


def test_the_list_is_filtered_and_stays_within_the_key(client: Client) -> None:
    customer = ready_customer()
    key = key_of(customer)
    parcel = waybill(customer=customer)
    first, second = opened(client, key, waybill=parcel.number), opened(client, key)
    third = opened(client, key, **{"class": "inquiry"})
    solved(second)
    opened(client, key_of(ready_customer()))

    def numbers(**asked: str) -> list[str]:
        answer = client.get(URL, asked, headers=key)
        assert answer.status_code == 200, answer.content
        return [row["number"] for row in answer.json()["results"]]

    assert numbers() == [third.number, second.number, first.number]
    assert numbers(state="solved") == [second.number]
    assert numbers(**{"class": "inquiry"}) == [third.number]
    assert numbers(waybill=f" {parcel.number.lower()} ") == [first.number]
    today = f"{first.created_at.astimezone():%Y-%m-%d}"
    assert len(numbers(opened_from=today, opened_to=today)) == 3
    assert numbers(opened_to="2020-01-01") == []
    rows = client.get(URL, headers=key).json()["results"]
    assert all("messages" not in row and row["own"] for row in rows)
    for name, value in (
        ("state", "lost"),
        ("class", ""),
        ("waybill", "x" * 41),
        ("waybill", "a\x01"),
        ("opened_from", "yesterday"),
        ("opened_to", "2026-02-30"),
    ):
        refused = client.get(URL, {name: value}, headers=key)
        assert (refused.status_code, {e[0] for e in errors(refused)}) == (400, {name})


def test_pages_go_on_where_the_last_one_ended(client: Client) -> None:
    customer = ready_customer()
    key = key_of(customer)
    made = [opened(client, key).number for _ in range(3)]
    page = client.get(URL, {"limit": 2}, headers=key).json()
    rest = client.get(page["next"], headers=key).json()
    assert [row["number"] for row in page["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None and page["previous"] is None


def test_the_list_asks_as_much_for_three_as_for_one(client: Client) -> None:
    customer = ready_customer()
    key = key_of(customer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL, headers=key).status_code == 200
        return len(queries)

    opened(client, key, waybill=waybill(customer=customer).number, reference="a")
    asked()
    one = asked()
    for n in range(2):
        opened(client, key, waybill=waybill(customer=customer).number, reference=f"b{n}")
    assert asked() == one


def test_a_reference_of_the_house_itself_is_no_merchants(client: Client) -> None:
    customer = ready_customer()
    services.open_case(new=new_case(customer=customer, source_key="mail:<1@example.com>"), **who())
    [row] = client.get(URL, headers=key_of(customer)).json()["results"]
    assert row["reference"] == ""
