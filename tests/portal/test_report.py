"""Reporting a problem on the public page (CMP-1, TRK-10)."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.backoffice.forms.held_files import UnjudgedFile
from apps.backoffice.models import HeldFile
from apps.backoffice.services import hold_files
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.links import token_of
from apps.portal.problems import CLASS_OF, Problem
from apps.portal.views import report as door
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, new_key
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.shipments import picture

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
UNKNOWN = compose("YP", 1, new_key())
TEXT = "外箱破了一个洞，里面的杯子碎了两个。"


@pytest.fixture(autouse=True)
def _a_unit() -> None:
    UnitFactory()


def fields(**more: Any) -> dict[str, Any]:
    return {
        "kind": "damaged",
        "text": TEXT,
        "waybill": "",
        "phone": "138 1234 5678",
        "email": "",
        "name": "王小明",
        "key": str(uuid4()),
        **more,
    }


def jpeg(name: str = "IMG_0001.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().getvalue(), "image/jpeg")


def send(client: Client, **more: Any) -> Any:
    return client.post("/report", fields(**more))


def test_the_tracking_page_leads_to_the_form_with_its_number(
    client: Client, under_way: Waybill
) -> None:
    page = client.get(f"/track/{under_way.number}").content.decode()
    assert f'href="/report?n={under_way.number}"' in page
    form = client.get(f"/report?n={under_way.number}").content.decode()
    assert f'value="{under_way.number}"' in form


def test_a_report_becomes_a_case_with_photos_and_a_link(client: Client, under_way: Waybill) -> None:
    answer = send(
        client, waybill=f"运单号：{under_way.number.lower()}", photos=[jpeg(), jpeg("2.jpg")]
    )
    case = Case.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/case/{token_of(case)}?sent=1"
    assert (case.case_class, case.channel) == (CaseClass.DAMAGE, CaseChannel.WEB)
    assert case.waybill == under_way and case.customer == under_way.customer
    assert case.contact_phone == "+8613812345678" and case.contact_name == "王小明"
    assert case.title.startswith("破损：外箱")
    assert case.description == f"{TEXT}\n\n运单号: {under_way.number}"
    assert case.awaits_answer
    files = CaseFile.objects.filter(entry__case=case)
    assert [f.content_type for f in files] == ["image/jpeg", "image/jpeg"]
    page = client.get(answer["Location"]).content.decode()
    assert case.number in page and TEXT in page and "已收到" in page


@pytest.mark.parametrize("kind", Problem.values)
def test_each_kind_has_its_class(client: Client, kind: str) -> None:
    send(client, kind=kind)
    assert Case.objects.get().case_class == CLASS_OF[Problem(kind)]


def test_errors_name_the_field_and_keep_all_that_was_typed(english: Client) -> None:
    answer = send(
        english, kind="", text=" ", waybill="YP12", phone="123", email="no", name="Mary <b>"
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and not Case.objects.exists()
    for field in ("kind", "text", "waybill", "phone", "email"):
        assert f'href="#{field}"' in page, field
    assert 'value="YP12"' in page and 'value="Mary &lt;b&gt;"' in page
    assert page.count('aria-invalid="true"') == 4


def test_somebody_has_to_be_reachable(english: Client) -> None:
    page = send(english, phone="", email="").content.decode()
    assert "Leave a phone number or an e-mail address." in page
    assert send(english, phone="", email="mary@shop.example").status_code == 303


def test_photos_are_kept_when_the_form_is_shown_again(client: Client) -> None:
    first = send(client, text="", photos=[jpeg("一.jpg"), jpeg("二.jpg")])
    assert first.status_code == 422
    one, two = HeldFile.objects.order_by("pk")
    page = first.content.decode()
    assert one.key.hex in page and two.key.hex in page and "一.jpg" in page
    done = send(
        client, kept=[one.key.hex, two.key.hex], drop=[two.key.hex], photos=[jpeg("三.jpg")]
    )
    assert done.status_code == 303
    assert sorted(CaseFile.objects.values_list("name", flat=True)) == ["一.jpg", "三.jpg"]
    assert list(HeldFile.objects.all()) == [two]


def test_nobody_gets_a_photo_by_guessing(client: Client) -> None:
    for key in (uuid4().hex, "1", "../../x", ""):
        assert send(client, kept=[key], key=str(uuid4()), text=key or "x").status_code == 303
    (staff,) = hold_files(
        files=[UnjudgedFile(b"scan", "传真.tif")], owner=UserFactory(), at=timezone.now()
    )
    assert send(client, kept=[staff.key.hex], key=str(uuid4()), text="y").status_code == 303
    assert not CaseFile.objects.exists()


def test_sent_twice_is_one_case(client: Client) -> None:
    once = fields()
    first, second = client.post("/report", once), client.post("/report", once)
    assert first["Location"] == second["Location"]
    # The form was loaded anew, the words are the same.
    third = client.post("/report", {**once, "key": str(uuid4())})
    assert third["Location"] == first["Location"]
    case = Case.objects.get()
    assert case.entries.count() == 1


def test_the_same_words_with_another_photo_bring_the_photo(client: Client) -> None:
    for photos in ([jpeg()], [jpeg()], [jpeg(), _other()]):
        assert send(client, photos=photos).status_code == 303
    mine = Case.objects.get()
    assert CaseFile.objects.filter(entry__case=mine).count() == 2


def _other() -> SimpleUploadedFile:
    return SimpleUploadedFile("b.jpg", picture((80, 80)).getvalue(), "image/jpeg")


def test_going_back_and_sending_other_words_loses_nothing(client: Client) -> None:
    once = fields()
    client.post("/report", once)
    client.post("/report", {**once, "text": "还有：快递员当时没让验货。"})
    case = Case.objects.get()
    assert [entry.text for entry in case.entries.all()] == [TEXT, "还有：快递员当时没让验货。"]


@pytest.mark.requirement("TRK-10")
def test_the_form_does_not_tell_which_numbers_exist(client: Client, under_way: Waybill) -> None:
    answers, pages = [], []
    for number in (under_way.number, UNKNOWN):
        answer = send(client, waybill=number, text=f"问题 {number}")
        answers.append(answer.status_code)
        page = client.get(answer["Location"]).content.decode()
        pages.append(page.count(number))
    assert answers == [303, 303]
    assert pages[0] == pages[1] > 0
    unknown = Case.objects.get(waybill=None)
    assert UNKNOWN in unknown.description
    assert f"/track/{under_way.number}" not in page


@pytest.mark.requirement("TRK-10")
def test_one_address_and_one_shipment_are_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "CASES", (door.CASES[0], 2))
    assert [send(client, text=f"问题{n}").status_code for n in range(3)] == [303, 303, 429]
    page = send(client, text="写了很多字").content.decode()
    assert "写了很多字" in page and "400-000-1111" in page
    monkeypatch.setattr(door, "CASES", (door.CASES[0], 100))
    monkeypatch.setattr(door, "ABOUT_ONE", (door.ABOUT_ONE[0], 1))
    assert send(client, text="a", waybill=UNKNOWN).status_code == 303
    assert send(client, text="b", waybill=UNKNOWN).status_code == 429
    assert send(client, text="b").status_code == 303


def test_too_many_and_too_large_photos_are_refused_by_name(client: Client, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 50_000
    large = SimpleUploadedFile("大.jpg", b"\xff\xd8\xff" + b"x" * 200_000, "image/jpeg")
    page = send(client, photos=[large]).content.decode()
    assert "大.jpg" in page and not Case.objects.exists()
    page = send(client, photos=[jpeg(f"{n}.jpg") for n in range(9)]).content.decode()
    assert "最多 6 张照片" in page
    assert HeldFile.objects.count() == 6


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.svg", SVG),
        ("evil.jpg", SVG),
        ("evil.html", HTML),
        ("photo.jpg", HTML),
        ("broken.jpg", b"\xff\xd8\xff\xe0 not a picture"),
        ("page.pdf", b"%PDF-1.4 x %%EOF"),
        ("../../etc/passwd", b"root:x"),
    ],
)
def test_what_is_no_picture_is_no_photo(client: Client, name: str, content: bytes) -> None:
    file = SimpleUploadedFile(name, content, "image/jpeg")
    answer = send(client, photos=[file])
    assert answer.status_code == 422 and not Case.objects.exists()
    assert "alert(1)" not in answer.content.decode()


def test_a_decompression_bomb_is_refused_before_it_unpacks(client: Client) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 500_000
    bomb = SimpleUploadedFile("bomb.png", out.getvalue(), "image/png")
    answer = send(client, photos=[bomb])
    assert answer.status_code == 422 and not Case.objects.exists()


def test_what_hides_behind_a_picture_is_gone(client: Client) -> None:
    hidden = picture().getvalue() + b"<script>alert(1)</script>"
    send(client, photos=[SimpleUploadedFile("a.jpg", hidden, "image/jpeg")])
    stored = CaseFile.objects.get()
    found = client.get(f"/case/{token_of(stored.entry.case)}/files/{stored.key}")
    assert found["Content-Type"] == "image/jpeg" and found["X-Content-Type-Options"] == "nosniff"
    assert b"alert(1)" not in found.content


def test_a_forged_request_is_refused(under_way: Waybill) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/report", fields()).status_code == 403
    page = strict.get("/report").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post("/report", fields(csrfmiddlewaretoken=token)).status_code == 303


def test_controls_and_scripts_are_only_words(client: Client) -> None:
    answer = send(client, text="<script>alert(1)</script>\r\nX-Evil: 1", name="a\r\nb")
    page = client.get(answer["Location"]).content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page
    assert send(client, text="null \x00 byte", key=str(uuid4())).status_code == 422
