"""Claims by the API: filed once, proved, followed, agreed to or disputed; another's shipment is not there (CMP-6)."""

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import ApiScope
from apps.claims import services
from apps.claims.enums import AgreedHow, ClaimKind, ClaimState, ExplainedHow, PaperKind
from apps.claims.models import Claim
from apps.core.opaque import Id, hide
from apps.customers.models import Customer, CustomerScope
from apps.tracking.models import Waybill
from tests.factories import claims as f
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.complaints import PHONE
from tests.factories.customers import CustomerFactory, png
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
WHERE = "/api/v1/claims"
READ, WRITE = ApiScope.CLAIMS_READ, ApiScope.CLAIMS_WRITE
D = Decimal


def key_of(*customers: Customer, scopes: tuple[ApiScope, ...] = (READ, WRITE)) -> dict[str, str]:
    user = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return bearer(*scopes, user=user)


def rule_id(
    client: Client, key: dict[str, str], kind: str = "damage", cover: str = "uninsured"
) -> str:
    rows = client.get("/api/v1/compensation-rules", headers=key).json()["results"]
    return next(row["id"] for row in rows if (row["kind"], row["cover"]) == (kind, cover))


def body(parcel: Waybill, rule: str, **more: Any) -> dict[str, Any]:
    return {
        "waybill": parcel.number, "kind": "damage", "items": [{"what": "青花瓷瓶", "quantity": 2, "claimed": "1280.50"}],
        "what": "外箱压破", "rule": rule, "rule_read_by": "周经理", "reference": "CLAIM-1", **more,
    }  # fmt: skip


def post(client: Client, key: dict[str, str], where: str, asked: Any, **headers: str) -> Any:
    return client.post(where, asked, "application/json", headers={**key, **headers})


def code(answer: Any, status: int = 409) -> str:
    assert answer.status_code == status, answer.content
    return str(answer.json()["code"])


def test_filed_once_with_the_rules_that_were_read(client: Client, desk: f.Desk) -> None:
    key, parcel = key_of(desk.customer), desk.shipment(declared_value=D(1000))
    asked = body(parcel, rule_id(client, key))
    answer = post(client, key, WHERE, asked)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["state"], found["claimed"], found["approved"]) == ("filed", "1280.50", None)
    assert found["reference"] == "CLAIM-1" and found["items"][0]["quantity"] == 2
    again = post(client, key, WHERE, asked)
    assert (again.status_code, again.json()["number"]) == (200, found["number"])
    claim = Claim.objects.get()
    assert (claim.customer, claim.shown_how, claim.shown_to) == (
        desk.customer,
        ExplainedHow.API,
        "周经理",
    )
    assert claim.is_above_declared, "above the declared value is taken and marked"
    assert client.get(answer["Location"], headers=key).json() == found
    listed = client.get(
        f"{WHERE}?state=filed&kind=damage&waybill={parcel.number}", headers=key
    ).json()
    assert [row["number"] for row in listed["results"]] == [found["number"]]
    assert client.get(f"{WHERE}?state=paid", headers=key).json()["results"] == []


