"""The sender's own words, for those who proved to be a party (TRK-10)."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.tracking.enums import PartyRole
from apps.tracking.models import Waybill
from apps.tracking.queries.party import party_view
from apps.tracking.services import ingest
from tests.factories.tracking import event, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-10")]
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "found" / "texts.jsonl"
WAITING = (
    "快件已到喜悦驿站（北大街 3 号旁，9:00-21:00，站点电话 17314963979），请凭取件码 8-2-1034 领取，"
    "尾号9002，李 小 红，139 0013 9002，建国路88号1001室"
)


def shown_to(parcel: Waybill, role: PartyRole, text: str) -> str:
    scan = event(parcel, "ready_for_pickup.locker_or_station", text=text)
    ingest([scan], source="tests", by=system_user("tests"), at=timezone.now())
    return party_view(parcel, role).scans[0].text


@pytest.mark.parametrize("role", [PartyRole.CONSIGNEE, PartyRole.SIGNER, PartyRole.BOTH])
def test_who_receives_it_reads_the_code_the_point_and_the_couriers_phone(role: PartyRole) -> None:
    text = shown_to(waybill(), role, WAITING)
    for shown in ("8-2-1034", "喜悦驿站", "北大街 3 号", "9:00-21:00", "17314963979"):
        assert shown in text
    for hidden in ("9002", "李 小 红", "建国路88号", "1001"):
        assert hidden not in text


def test_the_sender_reads_the_words_but_neither_code_nor_phones() -> None:
    text = shown_to(waybill(), PartyRole.SENDER, WAITING)
    assert "喜悦驿站" in text
    for hidden in ("8-2-1034", "1034", "17314963979", "3979", "9002", "李 小 红", "建国路88号"):
        assert hidden not in text


@pytest.mark.parametrize(
    "spelling",
    [
        "１３９００１３９００２",
        "139.0013.9002",
        "+86 139-0013-9002",
        "一三九零零一三九零零二",
        "尾号 九零零二",
    ],
)
@pytest.mark.parametrize("role", list(PartyRole))
def test_a_known_phone_is_hidden_however_it_is_spelt(role: PartyRole, spelling: str) -> None:
    text = shown_to(waybill(), role, f"联系 {spelling} 派送")
    assert text.startswith("联系") and text.endswith("派送")
    assert not any(end in text for end in ("9002", "９００２", "九零零二"))


def test_the_closed_half_is_a_city_whatever_was_written_into_its_field() -> None:
    parcel = waybill(
        origin_city="上海市浦东新区世纪大道100号",
        destination_city="北京市朝阳区建国路88号李小红",
        goods_name="服装 李小红 13900139002",
        customer_reference="给李小红的第9002单",
    )
    for role in PartyRole:
        view = party_view(parcel, role)
        assert view.goods_name.startswith("服装")
        assert "李小红" not in view.goods_name + view.reference
        assert "9002" not in view.goods_name + view.reference
    sender, consignee = (party_view(parcel, r) for r in (PartyRole.SENDER, PartyRole.CONSIGNEE))
    assert (sender.consignee_address, consignee.sender_address) == ("北京", "上海")


def test_a_scan_without_words_is_not_repeated_and_what_was_corrected_is_gone() -> None:
    parcel = waybill()
    for text in ("第一次", "更正后"):
        scan = event(parcel, "arrived", text=text, source_id="one")
        ingest([scan], source="tests", by=system_user("tests"), at=timezone.now())
    ingest([event(parcel, "sorted")], source="tests", by=system_user("tests"), at=timezone.now())
    assert [scan.text for scan in party_view(parcel, PartyRole.SENDER).scans] == ["更正后"]


@pytest.mark.skipif(
    not CASES.is_file(), reason="the folder of shared cases is not beside this clone"
)
def test_the_cases_that_were_found() -> None:
    for case in map(json.loads, CASES.read_text().splitlines()):
        phone = case.get("party_phone", "13900139002")
        parcel = waybill(consignee_phone=phone)
        text = shown_to(parcel, PartyRole.SENDER, case["text"])
        for secret in case.get("must_not_show", []):
            assert secret not in text, case["text"]
        for expected in case.get("must_show", []):
            assert expected in text, case["text"]
