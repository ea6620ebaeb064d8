"""A claim filed on the page of a case, and the papers that are sent there (CMP-6)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.claims.enums import ClaimKind, ClaimState, ExplainedHow
from apps.claims.models import Claim
from apps.complaints.models import Case
from apps.complaints.queries.links import token_of
from tests.factories import claims as f
from tests.factories import pdfs
from tests.factories.complaints import PHONE, case
from tests.factories.customers import ContactFactory, png

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]


def brought(desk: f.Desk, **shipment: Any) -> Case:
    parcel = desk.shipment(**{"consignee_phone": PHONE, **shipment})
    return case(by=desk.agent, customer=desk.customer, waybill=parcel)


def form(client: Client, about: Case, **values: Any) -> dict[str, Any]:
    seen = client.get(f"/case/{token_of(about)}/claim")
    assert seen.status_code == 200 and "不以运费倍数为上限" in seen.content.decode()
    given = {"kind": "damage", "items": "青花瓷瓶 ×2 1,280.50\n木盒 80", "agreed": "on"}
    return {**given, "rules": seen.context["keys"], **values}


def test_the_consignee_files_with_the_rules_read(client: Client, desk: f.Desk) -> None:
    about = brought(desk)
    address = f"/case/{token_of(about)}"
    assert f"{address}/claim" in client.get(address).content.decode()
    answer = client.post(f"{address}/claim", form(client, about))
    assert answer.status_code == 303
    claim = Claim.objects.get()
    assert (claim.state, claim.case, claim.customer) == (ClaimState.FILED, about, None)
    assert (claim.shown_how, claim.claimed, claim.items.count()) == (
        ExplainedHow.PAGE, Decimal("1360.50"), 2,
    )  # fmt: skip
    assert claim.rule is not None and claim.shown_at is not None
    assert claim.number in client.get(address).content.decode()
    again = client.post(f"{address}/claim", form(client, about))
    assert again.status_code == 422 and claim.number in again.content.decode()
    assert Claim.objects.count() == 1


def test_a_contact_files_for_the_customer(client: Client, desk: f.Desk) -> None:
    about = brought(desk, consignee_phone="13900001111")
    ContactFactory(customer=desk.customer, phone=about.contact_phone)
    assert client.post(f"/case/{token_of(about)}/claim", form(client, about)).status_code == 303
    assert Claim.objects.get().customer == desk.customer


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"agreed": ""}, "请阅读"),
        ({"rules": "1,2"}, "请重新阅读"),
        ({"items": "花瓶 1.234"}, "不是可用的金额"),
        ({"items": "花瓶"}, "第 1 行"),
        ({"kind": "theft"}, "theft"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    client: Client, desk: f.Desk, values: dict[str, Any], said: str
) -> None:
    about = brought(desk)
    answer = client.post(f"/case/{token_of(about)}/claim", form(client, about, **values))
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Claim.objects.exists()


def test_anothers_shipment_is_refused(client: Client, desk: f.Desk) -> None:
    """Neither customer nor sender nor consignee: the number of a shipment is no claim to it."""
    stranger = brought(desk, consignee_phone="13900001111")
    nothing = case(by=desk.agent, customer=desk.customer)
    for about in (stranger, nothing):
        address = f"/case/{token_of(about)}"
        assert f"{address}/claim" not in client.get(address).content.decode()
        values = {"kind": "damage", "items": "花瓶 80", "agreed": "on", "rules": "1"}
        assert client.get(f"{address}/claim").status_code == 409
        assert client.post(f"{address}/claim", values).status_code == 409
    assert client.get(f"/case/{token_of(stranger)[:-1]}x/claim").status_code == 404
    assert not Claim.objects.exists()


def papers(content: bytes, name: str = "发票.png") -> dict[str, Any]:
    return {"kind": "price", "papers": SimpleUploadedFile(name, content, "image/png")}


def test_papers_void_an_approval_and_keep_it(client: Client, desk: f.Desk) -> None:
    about = brought(desk)
    claim = f.approved(
        desk, "500", waybill=about.waybill, case=about, customer=None, party_name="王小明", party_phone=PHONE
    )  # fmt: skip
    address = f"/case/{token_of(about)}/claims/{claim.number}/papers"
    assert client.post(address, papers(b"MZ\x90 no picture")).status_code == 422
    assert client.post(address, {"kind": "price"}).status_code == 422
    assert f.fresh(claim).state == ClaimState.APPROVED
    assert client.post(address, papers(png())).status_code == 303
    claim = f.fresh(claim)
    assert (claim.state, claim.approved, claim.decisions.count()) == (ClaimState.FILED, None, 1)
    paper = claim.papers.get()
    assert (paper.kind, paper.by_customer) == ("price", True)


def test_an_invoice_as_pdf_and_what_is_refused_is_named(
    client: Client, desk: f.Desk, settings: Any
) -> None:
    """Of five files two are fine: they are kept for the next try, which sends them."""
    settings.UPLOAD_MAX_BYTES = 20_000
    about = brought(desk)
    claim = f.filed(
        desk, "500", waybill=about.waybill, case=about, customer=None, party_name="王小明", party_phone=PHONE
    )  # fmt: skip
    address = f"/case/{token_of(about)}/claims/{claim.number}/papers"
    sent = {
        "发票.pdf": pdfs.pdf(),
        "锁住.pdf": pdfs.locked(),
        "脚本.pdf": pdfs.with_script(),
        "太大.pdf": pdfs.pdf() + b" " * 20_000,
        "程序.pdf": b"MZ\x90 no PDF",
        "外箱.png": png(),
    }
    files = [SimpleUploadedFile(name, content) for name, content in sent.items()]
    answer = client.post(address, {"kind": "price", "papers": files})
    text = answer.content.decode()
    assert answer.status_code == 422 and not claim.papers.exists()
    for name, why in (
        ("锁住", "密码"),
        ("脚本", "程序或脚本"),
        ("太大", "MB"),
        ("程序", "不是图片也不是 PDF"),
    ):
        assert re.search(f"{name}\\.pdf”[^<]*{why}", text), name
    kept = re.findall(r'name="kept" value="(\w+)"', text)
    assert len(kept) == 2 and "✓ 发票.pdf" in text and "✓ 外箱.jpg" in text
    assert '<option value="price" selected>' in text
    assert client.post(address, {"kind": "price", "kept": kept}).status_code == 303
    assert sorted(paper.name for paper in claim.papers.all()) == ["发票.pdf", "外箱.jpg"]
    page = client.get(f"/case/{token_of(about)}").content.decode()
    assert "发票.pdf" in page and "外箱.jpg" in page


def test_one_text_of_the_rules_stands_once(client: Client, desk: f.Desk) -> None:
    about = brought(desk)
    page = client.get(f"/case/{token_of(about)}/claim")
    texts = [shown.text for shown in page.context["rules"]]
    assert len(texts) == len(set(texts)) < len(ClaimKind)
    for text in texts:
        assert page.content.decode().count(text[:20]) == 1
    keys = page.context["keys"].split(",")
    assert len(keys) == len(ClaimKind)


def test_a_link_sends_no_papers_to_anothers_claim(client: Client, desk: f.Desk) -> None:
    about = brought(desk)
    claim = f.filed(desk, waybill=about.waybill, case=about)
    address = f"/case/{token_of(about)}/claims/{claim.number}/papers"
    assert client.post(address, papers(png())).status_code == 404
    assert not claim.papers.exists()