def test_the_idempotency_key_gives_the_same_answer(client: Client, desk: f.Desk) -> None:
    key, parcel = key_of(desk.customer), desk.shipment()
    asked = body(parcel, rule_id(client, key))
    first = post(client, key, WHERE, asked, **{"Idempotency-Key": "k-1"})
    again = post(client, key, WHERE, asked, **{"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content and "Idempotent-Replayed" in again


def test_another_customers_shipment_is_as_unknown_as_one_that_is_not(
    client: Client, desk: f.Desk
) -> None:
    key = key_of(desk.customer)
    rule, theirs = rule_id(client, key), waybill(customer=CustomerFactory())
    answers = [
        post(client, key, WHERE, body(theirs, rule)),
        post(client, key, WHERE, body(theirs, rule, waybill="YP00000000000")),
    ]
    assert [code(one) for one in answers] == ["unknown_waybill"] * 2
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
    assert not Claim.objects.exists()


def test_others_claims_are_not_there(client: Client, desk: f.Desk) -> None:
    other = f.approved(desk)
    private = f.filed(desk, customer=None, party_name="王小明", party_phone=PHONE)
    key = key_of(CustomerFactory())
    for number in (other.number, "CL20260101-00000", "x"):
        where = f"{WHERE}/{number}"
        assert client.get(where, headers=key).status_code == 404
        assert post(client, key, f"{where}/agree", {"amount": "80.00"}).status_code == 404
        assert post(client, key, f"{where}/dispute", {"reason": "少"}).status_code == 404
        assert post(client, key, f"{where}/papers", papers()).status_code == 404
    assert client.get(WHERE, headers=key).json()["results"] == []
    mine = key_of(desk.customer)
    numbers = {row["number"] for row in client.get(WHERE, headers=mine).json()["results"]}
    assert numbers == {other.number}, "what a private person claims is theirs"
    assert client.get(f"{WHERE}/{private.number}", headers=mine).status_code == 404


@pytest.mark.parametrize("scopes", [(), (WRITE,), (ApiScope.CASES_READ, ApiScope.CASES_WRITE)])
def test_who_may_not_read(client: Client, desk: f.Desk, scopes: tuple[ApiScope, ...]) -> None:
    key = key_of(desk.customer, scopes=scopes) if scopes else {}
    claim = f.filed(desk)
    for where in (WHERE, f"{WHERE}/{claim.number}", "/api/v1/compensation-rules"):
        assert client.get(where, headers=key).status_code == (403 if scopes else 401), where


@pytest.mark.parametrize("scopes", [(), (READ,), (ApiScope.CASES_READ, ApiScope.CASES_WRITE)])
def test_who_may_not_write(client: Client, desk: f.Desk, scopes: tuple[ApiScope, ...]) -> None:
    rule = rule_id(client, key_of(desk.customer))
    key = key_of(desk.customer, scopes=scopes) if scopes else {}
    claim = f.approved(desk)
    doors = {
        WHERE: body(desk.shipment(), rule),
        f"{WHERE}/{claim.number}/papers": papers(),
        f"{WHERE}/{claim.number}/agree": {"amount": "80.00"},
        f"{WHERE}/{claim.number}/dispute": {"reason": "少"},
    }
    for where, asked in doors.items():
        assert post(client, key, where, asked).status_code == (403 if scopes else 401), where
    assert Claim.objects.count() == 1 and f.fresh(claim).state == ClaimState.APPROVED


def papers(kind: str = "price", content: bytes | None = None) -> dict[str, Any]:
    bits = png() if content is None else content
    return {"kind": kind, "files": [{"name": "发票.png", "content": b64encode(bits).decode()}]}


def test_papers_void_an_approval_and_keep_it(client: Client, desk: f.Desk) -> None:
    key, claim = key_of(desk.customer), f.approved(desk)
    answer = post(client, key, f"{WHERE}/{claim.number}/papers", papers())
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "filed" and answer.json()["papers"] == ["price"]
    assert claim.assessments.count() == claim.decisions.count() == 1
    paper = claim.papers.get()
    assert paper.by_customer and paper.kind == PaperKind.PRICE
    post(client, key, f"{WHERE}/{claim.number}/papers", papers())
    assert claim.papers.count() == 1, "the same file twice is one"


@pytest.mark.parametrize("content", [b"MZ\x90\x00 no picture", b"<script>", "两件".encode()])
def test_papers_that_are_none(client: Client, desk: f.Desk, content: bytes) -> None:
    key, claim = key_of(desk.customer), f.filed(desk)
    answer = post(client, key, f"{WHERE}/{claim.number}/papers", papers(content=content))
    assert answer.status_code == 409, answer.content
    assert not claim.papers.exists()


def test_agreed_to_the_amount_that_stands(client: Client, desk: f.Desk) -> None:
    key, claim = key_of(desk.customer), f.approved(desk, "500")
    where = f"{WHERE}/{claim.number}"
    shown = client.get(where, headers=key).json()
    assert shown["approved"] == "500.00" and shown["steps"] and shown["paid"] == "0.00"
    assert desk.director.display_name not in str(shown)
    assert code(post(client, key, f"{where}/agree", {"amount": "499.00"})) == "changed_meanwhile"
    answer = post(client, key, f"{where}/agree", {"amount": "500.00"})
    assert answer.status_code == 200 and answer.json()["state"] == "agreed"
    claim = f.fresh(claim)
    assert (claim.state, claim.agreed_how) == (ClaimState.AGREED, AgreedHow.API)
    assert post(client, key, f"{where}/dispute", {"reason": "少"}).status_code == 409


def test_disputed_with_a_reason(client: Client, desk: f.Desk) -> None:
    key, claim = key_of(desk.customer), f.approved(desk)
    where = f"{WHERE}/{claim.number}/dispute"
    assert post(client, key, where, {"reason": " "}).status_code == 400
    answer = post(client, key, where, {"reason": "发票是 600 元"})
    assert answer.status_code == 200 and answer.json()["state"] == "filed"
    assert f.fresh(claim).dispute_reason == "发票是 600 元"


@pytest.mark.parametrize(
    "change",
    [
        {"items": [{"what": "瓶", "claimed": "0"}]},
        {"items": [{"what": "瓶", "claimed": "-5"}]},
        {"items": [{"what": "瓶", "claimed": "1.234"}]},
        {"items": [{"what": "瓶", "claimed": "８０"}]},
        {"items": [{"what": "瓶", "claimed": "NaN"}]},
        {"items": [{"what": "瓶", "claimed": 80}]},
        {"items": [{"what": " ", "claimed": "80"}]},
        {"items": []},
        {"kind": "theft"},
        {"waybill": None},
        {"rule": "cr_x"},
        {"reference": ""},
        {"colour": "blue"},
    ],
)
def test_what_does_not_fit_the_description_is_a_bad_request(
    client: Client, desk: f.Desk, change: dict[str, Any]
) -> None:
    key = key_of(desk.customer)
    asked = {**body(desk.shipment(), rule_id(client, key)), **change}
    answer = post(client, key, WHERE, asked)
    assert answer.status_code == 400, answer.content
    assert not Claim.objects.exists()


def test_what_only_the_present_can_say_is_a_conflict(client: Client, desk: f.Desk) -> None:
    key, parcel = key_of(desk.customer), desk.shipment()
    rule = rule_id(client, key)
    wrong = body(parcel, rule_id(client, key, "loss"))
    assert code(post(client, key, WHERE, wrong)) == "other_rule"
    assert code(post(client, key, WHERE, body(parcel, hide(Id.RULE, 999_999)))) == "other_rule"
    assert post(client, key, WHERE, body(parcel, rule)).status_code == 201
    second = body(parcel, rule, reference="CLAIM-2")
    assert code(post(client, key, WHERE, second)) == "claim_living"
    other = body(desk.shipment(), rule)
    assert code(post(client, key, WHERE, other)) == "source_used"
    assert client.get(f"{WHERE}?kind=theft", headers=key).status_code == 400
    assert client.get(f"{WHERE}?state=draft", headers=key).status_code == 400


def test_a_draft_of_ours_is_none_yet_and_becomes_theirs(client: Client, desk: f.Desk) -> None:
    key, draft = key_of(desk.customer), f.claim_in(desk, ClaimState.DRAFT)
    assert client.get(f"{WHERE}/{draft.number}", headers=key).status_code == 404
    rule = rule_id(client, key, "loss")
    answer = post(client, key, WHERE, body(draft.waybill, rule, kind="loss"))
    assert answer.status_code == 201 and answer.json()["number"] == draft.number


def test_a_list_asks_as_much_for_three_rows_as_for_one(client: Client, desk: f.Desk) -> None:
    key, counts = key_of(desk.customer), []
    for _n in range(3):
        f.refused(desk)
        f.approved(desk, kind=ClaimKind.SHORTAGE)
        client.get(WHERE, headers=key)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(WHERE, headers=key).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[2], counts


def test_a_refusal_comes_with_its_clause(client: Client, desk: f.Desk) -> None:
    claim = f.refused(desk)
    shown = client.get(f"{WHERE}/{claim.number}", headers=key_of(desk.customer)).json()
    assert shown["state"] == "refused" and "第七条" in shown["refusal"]
    services.reopen_claim(claim_id=claim.pk, reason="申诉", by=desk.agent, at=timezone.now())
    shown = client.get(f"{WHERE}/{claim.number}", headers=key_of(desk.customer)).json()
    assert shown["refusal"] == ""
