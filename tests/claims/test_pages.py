"""The pages of claims: who may open them, what they show, in how many statements (CMP-6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.claims import services
from apps.claims.enums import Against, ClaimKind, ClaimState
from apps.claims.models import Claim, CompensationRule
from apps.complaints.queries.links import token_of
from tests.factories import claims as f
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.complaints import PHONE, case
from tests.factories.customers import png
from tests.factories.tracking import carrier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
LISTS = ("claim", "recovery", "compensationrule", "claimlimit")
D = Decimal


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def recovery(desk: f.Desk) -> Claim:
    claim = f.paid(desk)
    services.ask_recovery(
        claim_id=claim.pk, against=Against.PARTNER, carrier=carrier(f"p{claim.pk}"), asked=D(40), basis="第六条",
        by=desk.manager, at=timezone.now(),
    )  # fmt: skip
    return claim


@pytest.mark.parametrize("name", ["claim", "recovery"])
@pytest.mark.parametrize("view", ["all", "decide"])
def test_a_list_asks_as_much_for_three_rows_as_for_one(
    client: Client, desk: f.Desk, name: str, view: str
) -> None:
    sign_in(client, desk.manager)
    address = reverse(f"admin:claims_{name}_changelist") + f"?view={view}"
    counts = []
    for _n in range(3):
        recovery(desk)
        f.assessed(desk)
        page(client, address)
        with CaptureQueriesContext(connection) as asked:
            page(client, address)
        counts.append(len(asked))
    assert counts[0] == counts[2], counts


def test_the_page_of_a_claim_asks_as_much_for_many_steps(client: Client, desk: f.Desk) -> None:
    sign_in(client, desk.manager)
    claim = recovery(desk)
    address = reverse("admin:claims_claim_change", args=[claim.pk])
    shown = page(client, address)
    assert "¥80.00" in shown and "第三条" in shown and "p" in shown
    with CaptureQueriesContext(connection) as asked:
        page(client, address)
    assert len(asked) < 40


@pytest.mark.parametrize(
    "address", [*(f"/admin/claims/{name}/" for name in LISTS), "/admin/claims/claim/add/", "/admin/claims/recovery/partners/"]
)  # fmt: skip
def test_who_may_not_open_them(client: Client, address: str) -> None:
    sign_in(client, UserFactory(roles=[Role.WAREHOUSE_MANAGER]))
    page(client, address, 403)


@pytest.mark.parametrize(
    "address", ["/admin/claims/compensationrule/add/", "/admin/claims/claimlimit/add/"]
)
def test_rules_and_limits_are_for_managers(client: Client, desk: f.Desk, address: str) -> None:
    sign_in(client, desk.director)
    page(client, address, 403)
    sign_in(client, desk.manager)
    page(client, address)


def test_each_role_has_its_acts_and_no_others(client: Client, desk: f.Desk) -> None:
    claim, waiting = f.agreed(desk), f.assessed(desk)
    doors = {
        (claim, "plan"): {desk.agent, desk.director, desk.manager, desk.finance},
        (claim, "recover"): {desk.director, desk.manager, desk.finance, desk.qc},
        (waiting, "approve"): {desk.agent, desk.director, desk.manager},
        (waiting, "assess"): {desk.agent, desk.director, desk.manager},
        (waiting, "refuse"): {desk.agent, desk.director, desk.manager},
    }
    for user in (desk.agent, desk.director, desk.manager, desk.finance, desk.qc):
        sign_in(client, user)
        for (row, act), may in doors.items():
            address = reverse("admin:claims_claim_act", args=[row.pk, act])
            assert (client.get(address).status_code == 200) == (user in may), (user, act)


def test_another_units_claim_is_not_there(client: Client, desk: f.Desk) -> None:
    claim = f.on_the_spot(desk)
    sign_in(client, f.Desk().agent)
    page(client, f"/admin/claims/claim/{claim.pk}/change/", 404)
    paper = claim.papers.all()[0]
    page(client, f"/admin/claims/claim/papers/{paper.key}/", 404)
    assert claim.number not in page(client, "/admin/claims/claim/?view=all")
    sign_in(client, desk.agent)
    answer = client.get(f"/admin/claims/claim/papers/{paper.key}/")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]


def form(desk: f.Desk, **values: Any) -> dict[str, Any]:
    return {
        "waybill": desk.shipment().number, "kind": "damage", "items": "花瓶 ×2 80", "for_customer": "on",
        "shown_to": "王小明", "shown_how": "phone", **values,
    }  # fmt: skip


def test_a_claim_in_one_breath_from_a_case(client: Client, desk: f.Desk) -> None:
    sign_in(client, desk.agent)
    about = case(by=desk.agent, customer=desk.customer, waybill=desk.shipment())
    address = f"/admin/claims/claim/add/?from=/admin/complaints/case/{about.pk}/change/"
    assert about.number in page(client, address)
    seen = client.post(
        address, form(desk, waybill=about.waybill.number, case=about.number, preview="1")
    )
    assert "在您的额度内" in seen.content.decode() and not Claim.objects.exists()
    files = {
        name: SimpleUploadedFile(f"{name}.png", png((4, 4 + n)), "image/png")
        for n, name in enumerate(("picture", "signature"))
    }
    values = form(
        desk,
        waybill=about.waybill.number,
        case=about.number,
        pay_now="on",
        received_by="李",
        **files,
    )
    answer = client.post(address, values, follow=True)
    claim = Claim.objects.get()
    assert (
        claim.state == ClaimState.PAID
        and claim.case == about
        and claim.number in answer.content.decode()
    )
    panel = page(client, f"/admin/claims/claim/beside/complaints.case/{about.pk}/")
    assert claim.number in panel


def test_the_contact_of_the_case_is_not_shown_and_need_not_be_typed(
    client: Client, desk: f.Desk
) -> None:
    sign_in(client, desk.agent)
    about = case(
        by=desk.agent, customer=desk.customer, waybill=desk.shipment(),
        contact_name="周小梅", contact_phone="13912345678",
    )  # fmt: skip
    address = f"/admin/claims/claim/add/?from=/admin/complaints/case/{about.pk}/change/"
    assert "周小梅" not in page(client, address)
    typed = form(desk, waybill=about.waybill.number, case=about.number, shown_to="")
    del typed["for_customer"]
    client.post(address, typed)
    claim = Claim.objects.get()
    assert (claim.shown_to, claim.party_name) == ("周小梅", "周小梅")
    assert claim.party_phone == about.contact_phone and claim.customer is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"items": "花瓶 ８０"}, "不是可用的金额"),
        ({"items": "花瓶 1.234"}, "不是可用的金额"),
        ({"items": "花瓶 -80"}, "不是可用的金额"),
        ({"items": "花瓶 80\n台灯"}, "第 2 行"),
        ({"waybill": "YP00000000000"}, "您查不到这个运单"),
        ({"case": "CS20260101-00000"}, "您查不到这个个案"),
        ({"pay_now": "on"}, "现场赔付必须填写"),
        ({"for_customer": ""}, "索赔人"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    client: Client, desk: f.Desk, values: dict[str, Any], expected: str
) -> None:
    sign_in(client, desk.agent)
    answer = client.post("/admin/claims/claim/add/", form(desk, **values))
    assert expected in answer.content.decode() and "花瓶" in answer.content.decode()
    assert not Claim.objects.exists()


def test_the_rules_page_in_both_languages(client: Client, desk: f.Desk) -> None:
    sign_in(client, superuser())
    claim = f.filed(desk)
    address = f"/admin/claims/compensationrule/{claim.rule_id}/change/"
    assert "不以运费倍数为上限" in page(client, address)
    client.cookies["django_language"] = "en"
    english = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "No multiple of the fee" in english or "不以运费倍数为上限" in english


def own_case(desk: f.Desk) -> tuple[Claim, str]:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    claim = f.approved(
        desk,
        "500",
        waybill=shipment,
        case=about,
        customer=None,
        party_name="王小明",
        party_phone=PHONE,
    )
    return claim, f"/case/{token_of(about)}"


def test_the_claimant_agrees_on_their_page_to_the_sum_they_saw(
    client: Client, desk: f.Desk
) -> None:
    claim, address = own_case(desk)
    shown = page(client, address)
    assert claim.number in shown and "¥500.00" in shown and desk.director.display_name not in shown
    answer = client.post(f"{address}/claims/{claim.number}/agree", {"amount": "499.00"})
    assert answer.status_code == 409 and f.fresh(claim).state == ClaimState.APPROVED
    answer = client.post(f"{address}/claims/{claim.number}/agree", {"amount": "500.00"})
    assert answer.status_code == 303 and f.fresh(claim).state == ClaimState.AGREED


def test_the_claimant_disputes_with_a_reason(client: Client, desk: f.Desk) -> None:
    claim, address = own_case(desk)
    answer = client.post(f"{address}/claims/{claim.number}/dispute", {"reason": " "})
    assert answer.status_code == 422
    answer = client.post(
        f"{address}/claims/{claim.number}/dispute", {"amount": "499.00", "reason": "发票是 600"}
    )
    assert answer.status_code == 409 and "¥500.00" in answer.content.decode()
    answer = client.post(
        f"{address}/claims/{claim.number}/dispute", {"amount": "500.00", "reason": "发票是 600"}
    )
    claim = f.fresh(claim)
    assert (answer.status_code, claim.state, claim.dispute_reason) == (
        303,
        ClaimState.FILED,
        "发票是 600",
    )


def test_a_link_does_not_open_what_somebody_else_claims(client: Client, desk: f.Desk) -> None:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    claim = f.approved(desk, waybill=shipment, case=about, kind=ClaimKind.DAMAGE)
    address = f"/case/{token_of(about)}"
    assert claim.number not in page(client, address)
    answer = client.post(f"{address}/claims/{claim.number}/agree", {"amount": "80.00"})
    assert answer.status_code == 404 and f.fresh(claim).state == ClaimState.APPROVED


def test_the_next_act_leads_for_whoever_may_press_it(client: Client, desk: f.Desk) -> None:
    def leading(claim: Claim, user: Any) -> str:
        sign_in(client, user)
        answer = client.get(reverse("admin:claims_claim_change", args=[claim.pk]))
        assert answer.status_code == 200
        return answer.context["acts"][0].name if answer.context["acts_lead"] else ""

    assert leading(f.filed(desk), desk.agent) == "assess"
    waiting = f.assessed(desk, "5000")
    assert waiting.assessments.get().amount == 5000
    assert leading(waiting, desk.manager) == "approve"
    assert leading(waiting, desk.agent) == "", "who assessed it does not decide it"
    assert leading(f.assessed(desk, "20000"), desk.manager) == "", "beyond their limit"
    assert leading(f.approved(desk), desk.agent) == "agree"
    assert leading(f.agreed(desk), desk.manager) == "plan"
    assert leading(f.paid(desk), desk.manager) == "close"
    page_of = page(client, reverse("admin:claims_claim_change", args=[waiting.pk]))
    assert reverse("desk:shipment", args=[waiting.waybill.number]) in page_of


def test_sums_stand_under_their_heads_and_shares_in_per_cent(client: Client, desk: f.Desk) -> None:
    f.assessed(desk)
    sign_in(client, desk.manager)
    claims = page(client, reverse("admin:claims_claim_changelist") + "?view=all")
    assert '<th scope="col" class="num">' in claims
    limits = page(client, reverse("admin:claims_claimlimit_changelist"))
    assert limits.count('class="money ') == 3
    rule = CompensationRule.objects.filter(share=1).earliest("pk")
    assert "100 %" in page(client, reverse("admin:claims_compensationrule_change", args=[rule.pk]))
