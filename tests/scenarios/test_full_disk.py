"""The disk for uploads is full: whoever sends a file is told so and loses nothing else, machines
keep theirs for later, and nothing is half there."""

import base64
import errno
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as installation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.backoffice.models import HeldFile, ImportFile
from apps.chat.models import ChatFile, ChatLine
from apps.complaints.enums import CaseChannel
from apps.complaints.models import Case, CaseEntry, CaseFile
from apps.complaints.queries.links import token_of
from apps.core.errors import NotStored
from apps.core.sheets import write_xlsx
from apps.core.storage import all_or_nothing
from apps.customers.models import CustomerScope
from apps.inquiries.enums import MediaState
from apps.inquiries.models import InboundMessage, MailboxState, WeChatMedia
from apps.inquiries.services import mailbox
from apps.inquiries.services.mailbox import read_mailbox
from apps.inquiries.services.wechat_media import fetch_media
from apps.orders.jobs import ORDERS
from apps.orders.models import WorkOrder
from apps.tracking.jobs import SCANS
from apps.tracking.models import ProofOfDelivery
from apps.tracking.services import pod
from apps.tracking.services.imports import COLUMNS
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.accounts import (
    ServiceUserFactory,
    UnitFactory,
    UserFactory,
    bearer,
    sign_in,
    superuser,
)
from tests.factories.chats import agent, begin, round_the_clock
from tests.factories.complaints import Team, case
from tests.factories.customers import ready_customer
from tests.factories.imports import take_in
from tests.factories.shipments import photo as proof_photo
from tests.factories.shipments import picture, proof, scan, shipment
from tests.full_disk import Disk, small_disk
from tests.inquiries.test_mail import OneMail, letter
from tests.orders.test_intake import GOOD, HEAD

pytestmark = pytest.mark.django_db
SORRY = "文件未能保存"
TYPED = "外箱破了一个洞，里面的杯子碎了两个。"


@pytest.fixture
def team(db: None) -> Team:
    return Team()


@pytest.fixture
def disk(settings: Any, tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "media") as made:
        settings.MEDIA_ROOT = made.root
        yield made


@pytest.fixture
def full(disk: Disk) -> Disk:
    disk.fill()
    return disk


