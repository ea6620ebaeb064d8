"""E-mail: a real IMAP server in, a real SMTP server out, in the thread, once, never in a loop."""

import smtplib
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as outbox
from django.db import DataError, OperationalError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.inquiries.enums import MessageState
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.models import Attachment, InboundMessage, Inquiry, MailboxState
from apps.inquiries.queries.pages import read_attachment
from apps.inquiries.services import mailbox, replying
from apps.inquiries.services.mail import MOST_REPLIES, take_mail
from apps.inquiries.services.mailbox import read_mailbox
from apps.inquiries.services.replying import send_replies, settle_reply
from launch.ports import free_port
from tests.factories.tracking import report, waybill
from tests.inquiries.servers import DOVECOT, PASSWORD, USER, dovecot
from tests.waiting import LIMIT

pytestmark = pytest.mark.django_db
CUSTOMER = "mary.smith@shop.example"


def letter(
    subject: str = "", text: str = "", *, sender: str = CUSTOMER, **headers: str
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Mary <{sender}>"
    mail["To"] = "track@house.example"
    mail["Subject"] = subject
    mail["Date"] = "Sun, 22 Nov 2026 10:00:00 +0800"
    mail["Message-ID"] = headers.pop(
        "message_id", f"<{abs(hash((subject, text, sender)))}@shop.example>"
    )
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def take(mail: EmailMessage | bytes) -> InboundMessage | None:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    return take_mail(read_mail(raw), at=timezone.now())


@pytest.fixture(autouse=True)
def _installation(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Yipiao <track@house.example>"


@pytest.mark.requirement("TRK-8")
def test_a_number_is_answered_in_its_thread() -> None:
    shipment = report(waybill(), "picked_up", "departed")
    row = take(
        letter(
            "Where is my parcel?",
            f"Number {shipment.number} please",
            References="<a@b> <c@d>",
            message_id="<q1@shop.example>",
        )
    )
    assert row is not None
    assert row.state == MessageState.WAITING
    assert send_replies(at=timezone.now()) == 1
    reply = outbox.outbox[0]
    assert reply.to == [CUSTOMER]
    assert reply.subject == "Re: Where is my parcel?"
    head = reply.extra_headers
    assert head["In-Reply-To"] == "<q1@shop.example>"
    assert head["References"] == "<a@b> <c@d> <q1@shop.example>"
    assert head["Auto-Submitted"] == "auto-replied"
    assert "On its way" in reply.body
    assert "李小红" not in reply.body
    assert send_replies(at=timezone.now()) == 0
    row.refresh_from_db()
    assert row.state == MessageState.ANSWERED
    assert CUSTOMER not in row.asker_label


def test_several_numbers_and_the_subject_count_and_quotes_do_not() -> None:
    one, two, quoted = waybill(), waybill(), waybill()
    row = take(letter(f"查件 {one.number}", f"还有 {two.number}\n\n> 之前问过 {quoted.number}\n"))
    assert row is not None
    assert set(Inquiry.objects.values_list("number", flat=True)) == {one.number, two.number}
    assert one.number[2:6] in row.reply
    assert row.language == "zh-hans"


def test_the_same_mail_twice_is_answered_once() -> None:
    mail = letter(waybill().number)
    assert take(mail) is not None
    assert take(mail) is None
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (failure)"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<news.shop.example>"},
        {"X_Autoreply": "yes"},
        {"X_Yipiao_Loop": "yipiao"},
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@mx.example"},
        {"sender": "track@house.example"},
        {"Reply_To": "track@house.example"},
    ],
)
def test_machines_are_not_answered(headers: dict[str, str]) -> None:
    row = take(letter(waybill().number, **headers))
    assert row is not None
    assert (row.state, row.reason) == (MessageState.IGNORED, "automatic")
    assert send_replies(at=timezone.now()) == 0


def test_our_own_reply_comes_back_and_is_not_answered() -> None:
    take(letter(waybill().number))
    send_replies(at=timezone.now())
    raw = outbox.outbox[0].message().as_bytes()
    row = take(raw)
    assert row is not None
    assert row.state == MessageState.IGNORED


def test_a_loop_that_hides_itself_ends() -> None:
    number = waybill().number
    for n in range(MOST_REPLIES + 3):
        take(letter(number, message_id=f"<{n}@x>"))
    waiting = InboundMessage.objects.filter(state=MessageState.WAITING).count()
    assert waiting == MOST_REPLIES


