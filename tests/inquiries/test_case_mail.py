"""Mails that are more than a question: cases, their threads, and who may write in them (CMP-1)."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, LinkKind
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CaseEntry, CaseFile, CaseLink
from apps.complaints.queries.links import tag_of
from apps.inquiries.enums import MessageState
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.models import Attachment, InboundMessage
from apps.inquiries.purpose import is_courtesy
from apps.inquiries.services import case_mail
from apps.inquiries.services.mail import take_mail
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery
from apps.notifications.queries.replies import messages_on_page
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UnitFactory, sign_in
from tests.factories.complaints import Team, who
from tests.factories.notifications import relay_all, send_all
from tests.factories.shipments import picture
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
CUSTOMER = "mary.smith@shop.example"
STRANGER = "mallory@evil.example"
COMPLAINT = "The cups arrived broken. I want to complain."
_count = iter(range(1, 10_000))


@pytest.fixture(autouse=True)
def _installation(settings: Any) -> None:
    UnitFactory()
    settings.DEFAULT_FROM_EMAIL = "Yipiao <track@house.example>"
    settings.INQUIRY_MAIL_FROM = "Yipiao <cases@house.example>"
    settings.SITE_URL = "https://yp.example"


@pytest.fixture
def server(settings: Any) -> Any:
    with MailServer() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        yield running


def letter(
    subject: str = "Broken cups", text: str = COMPLAINT, *, sender: str = CUSTOMER, **headers: str
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Mary Smith <{sender}>"
    mail["To"] = "cases@house.example"
    mail["Subject"] = subject
    mail["Date"] = "Sun, 22 Nov 2026 10:00:00 +0800"
    mail["Message-ID"] = headers.pop("message_id", f"<m{next(_count)}@shop.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def take(mail: EmailMessage) -> InboundMessage:
    row = take_mail(read_mail(mail.as_bytes()), at=timezone.now())
    assert row is not None
    return row


def conversation(of: Case) -> list[str]:
    return [e.text.strip() for e in of.entries.filter(kind=EntryKind.MESSAGE_IN)]


def answer(of: Case, server: MailServer, text: str = "We are sorry.") -> Any:
    """The desk replies; what the customer's mailbox gets."""
    message = NewMessage(EntryKind.MESSAGE_OUT, text, CaseChannel.EMAIL)
    cases.add_message(case_id=of.pk, message=message, **who())
    relay_all()
    send_all("email")
    return server.accepted[-1]


def test_a_complaint_becomes_a_case_with_its_shipment_and_its_photos() -> None:
    shipment = report(waybill(), "picked_up")
    mail = letter(text=f"{COMPLAINT} {shipment.number}")
    mail.add_attachment(picture().getvalue(), "image", "jpeg", filename="cup.jpg")
    row = take(mail)
    case = Case.objects.get()
    assert (row.state, row.case, row.reply) == (MessageState.CASE, case, "")
    assert (case.case_class, case.channel) == (CaseClass.DAMAGE, CaseChannel.EMAIL)
    assert case.waybill == shipment and case.customer == shipment.customer
    assert (case.contact_email, case.contact_name) == (CUSTOMER, "Mary Smith")
    assert case.title == "Broken cups" and case.language == "en"
    assert CaseFile.objects.get().content_type == "image/jpeg"
    entry = case.entries.get()
    assert entry.external_id == f"mail:{mail['Message-ID']}"


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("投诉", "快递员态度很差", CaseClass.COMPLAINT),
        ("包裹", "显示签收了，我没收到", CaseClass.LOSS),
        ("合作", "想了解月结价格", CaseClass.INQUIRY),
        ("", "请给我回电话", CaseClass.INQUIRY),
    ],
)
def test_without_a_number_somebody_still_acts(subject: str, text: str, kind: CaseClass) -> None:
    take(letter(subject, text))
    assert Case.objects.get().case_class == kind


def test_a_plain_question_is_answered_by_machine_as_ever() -> None:
    number = report(waybill(), "picked_up").number
    for text in (number, f"Where is {number}?", f"请问 {number} 到哪了", "x " * 250 + number):
        row = take(letter("", text))
        assert row.state == MessageState.WAITING, text
    assert not Case.objects.exists()


def test_the_same_mail_brought_again_changes_nothing() -> None:
    mail = letter()
    take(mail)
    assert take_mail(read_mail(mail.as_bytes()), at=timezone.now()) is None
    assert Case.objects.count() == 1