def jpeg(name: str = "一.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture().getvalue(), "image/jpeg")


def page(answer: Any) -> str:
    return str(answer.content.decode())


# --- the storage itself -------------------------------------------------------------------------
def test_what_did_not_fit_is_gone_and_what_fits_is_whole(disk: Disk) -> None:
    disk.fill(but=32 * 1024)
    with pytest.raises(NotStored) as refused:
        default_storage.save("a/b.bin", ContentFile(b"y" * 256 * 1024))
    assert refused.value.__cause__.errno == errno.ENOSPC  # type: ignore[union-attr]
    assert disk.files == [], "thirty-two thousand bytes of it had been written"
    name = default_storage.save("a/b.bin", ContentFile(b"y" * 1024))
    assert name == "a/b.bin"
    assert [path.name for path in disk.files] == ["b.bin"]
    assert default_storage.open(name).read() == b"y" * 1024


def test_a_file_in_the_way_and_a_folder_that_takes_none_are_the_same_refusal(disk: Disk) -> None:
    (disk.root / "a").write_text("no folder")
    with pytest.raises(NotStored):
        default_storage.save("a/b.bin", ContentFile(b"y"))


def test_what_was_stored_for_something_that_fails_is_taken_away(disk: Disk) -> None:
    with all_or_nothing():
        default_storage.save("kept.bin", ContentFile(b"y"))
        with pytest.raises(NotStored), all_or_nothing():
            default_storage.save("first.bin", ContentFile(b"y"))
            disk.fill()
            default_storage.save("second.bin", ContentFile(b"y" * 9_000))
    assert [path.name for path in disk.files] == ["kept.bin"]
    with pytest.raises(KeyError), all_or_nothing():
        disk.make_room()
        with all_or_nothing():
            default_storage.save("inner.bin", ContentFile(b"y"))
        raise KeyError
    assert [path.name for path in disk.files] == ["kept.bin"]


# --- people -------------------------------------------------------------------------------------
@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize(
    ("language", "sorry", "again"),
    [("zh-hans", SORRY, "请重新选择这些文件：一.jpg"), ("en", "could not be kept", "choose these")],
)
def test_a_report_stands_there_again(
    client: Client, full: Disk, language: str, sorry: str, again: str
) -> None:
    UnitFactory()
    client.cookies[installation.LANGUAGE_COOKIE_NAME] = language
    fields = {"kind": "damaged", "text": TYPED, "phone": "138 1234 5678", "key": str(uuid4())}
    refused = client.post("/report", {**fields, "photos": [jpeg()]})
    assert refused.status_code == 422
    shown = page(refused)
    assert TYPED in shown and "138 1234 5678" in shown and sorry in shown and again in shown
    assert (Case.objects.count(), CaseFile.objects.count(), HeldFile.objects.count()) == (0, 0, 0)
    assert full.files == []
    assert client.post("/report", fields).status_code == 303, "without the photo it goes"
    full.make_room()
    fields["key"] = str(uuid4())
    assert client.post("/report", {**fields, "photos": [jpeg()]}).status_code == 303
    assert CaseFile.objects.count() == len(full.files) == 1, "the photo follows into its case"
    assert Case.objects.count() == 1


@pytest.mark.requirement("CMP-1")
def test_a_message_in_a_case_stands_there_again(client: Client, full: Disk, team: Team) -> None:
    mine = case(team=team, channel=CaseChannel.WEB, description="杯子碎了")
    before = CaseEntry.objects.count()
    where = f"/case/{token_of(mine)}/messages"
    refused = client.post(where, {"text": TYPED, "key": str(uuid4()), "photos": [jpeg()]})
    assert refused.status_code == 422
    assert TYPED in page(refused) and SORRY in page(refused)
    assert CaseEntry.objects.count() == before and full.files == []


@pytest.mark.requirement("CMP-1")
@pytest.mark.parametrize("scripted", [False, True])
def test_a_line_in_a_chat_stands_there_again(client: Client, full: Disk, scripted: bool) -> None:
    round_the_clock()
    agent("王芳", most=9)
    assert client.post("/chat/start", {"text": "你好", "nonce": str(uuid4())}).status_code == 303
    head = {"Accept": "application/json"} if scripted else {}
    before = ChatLine.objects.count()
    refused = client.post("/chat/say", {"text": TYPED, "files": [jpeg()]}, headers=head)
    if scripted:
        assert refused.status_code == 422
        assert refused.json()["code"] == "file_not_kept" and SORRY in refused.json()["message"]
    else:
        assert TYPED in page(refused) and SORRY in page(refused)
    assert ChatLine.objects.count() == before and not ChatFile.objects.exists()
    assert full.files == []


@pytest.mark.requirement("CMP-1")
def test_a_first_word_in_a_chat_stands_there_again(client: Client, full: Disk) -> None:
    round_the_clock()
    agent("王芳", most=9)
    start = {"text": TYPED, "nonce": str(uuid4()), "files": [jpeg()]}
    refused = client.post("/chat/start", start)
    assert TYPED in page(refused) and SORRY in page(refused)
    assert begin() is not None, "and without a file it begins"


@pytest.mark.requirement("CMP-1")
def test_an_answer_of_staff_stands_there_again(client: Client, full: Disk, team: Team) -> None:
    mine = case(team=team, channel=CaseChannel.WEB)
    sign_in(client, team.agent)
    before = CaseEntry.objects.count()
    where = reverse("admin:complaints_case_act", args=[mine.number, "files"])
    act = {"files-from_customer": "yes", "files-note": TYPED, "files-files": [jpeg()], "seen": "0"}
    refused = client.post(where, act)
    assert TYPED in page(refused) and SORRY in page(refused)
    assert CaseEntry.objects.count() == before and full.files == []


@pytest.mark.requirement("TRK-6")
def test_a_proof_of_delivery_is_not_half_recorded(full: Disk) -> None:
    parcel = scan(shipment(), "out_for_delivery")
    given: dict[str, Any] = {"waybill_id": parcel.pk, "proof": proof(), "photos": [proof_photo()]}
    with pytest.raises(NotStored):
        pod.record_proof(**given, by=system_user("tests"), at=timezone.now())
    assert not ProofOfDelivery.objects.exists() and full.files == []
    full.make_room()
    pod.record_proof(**given, by=system_user("tests"), at=timezone.now())
    assert len(full.files) == 1


@pytest.mark.requirement("ORD-1")
def test_an_order_file_is_not_half_taken_in(full: Disk) -> None:
    customer, by = ready_customer(), UserFactory(roles=[Role.AGENT])
    content = write_xlsx(HEAD, [GOOD])

    def take() -> ImportFile:
        return take_in(ORDERS.name, content, by=by, customer=customer.pk)

    with pytest.raises(NotStored):
        take()
    assert not ImportFile.objects.exists() and not WorkOrder.objects.exists()
    assert full.files == []
    full.make_room()
    assert take().rows_taken == 1, "the same file is not taken for one that is known"


@pytest.mark.requirement("ORD-1")
def test_the_page_for_order_files_says_so(client: Client, full: Disk) -> None:
    customer = ready_customer()
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    file = SimpleUploadedFile("a.xlsx", write_xlsx(HEAD, [GOOD]))
    where = reverse("admin:backoffice_importfile_new_orders_workorder")
    refused = client.post(where, {"customer": customer.pk, "file": file})
    assert SORRY in page(refused) and not ImportFile.objects.exists()


@pytest.mark.requirement("TRK-2")
def test_a_sheet_of_events_is_not_half_taken_in(full: Disk) -> None:
    content = write_xlsx([column.headings[0] for column in COLUMNS], [["YP1", *[""] * 3]])
    with pytest.raises(NotStored):
        take_in(SCANS.name, content, by=superuser())
    assert not ImportFile.objects.exists() and full.files == []


@pytest.mark.parametrize(("where", "kind"), [("/report", "text/html"), ("/api/v1/cases", "json")])
def test_an_upload_that_finds_no_room_on_its_way_in_is_answered_in_words(
    client: Client, full: Disk, settings: Any, where: str, kind: str
) -> None:
    """Large ones wait in the temporary folder before anything of ours sees them."""
    settings.FILE_UPLOAD_TEMP_DIR = str(full.root)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    client.raise_request_exception = False
    answer = client.post(where, {"text": TYPED, "photos": [jpeg()]}, headers=_key())
    if where == "/report":
        assert answer.status_code == 503 and SORRY in page(answer)
    else:
        assert answer.status_code in (415, 503) and kind in answer["Content-Type"]
    assert full.files == []


def _key() -> dict[str, str]:
    return bearer("cases:write", user=ServiceUserFactory(scope="customers"))


# --- machines -----------------------------------------------------------------------------------
@pytest.mark.requirement("CMP-1")
def test_the_api_says_so_and_takes_the_same_request_later(client: Client, full: Disk) -> None:
    user = ServiceUserFactory(scope="customers")
    customer = ready_customer()
    CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    key = {**bearer("cases:read", "cases:write", user=user), "Idempotency-Key": "k1"}
    content = base64.b64encode(picture().getvalue()).decode()
    body = {
        "class": "damage",
        "description": TYPED,
        "contact_phone": "13800000002",
        "files": [{"name": "a.jpg", "content": content}],
    }
    refused = client.post("/api/v1/cases", body, "application/json", headers=key)
    assert refused.status_code == 503 and int(refused["Retry-After"]) > 0
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "file_not_kept"
    assert not Case.objects.exists() and full.files == []
    full.make_room()
    taken = client.post("/api/v1/cases", body, "application/json", headers=key)
    assert taken.status_code == 201 and CaseFile.objects.count() == 1


@pytest.mark.requirement("TRK-8")
def test_a_mail_waits_in_its_mailbox(
    disk: Disk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    UnitFactory()
    settings.INQUIRY_IMAP_HOST = "mail.example"
    mail = letter("投诉", "箱子破了，请看照片")
    for name in ("a.jpg", "b.jpg"):
        # Noise, so that the second is too large for what the first leaves.
        content = picture((900, 900), quality=95).getvalue() + b"\0" * 20_000
        mail.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    box = OneMail(mail.as_bytes())
    box.uids = lambda *_: [] if box.flagged else ["7"]  # type: ignore[attr-defined]
    monkeypatch.setattr(mailbox, "_open", lambda: nullcontext(box))
    disk.fill(but=len(content) + 3 * 4_096)
    taken = read_mailbox(at=timezone.now())
    assert (taken.taken, taken.unreadable, box.flagged) == (0, 0, [])
    assert MailboxState.objects.get().last_error == "file_not_kept"
    assert not InboundMessage.objects.exists() and not Case.objects.exists()
    assert disk.files == [], "the first of the two is not left behind"
    disk.make_room()
    assert read_mailbox(at=timezone.now()).taken == 1
    assert box.flagged == ["7"] and Case.objects.count() == 1


@pytest.mark.requirement("CMP-1")
def test_a_picture_from_wechat_is_fetched_again_later(
    full: Disk, settings: Any, team: Team
) -> None:
    with WeChatPlatform() as platform:
        settings.WECHAT_URL = platform.url
        settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = platform.app_id, platform.secret
        platform.receives("m1", picture().getvalue())
        at = timezone.now()
        row = WeChatMedia.objects.create(
            case=case(team=team), media_id="m1", received_at=at, due_at=at
        )
        assert fetch_media(at=at) == 0
        row.refresh_from_db()
        assert (row.state, row.reason) == (MediaState.WAITING, "file_not_kept")
        assert row.due_at is not None and row.due_at > at and full.files == []
        full.make_room()
        WeChatMedia.objects.update(due_at=at - timedelta(seconds=1))
        assert fetch_media(at=timezone.now()) == 1
    assert CaseFile.objects.count() == 1
