"""A private claimant names the account on the page of their case, behind a code, and is paid there by two (CMP-6)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services as banking
from apps.banking.enums import PayeeState, PayoutState
from apps.banking.models import PayeeAccount
from apps.banking.queries import private_payee_for
from apps.claims import services
from apps.claims.enums import ClaimState, PaymentState, PayWay
from apps.claims.models import Claim
from apps.claims.subscribers import follow_payouts
from apps.complaints.queries.links import token_of
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.notifications.models import OneTimeCode
from tests.doubles.sms_gateway import SmsGateway
from tests.factories import claims as f
from tests.factories.accounts import sign_in
from tests.factories.banking import bank_account
from tests.factories.complaints import PHONE, case
from tests.factories.notifications import send_all
from tests.factories.payees import active, approve_release, approver
from tests.factories.payees import filed as in_a_file

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
D = Decimal
# The check digit of a card of UnionPay.
CARD = "6222021001116245702"
ACCOUNT = {"holder": "王小明", "bank": "中国工商银行", "branch": "杭州武林支行", "number": CARD}


@pytest.fixture
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        yield gateway


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["yipiao_language"] = "en"
    return client


def private(desk: f.Desk, amount: str = "500", *, agreed: bool = True, **fields: Any) -> Claim:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    who = {"customer": None, "party_name": "王小明", "party_phone": PHONE, "case": about}
    claim = f.approved(desk, amount, waybill=shipment, **{**who, **fields})
    return f.agree(claim, desk.agent) if agreed else claim


def name(claim: Claim, **changed: str) -> PayeeAccount:
    given = {**ACCOUNT, **changed}
    number = given.pop("number")
    return services.name_account(
        claim_id=claim.pk, number=number, values=given, by=claim.owner, at=timezone.now()
    )


def plan(claim: Claim, by: Any) -> Any:
    return f.plan(claim, by, way=PayWay.TRANSFER, from_account=bank_account())


def test_named_once_it_is_in_use_for_this_claim_alone(desk: f.Desk) -> None:
    claim, other = private(desk), private(desk)
    with pytest.raises(RuleBroken) as refusal:
        plan(claim, desk.agent)
    assert refusal.value.code == "payee_missing"
    row = name(claim)
    assert (row.state, row.customer, row.tail) == (PayeeState.ACTIVE, None, "5702")
    assert name(claim).pk == row.pk, "the same once more is the same"
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM banking_payeeaccount WHERE id = %s", [row.pk])
        assert CARD not in cursor.fetchone()[0]
    payment = plan(claim, desk.agent)
    assert payment.payout is not None and payment.payout.payee == row
    with pytest.raises(RuleBroken, match=r"在个案查询页上|page of their case"):
        plan(other, desk.agent)
    assert not Event.objects.filter(data__icontains=CARD).exists()


def test_two_of_two_departments_release_it_and_the_bank_pays(desk: f.Desk) -> None:
    claim = private(desk)
    name(claim)
    payment = plan(claim, desk.agent)
    payout = payment.payout
    with pytest.raises(RuleBroken):
        approve_release(payout, desk.agent)
    approve_release(payout, approver())
    assert f.fresh(payment).state == PaymentState.PLANNED
    approve_release(payout, approver(Role.GENERAL_MANAGER))
    hear("payout.released")
    payment = f.fresh(payment)
    assert payment.state == PaymentState.RELEASED
    file = in_a_file(f.fresh(payout))
    assert file.count == 1 and file.total == D(500)
    banking.confirm_paid(f.fresh(payout), reason="银行已付", by=desk.finance, at=timezone.now())
    hear("payout.paid")
    assert f.fresh(claim).state == ClaimState.PAID and f.fresh(payout).state == PayoutState.PAID


def hear(kind: str) -> None:
    follow_payouts(list(Event.objects.filter(kind=kind)))


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"holder": "王大明"}, "holder_differs", "holder"),
        ({"holder": "王小眀\u200b"}, "holder_differs", "holder"),
        ({"number": "6222021001116245703"}, "bad_number", "number"),
        ({"number": "12345"}, "bad_number", "number"),
        ({"number": "ABCDEFGHIJKL"}, "bad_number", "number"),
        ({"cnaps": "999999999999"}, "cnaps_unknown", "cnaps"),
        ({"bank": ""}, "bad_value", "bank"),
    ],
)
def test_what_is_no_account_of_theirs_is_refused(
    desk: f.Desk, changed: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        name(private(desk), **changed)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert not PayeeAccount.objects.exists()


def test_another_account_until_money_is_on_its_way(desk: f.Desk) -> None:
    claim = private(desk)
    first = name(claim)
    second = name(claim, number="571900000010802")
    assert f.fresh(first).state == PayeeState.ENDED and private_payee_for(claim) == second
    payment = plan(claim, desk.agent)
    with pytest.raises(RuleBroken) as refusal:
        name(claim)
    assert refusal.value.code == "payout_under_way"
    services.call_off_payment(
        payment_id=payment.pk, reason="换账户", by=desk.agent, at=timezone.now()
    )
    assert name(claim).version == 3


def test_not_before_an_amount_not_for_customers_and_not_when_paid(desk: f.Desk) -> None:
    for claim in (
        f.filed(desk, customer=None, party_name="王小明", party_phone=PHONE),
        f.agreed(desk),
    ):
        with pytest.raises(RuleBroken) as refusal:
            name(claim)
        assert refusal.value.code == "no_account_now"


def test_nobody_elses_account_is_paid_for_it(desk: f.Desk) -> None:
    claim = private(desk)
    name(claim)
    payment = plan(claim, desk.agent)
    customers = active(purpose="claim")
    with pytest.raises(RuleBroken) as refusal:
        banking.draft_payout(
            purpose="claim", subject=payment, payee=customers, amount=D(500), from_account=bank_account(),
            by=desk.agent, at=timezone.now(),
        )  # fmt: skip
    assert refusal.value.code == "payee_of_another"


def test_the_database_keeps_it_as_it_was_named(desk: f.Desk) -> None:
    row = name(private(desk))
    for change in ({"subject_id": "0"}, {"unit": None}, {"holder": "李"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PayeeAccount.objects.filter(pk=row.pk).update(**change)


# The claimant's page.


def sent_code(gateway: SmsGateway) -> str:
    send_all("sms")
    return str(json.loads(gateway.sent[-1]["param"])["code"])


def address_of(claim: Claim) -> str:
    return f"/case/{token_of(claim.case)}"  # type: ignore[arg-type]  # it has one


def proved(client: Client, claim: Claim, sms: SmsGateway) -> str:
    """Where the account is typed, after the right code."""
    asked = client.post(f"{address_of(claim)}/claims/{claim.number}/account")
    assert asked.status_code == 303, asked.content[:400]
    where = asked["Location"]
    assert 'name="code"' in client.get(where).content.decode()
    answer = client.post(where, {"code": sent_code(sms)})
    assert answer.status_code == 303
    return str(answer["Location"])


def test_the_claimant_names_it_behind_a_code_and_sees_it_masked(
    english: Client, desk: f.Desk, sms: SmsGateway
) -> None:
    claim = private(desk, agreed=False)
    shown = english.get(address_of(claim)).content.decode()
    assert "name your account" in shown
    where = proved(english, claim, sms)
    assert sms.sent[-1]["phone"].endswith(PHONE[-11:])
    wrong = english.post(where, {**ACCOUNT, "holder": "王大明"})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and "must be the claimant" in text
    assert CARD not in text and "5702" not in text and "type the number once more" in text
    done = english.post(where, ACCOUNT)
    assert done.status_code == 303
    shown = english.get(address_of(claim)).content.decode()
    assert "**** 5702" in shown and CARD not in shown and "Name another account" in shown
    row = PayeeAccount.objects.get()
    assert row.created_by.username and row.holder == "王小明"


def test_codes_and_accounts_are_not_guessed(english: Client, desk: f.Desk, sms: SmsGateway) -> None:
    claim = private(desk)
    where = english.post(f"{address_of(claim)}/claims/{claim.number}/account")["Location"]
    code = sent_code(sms)
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(5):
        assert english.post(where, {"code": wrong}).status_code == 422
    late = english.post(where, {"code": code})
    assert late.status_code == 422 and "Too many wrong codes" in late.content.decode()
    assert not PayeeAccount.objects.exists()


def test_names_are_not_tried_out(english: Client, desk: f.Desk, sms: SmsGateway) -> None:
    claim = private(desk)
    where = proved(english, claim, sms)
    for _n in range(10):
        assert english.post(where, {**ACCOUNT, "holder": "张三"}).status_code == 422
    assert english.post(where, ACCOUNT).status_code == 429


def test_the_proof_of_one_claim_opens_no_other(
    english: Client, desk: f.Desk, sms: SmsGateway
) -> None:
    claim, other = private(desk), private(desk)
    proof = proved(english, claim, sms).rpartition("/")[2]
    for address in (
        f"{address_of(other)}/claims/{other.number}/account/{proof}",
        f"{address_of(claim)}/claims/{claim.number}/account/made-up",
        f"{address_of(claim)}/claims/{other.number}/account/{proof}",
    ):
        assert english.get(address).status_code == 404
        assert english.post(address, ACCOUNT).status_code == 404
    assert not PayeeAccount.objects.exists()


def test_who_may_not_ask_for_a_code(english: Client, desk: f.Desk, sms: SmsGateway) -> None:
    """A link of somebody else's case, a claim without an amount, a customer's claim."""
    claim, stranger = private(desk), private(desk)
    filed = f.filed(
        desk, waybill=(parcel := desk.shipment()), customer=None, party_name="王小明", party_phone=PHONE,
        case=case(by=desk.agent, customer=desk.customer, waybill=parcel),
    )  # fmt: skip
    for link, number in ((stranger, claim.number), (filed, filed.number)):
        assert english.post(f"{address_of(link)}/claims/{number}/account").status_code == 404
    assert not OneTimeCode.objects.exists() and not sms.sent


def test_where_no_code_can_be_sent_the_page_says_whom_to_call(
    english: Client, desk: f.Desk
) -> None:
    claim = private(desk, party_phone=PHONE)
    answer = english.post(f"{address_of(claim)}/claims/{claim.number}/account")
    assert answer.status_code == 409 and "cannot send a code" in answer.content.decode()


def test_staff_see_it_masked_and_the_pages_of_banking_open(client: Client, desk: f.Desk) -> None:
    claim = private(desk)
    sign_in(client, desk.director)
    page = client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()
    assert "还没有填写收款账户" in page
    row = name(claim)
    payout = plan(claim, desk.agent).payout
    page = client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()
    assert "**** 5702" in page and CARD not in page
    for address in (
        f"/admin/banking/payeeaccount/{row.pk}/change/",
        "/admin/banking/payeeaccount/?view=active",
        f"/admin/banking/payout/{payout.pk}/change/",
        "/admin/banking/payout/?view=draft",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert "**** 5702" in text and CARD not in text
    sign_in(client, f.Desk().director)
    assert client.get(f"/admin/banking/payeeaccount/{row.pk}/change/").status_code == 404


def test_what_stops_it_is_told_to_colleagues_without_a_customer(desk: f.Desk) -> None:
    from apps.banking.notices import NOTICES

    row = name(private(desk))
    banking.stop_payee(row, reason="索赔人来电：不是本人填写", by=desk.director, at=timezone.now())
    events = list(Event.objects.filter(kind="payee.stopped"))
    [notice] = NOTICES["payee.stopped"](events)
    assert notice.customer is None and notice.unit_id == desk.unit.pk
    assert notice.data["customer"] == "王小明"