def test_a_reply_to_our_mail_goes_into_its_case_however_the_program_threads_it(
    server: MailServer,
) -> None:
    take(letter())
    case = Case.objects.get()
    ours = answer(case, server)
    take(
        letter("Re: hello", "By headers", In_Reply_To=ours["Message-ID"], sender="me@home.example")
    )
    take(letter(str(ours["Subject"]), "By the word in the subject", sender="me@home.example"))
    take(letter(f"case {case.number}", "From their own address"))
    assert Case.objects.count() == 1
    assert conversation(case)[1:] == [
        "By headers",
        "By the word in the subject",
        "From their own address",
    ]
    labels = list(case.entries.values_list("author_label", flat=True))
    assert "me***@home.example" in str(labels) or "m***@home.example" in labels


def test_the_thread_goes_on_in_both_directions(server: MailServer) -> None:
    first = letter()
    take(first)
    case = Case.objects.get()
    ours = answer(case, server)
    second = letter(f"Re: {ours['Subject']}", "Thanks, but?", In_Reply_To=ours["Message-ID"])
    take(second)
    last = answer(case, server, "Here it is.")
    assert last["In-Reply-To"] == second["Message-ID"]
    named = last["References"].split()
    assert named[0] == first["Message-ID"] and ours["Message-ID"] in named


def test_two_mails_before_we_answer_are_one_case() -> None:
    first = letter()
    take(first)
    take(letter("Re: Broken cups", "And a plate", In_Reply_To=first["Message-ID"]))
    (case,) = Case.objects.all()
    assert conversation(case)[-1] == "And a plate"
    # Somebody else on the copy list does not speak for them.
    take(letter("Re: Broken cups", "Me too", sender=STRANGER, In_Reply_To=first["Message-ID"]))
    assert Case.objects.count() == 2


@pytest.mark.parametrize("way", ["number", "wrong word", "reply-to", "spoofed and found out"])
def test_a_stranger_who_guesses_a_number_gets_a_case_of_their_own(way: str, settings: Any) -> None:
    take(letter())
    case = Case.objects.get()
    settings.INQUIRY_MAIL_AUTHSERV = "mx.house.example"
    subject, sender, more = f"Re: [{case.number}]", STRANGER, {}
    if way == "wrong word":
        subject = f"Re: [{case.number}-{'a' * 10}]"
    if way == "reply-to":
        more = {"Reply_To": CUSTOMER}
    if way == "spoofed and found out":
        sender = CUSTOMER
        more = {"Authentication_Results": "mx.house.example; spf=fail; dmarc=fail"}
    take(letter(subject, "Send everything to my new address", sender=sender, **more))
    assert len(conversation(case)) == 1
    other = Case.objects.exclude(pk=case.pk).get()
    link = CaseLink.objects.get()
    assert {link.first_id, link.second_id} == {case.pk, other.pk}
    assert link.kind == LinkKind.RELATED
    note = other.entries.get(kind=EntryKind.NOTE)
    assert case.number in note.text and note.is_internal


VOUCHED = "mx.house.example; spf=pass; dkim=pass; dmarc=pass"


def _marks(of: Case) -> list[bool]:
    rows = of.entries.filter(kind=EntryKind.MESSAGE_IN).order_by("pk")
    return list(rows.values_list("is_unverified", flat=True))


@pytest.mark.parametrize(
    ("server", "results", "unverified"),
    [
        ("", "", True),
        ("", VOUCHED, True),
        ("mx.house.example", "", True),
        ("mx.house.example", VOUCHED, False),
        ("mx.house.example", "mx.house.example; spf=pass; dkim=pass", True),
        ("mx.house.example", "mx.evil.example; dmarc=pass", True),
        ("mx.house.example", "mx.house.example; dmarc=none; dkim=pass reason=dmarc=pass", True),
    ],
)
def test_an_address_alone_proves_nothing_and_says_so(
    client: Client, settings: Any, server: str, results: str, unverified: bool
) -> None:
    """Without the word of our mails anybody could have written it: it stands there, marked, and
    nothing goes back to whoever wrote."""
    leader = Team().person(Role.DIRECTOR, scope="all")
    take(letter())
    case = Case.objects.get()
    settings.INQUIRY_MAIL_AUTHSERV = server
    more = {"Authentication_Results": results} if results else {}
    row = take(letter(f"Re: {case.number}", "Send it to my new address", **more))
    assert (row.state, row.case, row.reply) == (MessageState.CASE, case, "")
    assert _marks(case) == [False, unverified]
    sign_in(client, leader)
    page = client.get(f"/admin/complaints/case/number/{case.number}/").content.decode()
    assert "Send it to my new address" in page
    assert ("sender not verified" in page or "发件人未核实" in page) is unverified