def test_a_mail_without_a_number_is_for_a_person() -> None:
    """Where no case can be opened yet, it waits here; test_case_mail.py has the rest."""
    row = take(letter("你好", "请回电"))
    assert row is not None
    assert (row.state, row.reason, row.text.strip()) == (
        MessageState.IGNORED,
        "no_unit",
        "请回电",
    )


def test_attachments_are_kept_privately_and_within_limits(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    mail = letter(waybill().number, "两个附件")
    mail.add_attachment(
        b"%PDF-1.4 small", maintype="application", subtype="pdf", filename="../../发票.pdf"
    )
    mail.add_attachment(b"x" * 5000, maintype="image", subtype="png", filename="big.png")
    row = take(mail)
    assert row is not None
    small, big = Attachment.objects.order_by("id")
    assert small.name == "发票.pdf"
    assert small.path.startswith("inquiries/")
    found = read_attachment(row.pk, small.pk)
    assert found is not None
    assert found[1] == b"%PDF-1.4 small"
    assert (big.path, big.size) == ("", 5000)
    assert read_attachment(row.pk + 1, small.pk) is None


BROKEN = [
    b"",
    b"\x00\xff\xfe",
    b"From: =?utf-8?B?////?= <x\nSubject: =?bogus?Q?x?=\n\nbody",
    b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=nonsense\n\n\xff\xfe--x--",
    b"From: a@b.cn\nTo: <<<>>>;;,\nMessage-ID: <<<\nDate: never\n\nhello",
    b"From: a@b.cn, c@d.cn\nContent-Transfer-Encoding: base64\n\n!!!!not base64!!!!",
    b"From: a@b.cn\nContent-Type: text/html\n\n<p>" + b"<" * 5000,
    b"Subject: " + b"x" * 100_000 + b"\n\n",
    b"From: a@b.cn\nContent-Disposition: attachment; filename*=utf-8''%ff%fe\n\nx",
]


@pytest.mark.parametrize("raw", BROKEN)
def test_broken_mail_survives(raw: bytes) -> None:
    row = take(raw)
    assert row is not None


@given(raw=st.binary(max_size=400))
def test_reading_never_raises(raw: bytes) -> None:
    read_mail(b"From: a@b.cn\nContent-Type: multipart/mixed; boundary=q\n" + raw)


def test_chinese_mail_programs_are_understood() -> None:
    shipment = waybill()
    raw = (
        b"From: =?gb2312?B?1cXI/Q==?= <zhang@qq.com>\r\nSubject: =?gb2312?B?suk=?=\r\n"
        b"Message-ID: <1@qq.com>\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
        + f"<style>p{{}}</style><p>请查 {shipment.number} 谢谢</p>".encode("gb18030")
    )
    row = take(raw)
    assert row is not None
    assert row.number == shipment.number


class Mouth:
    """An SMTP server that answers DATA as told."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.got: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "drop":
            self.got.append(envelope.content)
            server.transport.close()
            return "250 OK"
        if answer.startswith("250"):
            self.got.append(envelope.content)
        return answer


@pytest.fixture
def smtp(settings: Any) -> Iterator[Mouth]:
    mouth = Mouth()
    controller = Controller(mouth, hostname="127.0.0.1", port=free_port(), ready_timeout=LIMIT)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_TIMEOUT = 5
    yield mouth
    controller.stop()


def waiting() -> InboundMessage:
    row = take(letter(report(waybill(), "picked_up").number))
    assert row is not None
    return row


def test_a_server_that_is_busy_is_asked_again(smtp: Mouth) -> None:
    row, at = waiting(), timezone.now()
    smtp.answers = ["450 busy"]
    assert send_replies(at=at) == 0
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == (MessageState.WAITING, "smtp_450", 1)
    assert row.due_at is not None
    assert row.due_at > at
    InboundMessage.objects.update(due_at=at)
    assert send_replies(at=at) == 1
    assert len(smtp.got) == 1
    first = message_from_bytes(smtp.got[0])
    assert first["In-Reply-To"]


def test_a_refusal_for_good_is_for_people(smtp: Mouth) -> None:
    row, by, at = waiting(), system_user("tests"), timezone.now()
    smtp.answers = ["550 no such user"]
    send_replies(at=at)
    row.refresh_from_db()
    assert (row.state, row.reason) == (MessageState.FAILED, "smtp_550")
    settle_reply(message_id=row.pk, state=MessageState.WAITING, by=by, at=at)
    assert send_replies(at=at) == 1
    with pytest.raises(RuleBroken):
        settle_reply(message_id=row.pk, state=MessageState.WAITING, by=by, at=at)


def test_a_lost_acknowledgement_is_never_sent_again_blindly(smtp: Mouth) -> None:
    row, at = waiting(), timezone.now()
    smtp.answers = ["drop"]
    send_replies(at=at)
    row.refresh_from_db()
    assert row.state == MessageState.UNCLEAR
    assert send_replies(at=at + timedelta(days=1)) == 0
    assert len(smtp.got) == 1
    settle_reply(message_id=row.pk, state=MessageState.ANSWERED, by=system_user("tests"), at=at)
    row.refresh_from_db()
    assert row.state == MessageState.ANSWERED


def test_a_server_that_is_away_gives_up_in_the_end(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    row, at = waiting(), timezone.now()
    for _n in range(len(replying.WAITS) + 1):
        InboundMessage.objects.update(due_at=at)
        send_replies(at=at)
    row.refresh_from_db()
    assert row.state == MessageState.FAILED


def die(*_args: object) -> Any:
    raise KeyboardInterrupt


def test_what_a_lost_worker_had_not_begun_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row, at = waiting(), timezone.now()
    monkeypatch.setattr(replying, "_begin", die)
    with pytest.raises(KeyboardInterrupt):
        send_replies(at=at)
    monkeypatch.undo()
    assert send_replies(at=at) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MessageState.ANSWERED, 2)
    assert len(outbox.outbox) == 1


def test_what_a_lost_worker_had_on_the_wire_is_unclear_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, at = waiting(), timezone.now()
    monkeypatch.setattr(replying, "_mail", die)
    with pytest.raises(KeyboardInterrupt):
        send_replies(at=at)
    monkeypatch.undo()
    assert send_replies(at=at) == 0
    row.refresh_from_db()
    assert (row.state, row.reason) == (MessageState.UNCLEAR, "worker_lost")
    assert not outbox.outbox


def test_a_reply_that_somebody_sends_is_left_to_them_until_its_lease_ends() -> None:
    row, at = waiting(), timezone.now()
    claimed = replying._claim(at)
    assert claimed is not None
    replying.take_over_lost(at=at)
    row.refresh_from_db()
    assert row.state == MessageState.SENDING
    replying.take_over_lost(at=at + timedelta(minutes=6))
    row.refresh_from_db()
    assert row.state == MessageState.WAITING
    assert not replying._begin(claimed), "who wakes up after that sends nothing"
    replying._let_go(row.pk)


def test_a_mailbox_that_is_away_is_noted(settings: Any) -> None:
    settings.INQUIRY_IMAP_HOST, settings.INQUIRY_IMAP_PORT = "127.0.0.1", free_port()
    settings.INQUIRY_IMAP_TLS = False
    settings.INQUIRY_IMAP_USER, settings.INQUIRY_IMAP_PASSWORD = USER, PASSWORD
    read_mailbox(at=timezone.now())
    read_mailbox(at=timezone.now())
    state = MailboxState.objects.get()
    assert (state.failures_in_row, state.last_error) == (2, "ConnectionRefusedError")


@pytest.mark.skipif(
    DOVECOT is None, reason="needs an IMAP server: install Debian's dovecot-imapd to run this"
)
@pytest.mark.requirement("TRK-8")
def test_a_real_mailbox_is_read_and_answered(settings: Any, smtp: Mouth) -> None:
    shipment = report(waybill(), "picked_up")
    settings.INQUIRY_IMAP_USER, settings.INQUIRY_IMAP_PASSWORD = USER, PASSWORD
    settings.INQUIRY_IMAP_HOST, settings.INQUIRY_IMAP_TLS = "127.0.0.1", False
    settings.INQUIRY_MAIL_MAX_BYTES = 50_000
    huge = letter(shipment.number, "x\n" * 60_000, message_id="<huge@x>")
    with dovecot() as server:
        settings.INQUIRY_IMAP_PORT = server.port
        server.put(letter(shipment.number, "ok", message_id="<1@x>").as_bytes(), "1.m")
        server.put(letter(shipment.number, "auto", Auto_Submitted="auto-replied").as_bytes(), "2.m")
        server.put(b"\x00\xff broken\n\nnothing", "3.m")
        server.put(huge.as_bytes(), "4.m")
        taken = read_mailbox(at=timezone.now())
        assert (taken.taken, taken.left_alone, taken.unreadable) == (4, 2, 0)
        assert read_mailbox(at=timezone.now()).taken == 0
        # The same mail delivered once more, under another name.
        server.put(letter(shipment.number, "ok", message_id="<1@x>").as_bytes(), "5.m")
        assert read_mailbox(at=timezone.now()).taken == 0
    assert send_replies(at=timezone.now()) == 2
    assert {message_from_bytes(m)["In-Reply-To"] for m in smtp.got} == {"<1@x>", "<huge@x>"}
    state = MailboxState.objects.get()
    assert (state.taken_in, state.left_alone, state.last_error) == (4, 2, "")


class OneMail:
    """A mailbox with a single mail in it."""

    def __init__(self, raw: bytes) -> None:
        self.raw, self.flagged, self.client = raw, [], self

    def uid(self, _verb: str, uid: str, what: str) -> tuple[str, list[Any]]:
        if "SIZE" in what:
            return "OK", [f"1 (UID {uid} RFC822.SIZE {len(self.raw)})".encode()]
        return "OK", [(b"1 (BODY[] {n}", self.raw), b")"]

    def flag(self, uid: str, *_args: Any) -> None:
        self.flagged.append(uid)


def test_a_mail_that_breaks_the_reader_is_noted_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def trip(*_args: Any, **_kwargs: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr(mailbox, "read_mail", trip)
    box, counts = OneMail(b"From: a@b.cn\n\nsecret"), mailbox.Taken()
    for _n in range(2):
        mailbox._take(box, "7", counts, timezone.now())  # type: ignore[arg-type]  # as much of one as is used
    assert (counts.unreadable, box.flagged) == (2, ["7", "7"])
    row = InboundMessage.objects.get()
    assert (row.state, row.reason) == (MessageState.UNREADABLE, "RecursionError")


def test_what_the_database_cannot_keep_is_noted_and_an_absent_database_is_not_the_mails_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def trip(*_args: Any, **_kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr(mailbox, "take_mail", trip)
    box, counts = OneMail(b"From: a@b.cn\n\nsecret"), mailbox.Taken()
    error: Exception = DataError("unsupported Unicode escape sequence")
    mailbox._take(box, "7", counts, timezone.now())  # type: ignore[arg-type]  # as above
    assert (counts.unreadable, box.flagged) == (1, ["7"])
    error = OperationalError("the server closed the connection")
    with pytest.raises(OperationalError):
        mailbox._take(box, "8", counts, timezone.now())  # type: ignore[arg-type]  # as above
    assert box.flagged == ["7"]


class Sulking(OneMail):
    """A mailbox whose server does not hand over the first mail, in one way or another."""

    answer: tuple[str, list[Any]] = ("NO", [b"[SERVERBUG] Internal error occurred."])

    def uids(self, *_args: Any) -> list[str]:
        return [uid for uid in ("7", "8") if uid not in self.flagged]

    def uid(self, verb: str, uid: str, what: str) -> tuple[str, list[Any]]:
        if uid == "7" and self.asks_late == ("SIZE" not in what):
            return self.answer
        return super().uid(verb, uid, what)

    asks_late = True


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("answer", [Sulking.answer, ("OK", [None]), ("OK", [(b"7 {0}", b"")])])
def test_a_mail_that_is_not_handed_over_stays_unread_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, settings: Any, answer: Any, late: bool
) -> None:
    settings.INQUIRY_IMAP_HOST = "mail.example"
    box = Sulking(letter(report(waybill(), "picked_up").number).as_bytes())
    box.answer, box.asks_late = answer, late
    monkeypatch.setattr(mailbox, "_open", lambda: nullcontext(box))
    taken = read_mailbox(at=timezone.now())
    if late or answer[0] == "NO":
        assert (taken.taken, taken.left_alone, box.flagged) == (1, 0, ["8"])
        assert MailboxState.objects.get().last_error == "error"
        box.answer = ("OK", [(b"7 (BODY[] {9}", letter("你好", "请回电").as_bytes())])
        box.asks_late = True
    read_mailbox(at=timezone.now())
    assert set(box.flagged) == {"7", "8"}
    assert not InboundMessage.objects.filter(reason="no_sender").exists()


def test_smtplib_refusals_of_a_recipient_are_understood() -> None:
    assert replying._refused(451)[0] == MessageState.WAITING
    assert replying._refused(550)[0] == MessageState.FAILED
    assert issubclass(smtplib.SMTPSenderRefused, smtplib.SMTPResponseException)
