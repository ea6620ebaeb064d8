"""What was decided is what the page showed; the claimant hears of it once; reviews have their clock (CMP-6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.claims import services
from apps.claims.enums import AgreedHow, ClaimState
from apps.claims.models import Claim, ClaimLimit, CompensationRule
from apps.claims.tasks import open_reviews
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import CaseFile
from apps.complaints.queries.links import token_of
from apps.complaints.services import add_message
from apps.core.files import NewFile
from apps.notifications.models import Delivery
from apps.sla.models import Clock
from tests.factories import claims as f
from tests.factories.accounts import sign_in
from tests.factories.complaints import PHONE, case
from tests.factories.customers import ContactFactory, png
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
S, D = ClaimState, Decimal


def act(claim: Claim, name: str) -> str:
    return reverse("admin:claims_claim_act", args=[claim.pk, name])


def shown(client: Client, address: str) -> dict[str, Any]:
    """The hidden values of the form, as the browser sends them back."""
    form = client.get(address).context["form"]
    return {name: form[name].value() for name in ("seen", "amount") if name in form.fields}


@pytest.mark.parametrize("name", ["approve", "return"])
def test_an_assessment_that_is_another_by_now_is_not_decided(
    client: Client, desk: f.Desk, name: str
) -> None:
    claim = f.assessed(desk, "80")
    sign_in(client, desk.director)
    values = shown(client, act(claim, name)) | {"reason": "已核对"}
    assert "¥80.00" in client.get(act(claim, name)).content.decode()
    f.assess(claim, desk.colleague, "60")
    answer = client.post(act(claim, name), values)
    assert answer.status_code == 422 and "请重新查看后再决定" in answer.content.decode()
    assert f.fresh(claim).state == S.ASSESSED and not claim.decisions.exists()
    answer = client.post(act(claim, name), shown(client, act(claim, name)) | {"reason": "已核对"})
    assert answer.status_code == 302 and claim.decisions.count() == 1


def test_a_sum_that_is_another_by_now_is_not_agreed(client: Client, desk: f.Desk) -> None:
    claim = f.approved(desk, "80")
    sign_in(client, desk.agent)
    values = shown(client, act(claim, "agree")) | {"read_back": "赔您八十元，您同意。"}
    again = services.dispute
    again(claim_id=claim.pk, reason="太少", how=AgreedHow.PHONE, by=desk.agent, at=timezone.now())
    f.assess(claim, desk.agent, "60")
    f.approve(f.fresh(claim), desk.director)
    answer = client.post(act(claim, "agree"), values)
    assert answer.status_code == 422 and "¥60.00" in answer.content.decode()
    assert f.fresh(claim).state == S.APPROVED


def test_a_sum_that_is_another_by_now_is_not_disputed(client: Client, desk: f.Desk) -> None:
    claim = f.approved(desk, "80")
    sign_in(client, desk.agent)
    values = shown(client, act(claim, "dispute")) | {"reason": "比购买价少"}
    assert values["amount"] == Decimal("80.00")
    services.dispute(
        claim_id=claim.pk, reason="太少", how=AgreedHow.PHONE, by=desk.agent, at=timezone.now()
    )
    f.assess(claim, desk.agent, "60")
    f.approve(f.fresh(claim), desk.director)
    answer = client.post(act(claim, "dispute"), values)
    assert answer.status_code == 422 and "¥60.00" in answer.content.decode()
    assert f.fresh(claim).state == S.APPROVED
    values = shown(client, act(claim, "dispute")) | {"reason": "比购买价少"}
    assert client.post(act(claim, "dispute"), values).status_code == 302
    assert f.fresh(claim).state == S.FILED


def own_claim(desk: f.Desk) -> Claim:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    return f.approved(
        desk, "500", waybill=shipment, case=about, customer=None, party_name="王小明", party_phone=PHONE
    )  # fmt: skip


def test_the_claimant_hears_of_the_approval_once_with_sum_and_link(desk: f.Desk) -> None:
    claim = own_claim(desk)
    relay_all()
    relay_all()
    sent = Delivery.objects.filter(topic="claim.approved")
    assert sent.count() == 1
    row = sent.get()
    text = f"{row.data} {row.link}"
    assert "¥500.00" in text and token_of(claim.case) in text


def test_a_customer_hears_of_it_by_their_contacts_and_nobody_of_what_was_paid_at_the_door(
    desk: f.Desk,
) -> None:
    ContactFactory(customer=desk.customer)
    f.on_the_spot(desk)
    relay_all()
    assert not Delivery.objects.filter(topic__startswith="claim.approved").exists()
    f.approved(desk, "80")
    relay_all()
    assert Delivery.objects.filter(topic="claim.approved_call").exists()


def test_pictures_of_the_case_are_linked_and_not_copied(client: Client, desk: f.Desk) -> None:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    message = NewMessage(
        kind=EntryKind.MESSAGE_IN, text="外箱破了", channel=CaseChannel.WEB, external_id="web:1"
    )
    files = [NewFile(png(), "外箱.png")]
    add_message(case_id=about.pk, message=message, files=files, by=desk.agent, at=timezone.now())
    claim = f.filed(desk, waybill=shipment, case=about)
    sign_in(client, desk.agent)
    picture = CaseFile.objects.get(entry__case=about)
    page = client.get(f"/admin/claims/claim/{claim.pk}/change/").content.decode()
    assert reverse("admin:complaints_case_file", args=[picture.key]) in page
    assert not claim.papers.exists()


def test_what_an_installation_begins_with_is_reviewed_within_a_year() -> None:
    for model in (CompensationRule, ClaimLimit):
        assert not model.objects.filter(review_on=None).exists()
    kinds = CompensationRule.objects.count() + ClaimLimit.objects.count()
    assert open_reviews() == kinds and open_reviews() == 0
    clocks = Clock.objects.filter(matter__kind="claim_review", state="running")
    assert clocks.count() == kinds