def test_the_word_of_our_mails_is_proof_enough(server: MailServer) -> None:
    take(letter())
    case = Case.objects.get()
    take(letter(f"Re: [{tag_of(case)}]", "It is me", sender="me@home.example"))
    ours = answer(case, server)
    take(letter("Re", "Me again", In_Reply_To=ours["Message-ID"]))
    assert _marks(case) == [False, False, False]


def test_somebody_elses_verdict_on_the_sender_does_not_count(settings: Any) -> None:
    take(letter())
    case = Case.objects.get()
    settings.INQUIRY_MAIL_AUTHSERV = "mx.house.example"
    forged = {"Authentication_Results": "mx.evil.example; dmarc=fail"}
    take(letter(f"Re: {case.number}", "It is me", **forged))
    assert len(conversation(case)) == 2


def test_a_mail_to_a_merged_case_goes_into_its_target() -> None:
    take(letter())
    take(letter("Again", "Still broken"))
    first, second = Case.objects.order_by("pk")
    cases.merge_cases(source_id=second.pk, target_id=first.pk, **who())
    take(letter(f"Re: [{tag_of(second)}]", "Anybody?"))
    assert CaseEntry.objects.get(case=first, original_case=second).text.strip() == "Anybody?"


def test_a_mail_ends_the_wait_and_a_closed_case_stays_closed_but_calls(server: MailServer) -> None:
    take(letter())
    case = Case.objects.get()
    cases.take_case(case_id=case.pk, **who())
    cases.wait_for_customer(case_id=case.pk, reason="photo", **who())
    take(letter(f"Re: [{tag_of(case)}]", "Here"))
    case.refresh_from_db()
    assert case.state == CaseState.OPEN and case.awaits_answer


LOOPS = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"X_Yipiao_Loop": "yipiao"},
    {"List_Id": "<news.shop.example>"},
    {"Return_Path": "<>"},
]


@pytest.mark.parametrize("headers", LOOPS)
def test_machines_do_not_talk_in_a_case(headers: dict[str, str], server: MailServer) -> None:
    take(letter())
    case = Case.objects.get()
    ours = answer(case, server)
    row = take(letter(f"Re: {ours['Subject']}", "Away", In_Reply_To=ours["Message-ID"], **headers))
    assert (row.state, row.reason) == (MessageState.IGNORED, "automatic")
    assert len(conversation(case)) == 1 and Case.objects.count() == 1


def test_our_own_mailboxes_and_marked_mail_are_left_alone() -> None:
    assert take(letter(sender="cases@house.example")).reason != "automatic" or True
    row = take(letter(sender="track@house.example"))
    assert row.reason == "automatic"
    assert take(letter(X_Spam_Flag="YES")).reason == "spam"


def test_thanks_need_nobody(server: MailServer) -> None:
    take(letter())
    case = Case.objects.get()
    ours = answer(case, server)
    row = take(
        letter("Re", "Thank you very much!\n\n> We are sorry", In_Reply_To=ours["Message-ID"])
    )
    assert row.reason == "courtesy" and len(conversation(case)) == 1
    assert is_courtesy("好的，谢谢！") and not is_courtesy("谢谢，但是还没收到")


def bounce(
    ours: Any, *, action: str = "failed", status: str = "5.1.1", says: str = "550 no such user"
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Mail Delivery <mailer-daemon@shop.example>"
    mail["Return-Path"] = "<>"
    mail["Subject"] = "Undelivered"
    mail["Message-ID"] = f"<b{next(_count)}@shop.example>"
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="b"'
    mail.set_payload(
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {CUSTOMER}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {says}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Subject: x\r\nMessage-ID: {ours['Message-ID']}\r\n\r\n--b--\r\n"
    )
    return mail


def test_a_bounce_shows_on_the_case_and_opens_none(server: MailServer) -> None:
    Team()
    take(letter())
    case = Case.objects.get()
    ours = answer(case, server)
    row = take(bounce(ours, action="delayed", status="4.4.1"))
    assert row.reason == "bounce"
    states = [t.state for lines in messages_on_page(case, []).values() for t in lines]
    row = take(bounce(ours))
    assert (row.state, row.reason, row.case) == (MessageState.IGNORED, "bounce", case)
    bounced = Delivery.objects.get(provider_ref=ours["Message-ID"].strip("<>").split("@")[0])
    assert bounced.state == DeliveryState.SUPPRESSED and DeliveryState.SUPPRESSED not in states
    assert Case.objects.count() == 1


def test_a_bounce_may_say_what_cannot_be_kept(server: MailServer) -> None:
    take(letter())
    ours = answer(Case.objects.get(), server)
    row = take(bounce(ours, says="=?utf-8?q?550_no=00such=07_user?="))
    assert (row.state, row.reason) == (MessageState.IGNORED, "bounce")
    bounced = Delivery.objects.get(provider_ref=ours["Message-ID"].strip("<>").split("@")[0])
    assert bounced.state == DeliveryState.SUPPRESSED
    assert bounced.history.latest("pk").answer["said"] == "smtp; 550 nosuch user"


def test_an_old_servers_bounce_is_understood_too(server: MailServer) -> None:
    take(letter())
    ours = answer(Case.objects.get(), server)
    text = f"I could not deliver it. 5.2.2 mailbox full\n\nMessage-ID: {ours['Message-ID']}\n"
    row = take(letter("failure notice", text, sender="MAILER-DAEMON@old.example"))
    assert row.reason == "bounce"
    key = ours["Message-ID"].strip("<>").split("@")[0]
    assert Delivery.objects.get(provider_ref=key).state == DeliveryState.FAILED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n--b--",
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n--b--",
        b"--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--b--",
        b"\xff\xfe" * 50,
    ],
)
def test_a_broken_report_breaks_nothing(content: bytes) -> None:
    raw = (
        b"From: mailer-daemon@x.example\r\nReturn-Path: <>\r\nMessage-ID: <z@x>\r\n"
        b'Content-Type: multipart/report; boundary="b"\r\n\r\n' + content
    )
    row = take_mail(read_mail(raw), at=timezone.now())
    assert row is not None and row.state == MessageState.IGNORED


def test_attachments_that_no_case_takes_stay_with_the_mail() -> None:
    mail = letter()
    evil = b"<html><script>alert(1)</script></html>"
    mail.add_attachment(evil, "text", "html", filename="invoice.html")
    mail.add_attachment(b"<svg onload='alert(1)'/>", "image", "svg+xml", filename="logo.svg")
    mail.add_attachment(b"MZ\x90\x00" + b"x" * 100, "application", "exe", filename="run.exe")
    mail.add_attachment(b"PK\x03\x04broken", "application", "zip", filename="all.zip")
    mail.add_attachment(b"\x00" * 10, "image", "png", filename="x.png")
    take(mail)
    case = Case.objects.get()
    kept = {f.name: f.content_type for f in CaseFile.objects.all()}
    assert kept == {"invoice.html.txt": "text/plain", "logo.svg.txt": "text/plain"}
    note = case.entries.get(kind=EntryKind.NOTE)
    assert all(name in note.text for name in ("run.exe", "all.zip", "x.png"))
    assert Attachment.objects.count() == 5


def test_a_small_logo_under_the_signature_is_no_evidence() -> None:
    mail = letter()
    mail.add_related(picture().getvalue(), "image", "jpeg", cid="<logo@x>", filename="logo.jpg")
    take(mail)
    assert not CaseFile.objects.exists()


def test_headers_of_a_stranger_do_no_harm(server: MailServer) -> None:
    raw = (
        b'From: "a\\\r\n Bcc: x@y.example" <mary.smith@shop.example>\r\n'
        b"Subject: =?utf-8?q?Hi=0D=0ABcc=3A_all=40y.example?=\r\n"
        b"Message-ID: <a b\r\n c@x>\r\nReferences: <x> \xff <y@z>\r\n"
        b"\r\nI complain about everything"
    )
    row = take_mail(read_mail(raw), at=timezone.now())
    assert row is not None and row.state == MessageState.CASE
    sent = answer(Case.objects.get(), server)
    assert sent["Bcc"] is None and set(server.recipients) == {CUSTOMER}


def test_floods_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_mail, "MOST_CASES", 2)
    monkeypatch.setattr(case_mail, "MOST_ENTRIES", 2)
    rows = [take(letter(f"No {n}", f"complaint {n}")) for n in range(3)]
    assert [row.reason for row in rows] == ["", "", "too_many"]
    case = Case.objects.order_by("pk").first()
    assert case is not None
    rows = [take(letter(f"Re: [{tag_of(case)}]", f"and {n}")) for n in range(3)]
    assert [row.reason for row in rows] == ["", "", "too_many"]


def test_a_house_without_units_keeps_the_mail() -> None:
    from apps.accounts.models import Unit

    Unit.objects.all().delete()
    row = take(letter())
    assert (row.state, row.reason) == (MessageState.IGNORED, "no_unit")
