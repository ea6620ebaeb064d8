"""Asking for what is overdue: by which letter, once a level, without what is disputed, not before a promise
is over (BIL-6)."""

import hashlib
import io
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pypdf import PdfReader

from apps.billing import services
from apps.billing.enums import BillingMatter, DisputeReason, DunningStatus
from apps.billing.inputs import NewLevel
from apps.billing.models import (
    BillingTerms,
    DunningItem,
    DunningNotice,
    DunningPaper,
    DunningPlan,
    Statement,
)
from apps.billing.queries.dunning import overdue_payers
from apps.billing.queries.letters import draft_pdf, letter_pdf
from apps.billing.queries.links import token_of
from apps.billing.rules.dunning import Level, OverdueItem, letter_of, next_step, with_advance
from apps.core.errors import BadInput, RuleBroken
from apps.customers.enums import ContactRole
from apps.customers.models import Customer
from apps.notifications.models import Delivery, NotificationPolicy, PhoneTask
from apps.sla.models import Clock, Matter, Step
from tests.doubles.mail_server import MailServer
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, OCTOBER, payer, received, sent
from tests.factories.customers import ContactFactory
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-6")]
D = Decimal
DUE = date(2026, 11, 1)
LEVELS = [
    Level(1, 3, 7, "付款提醒函", "请付款"),
    Level(2, 15, 7, "催款函", "再次请付款"),
    Level(3, 30, 5, "最后催款通知", "最后一次"),
]


# --- which letter: pure ------------------------------------------------------------------------------


def item(pk: int = 1, **more: Any) -> OverdueItem:
    values: dict[str, Any] = {
        "statement_id": pk, "payer_id": 1, "number": f"ST{pk}", "period": date(2026, 10, 1),
        "due_on": DUE, "owed": D("100.00"), "disputed": D(0), **more,
    }  # fmt: skip
    return OverdueItem(**values)


def on(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "level", "pay_by", "status", "next_level"),
    [
        (2, 0, None, DunningStatus.WAITS, 1),
        (3, 0, None, DunningStatus.DUE, 1),
        # Never a level left out, however long nobody sent one.
        (90, 0, None, DunningStatus.DUE, 1),
        # The last letter's time to pay counts, that day included.
        (15, 1, on(15), DunningStatus.WAITS, 2),
        (16, 1, on(15), DunningStatus.DUE, 2),
        (14, 1, on(10), DunningStatus.WAITS, 2),
        (29, 2, on(22), DunningStatus.WAITS, 3),
        (30, 2, on(22), DunningStatus.DUE, 3),
        (300, 3, on(35), DunningStatus.LAST_SENT, 0),
    ],
)
def test_one_level_at_a_time_on_its_day(
    days: int, level: int, pay_by: date | None, status: DunningStatus, next_level: int
) -> None:
    step = next_step(item(level=level, pay_by=pay_by), LEVELS, on(days))
    assert (step.status, step.level) == (status, next_level)


def test_a_promise_holds_until_its_day_is_over() -> None:
    promised = item(promised=on(20))
    assert next_step(promised, LEVELS, on(20)).status == DunningStatus.PROMISED
    assert next_step(promised, LEVELS, on(21)).status == DunningStatus.DUE


def test_nothing_is_asked_where_all_is_disputed_or_paid_in_advance() -> None:
    for covered in (item(disputed=D("100.00")), item(disputed=D("120.00")), item(covered=D("100"))):
        assert next_step(covered, LEVELS, on(40)).status == DunningStatus.COVERED
        assert letter_of([covered], LEVELS, on(40)) is None


def test_money_in_advance_covers_the_oldest_first() -> None:
    old, new = item(1), item(2, due_on=on(5), disputed=D("30.00"))
    covered = with_advance([new, old], D("150.00"))
    assert [(one.statement_id, one.covered, one.asked) for one in covered] == [
        (1, D("100.00"), D("0.00")), (2, D("50.00"), D("20.00")),
    ]  # fmt: skip
    assert [one.covered for one in with_advance([old], D("-5"))] == [D(0)]


def test_a_letter_names_what_waits_and_leaves_out_what_is_promised() -> None:
    late = item(1, level=1, pay_by=on(10))
    fresh, promised = item(2, due_on=on(13)), item(3, promised=on(40))
    waiting = item(4, due_on=on(15), owed=D("7.00"))
    letter = letter_of([late, fresh, promised, waiting], LEVELS, on(16))
    assert letter is not None
    assert letter.level.level == 2, "the highest that one of them comes to"
    assert {(one.statement_id, level) for one, level in letter.raised} == {(1, 2), (2, 1)}
    assert [one.statement_id for one in letter.named] == [4]
    assert letter.total == D("207.00")


def test_a_plan_without_levels_asks_nobody() -> None:
    assert letter_of([item()], [], on(90)) is None


# --- sending -----------------------------------------------------------------------------------------


def late(statement: Statement, days: int) -> datetime:
    """So many days after it was due."""
    assert statement.due_on is not None
    return DECEMBER_FIRST + (statement.due_on - date(2026, 12, 1)) + timedelta(days=days)


def send(statement: Statement, days: int, **more: Any) -> DunningNotice:
    assert statement.bill_to_id is not None
    values = {"by": UserFactory(), "at": late(statement, days), **more}
    return services.send_dunning(payer_id=statement.bill_to_id, **values)


def refusal(statement: Statement, days: int, **more: Any) -> str:
    with pytest.raises(RuleBroken) as refused, transaction.atomic():
        send(statement, days, **more)
    return refused.value.code


def status(customer: Customer, at: datetime) -> str:
    return str(overdue_payers(at.date(), payers=[customer.pk])[customer.pk].step.status)


def test_letters_follow_one_another_and_none_goes_twice() -> None:
    statement = sent(payer(), "100.00")
    assert refusal(statement, 2) == "nothing_due"
    first = send(statement, 3)
    assert (first.level, first.total, first.title) == (1, D("100.00"), "付款提醒函")
    assert first.pay_by == first.as_of + timedelta(days=7)
    assert refusal(statement, 3) == "nothing_due"
    assert refusal(statement, 14) == "nothing_due"
    assert send(statement, 15).level == 2
    assert send(statement, 30).level == 3
    assert refusal(statement, 200) == "nothing_due", "the last one was sent"
    assert list(DunningItem.objects.order_by("level").values_list("level", flat=True)) == [1, 2, 3]


def test_what_is_disputed_is_left_out_until_it_is_decided() -> None:
    statement = sent(payer(), "60.00", "40.00")
    line = statement.charges.get(gross=D("60.00"))
    dispute = services.raise_dispute(
        charge_id=line.pk, why=DisputeReason.PRICE, text="价格不对", by=UserFactory(), at=DECEMBER_FIRST
    )  # fmt: skip
    letter = send(statement, 3)
    row = letter.items.get()
    assert (letter.total, row.owed, row.disputed) == (D("40.00"), D("100.00"), D("60.00"))
    services.refuse_dispute(
        dispute_id=dispute.pk, answer="有据", by=UserFactory(), at=late(statement, 4)
    )
    assert send(statement, 15).total == D("100.00")


def test_all_disputed_is_no_letter() -> None:
    statement = sent(payer(), "60.00")
    services.raise_dispute(
        charge_id=statement.charges.get().pk, why=DisputeReason.PRICE, text="价格不对",
        by=UserFactory(), at=DECEMBER_FIRST,
    )  # fmt: skip
    assert refusal(statement, 40) == "nothing_due"


def test_it_stops_when_paid_and_asks_for_the_rest_of_a_part() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    assert send(statement, 3).total == D("100.00")
    money = received(customer, "70.00")
    assert status(customer, late(statement, 15)) == DunningStatus.DUE
    letter = overdue_payers(late(statement, 15).date())[customer.pk].letter
    assert letter is not None and letter.total == D("30.00"), (
        "what lies in advance is not asked for"
    )
    services.allocate(
        receipt_id=money.pk, statement_id=statement.pk, amount=D("70.00"), by=UserFactory(), at=DECEMBER_FIRST
    )  # fmt: skip
    assert send(statement, 15).total == D("30.00")
    received(customer, "30.00")
    services.allocate_oldest(payer_id=customer.pk, by=UserFactory(), at=DECEMBER_FIRST)
    assert overdue_payers(late(statement, 60).date()) == {}
    assert refusal(statement, 60) == "nothing_due"


def test_two_statements_on_one_letter_each_at_its_own_level() -> None:
    customer = payer()
    october, november = sent(customer, "50.00", month=OCTOBER), sent(customer, "70.00")
    Statement.objects.filter(pk=october.pk).update(due_on=october.due_on - timedelta(days=12))  # type: ignore[operator]  # sent ones are due
    assert send(november, -9).level == 1
    letter = send(november, 3)
    assert letter.level == 2 and letter.total == D("120.00")
    levels = {one.statement_id: one.level for one in letter.items.all()}
    assert levels == {october.pk: 2, november.pk: 1}


def test_one_letter_of_a_level_a_day() -> None:
    customer = payer()
    first, second = sent(customer, "50.00", month=OCTOBER), sent(customer, "70.00")
    line = second.charges.get()
    dispute = services.raise_dispute(
        charge_id=line.pk, why=DisputeReason.PRICE, text="价格不对", by=UserFactory(), at=DECEMBER_FIRST
    )  # fmt: skip
    assert send(first, 3).total == D("50.00")
    services.refuse_dispute(
        dispute_id=dispute.pk, answer="有据", by=UserFactory(), at=late(second, 3)
    )
    assert refusal(second, 3) == "sent_today"
    assert send(second, 4).total == D("120.00")


def test_another_amount_than_was_seen_is_not_sent() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    letter = overdue_payers(late(statement, 3).date())[customer.pk].letter
    assert letter is not None
    received(customer, "10.00")
    assert refusal(statement, 3, seen=letter.seen) == "changed"
    assert not DunningNotice.objects.exists()


def test_the_terms_name_another_plan_or_none_at_all() -> None:
    who: dict[str, Any] = {"by": UserFactory(), "at": DECEMBER_FIRST}
    strict = services.change_plan(
        name="严格", is_usual=False, levels=[NewLevel(1, 3, "即付函", "请即付款")], **who
    )
    never = services.change_plan(name="不催", is_usual=False, levels=[], **who)
    customers = [payer(), payer()]
    for customer, plan in zip(customers, (strict, never), strict=True):
        terms = BillingTerms(customer=customer, dunning_plan=plan)
        services.change_terms(terms, **who)
    now, later = (sent(customer, "10.00") for customer in customers)
    assert send(now, 1).title == "即付函"
    assert refusal(later, 100) == "nothing_due"


def test_a_plan_rises_and_one_is_the_usual_one() -> None:
    who: dict[str, Any] = {"by": UserFactory(), "at": DECEMBER_FIRST}
    usual = DunningPlan.objects.get(is_usual=True)
    two = [NewLevel(5, 5, "一", "一"), NewLevel(5, 5, "二", "二")]
    for values, field in (
        ({"name": "乱", "is_usual": False, "levels": two}, "after_days_2"),
        ({"plan_id": usual.pk, "name": "常规", "is_usual": False, "levels": []}, "is_usual"),
        ({"name": usual.name, "is_usual": False, "levels": []}, "name"),
        ({"name": "零", "is_usual": False, "levels": [NewLevel(0, 5, "一", "一")]}, "after_days_1"),
    ):
        with pytest.raises(BadInput) as refused:
            services.change_plan(**values, **who)
        assert refused.value.field == field
    other = services.change_plan(
        name="新常规", is_usual=True, levels=[NewLevel(2, 5, "一", "一")], **who
    )
    assert DunningPlan.objects.get(is_usual=True) == other


# --- what the database keeps -------------------------------------------------------------------------


def test_a_letter_is_what_its_items_say_and_never_changes() -> None:
    statement = sent(payer(), "100.00")
    letter = send(statement, 3)
    row = letter.items.get()
    connection.check_constraints()
    promise(statement, 20)
    with connection.cursor() as cursor:
        cursor.execute("SET yipiao.maintenance = 'off'")
        try:
            for table in ("dunningnotice", "dunningitem", "paymentpromise"):
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                    cursor.execute(f"UPDATE billing_{table} SET id = id")  # ours
        finally:
            cursor.execute("SET yipiao.maintenance = 'on'")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.pk = None
        row.notice = DunningNotice.objects.create(
            number="DN-2", bill_to=letter.bill_to, level=2, addressee="甲", title="乙", words="丙",
            as_of=letter.as_of, pay_by=letter.pay_by, total=D("100.00"), at=letter.at, by=letter.by,
        )  # fmt: skip
        row.save(force_insert=True)  # its level 1 was sent
    with pytest.raises(IntegrityError), transaction.atomic():
        extra = DunningItem.objects.get()
        other = sent(payer(), "5.00")
        extra.pk, extra.statement, extra.level = None, other, None
        extra.save(force_insert=True)  # of another payer, and more than the total
        connection.check_constraints()


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_send_one() -> None:
    statement = sent(payer(), "100.00")
    begun, answers = threading.Barrier(2), []
    by = UserFactory()

    def press() -> None:
        try:
            begun.wait(30)
            answers.append(send(statement, 3, by=by).number[:2])
        except RuleBroken as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    presses = [threading.Thread(target=press) for _n in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join(60)
    assert sorted(answers) == ["DN", "nothing_due"]
    assert DunningNotice.objects.count() == 1


# --- promises ----------------------------------------------------------------------------------------


def promise(statement: Statement, days: int, *, after: int = 4, **more: Any) -> None:
    assert statement.bill_to_id is not None and statement.due_on is not None
    services.note_promise(
        payer_id=statement.bill_to_id,
        pay_on=statement.due_on + timedelta(days=days),
        given_by="王会计",
        **{"by": UserFactory(), "at": late(statement, after), **more},
    )


def matters(kind: BillingMatter) -> list[str]:
    return list(Matter.objects.filter(kind=kind).order_by("pk").values_list("state", flat=True))


def test_a_promise_pauses_until_its_day_is_over_and_has_a_clock() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    promise(statement, 20)
    assert status(customer, late(statement, 20)) == DunningStatus.PROMISED
    assert refusal(statement, 20) == "nothing_due"
    clock = Clock.objects.get(matter__kind=BillingMatter.PROMISE)
    assert clock.due_at.astimezone(DECEMBER_FIRST.tzinfo) == late(statement, 20).replace(hour=16)
    assert send(statement, 21).level == 1, "it was not kept"


def test_a_new_promise_takes_the_place_of_the_old_one_and_payment_ends_it() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    promise(statement, 20)
    promise(statement, 25, after=6)
    assert matters(BillingMatter.PROMISE) == ["stopped", "open"]
    assert refusal(statement, 25) == "nothing_due"
    received(customer, "100.00")
    services.allocate_oldest(payer_id=customer.pk, by=UserFactory(), at=late(statement, 7))
    assert matters(BillingMatter.PROMISE) == ["stopped", "closed"]
    assert matters(BillingMatter.PAYMENT) == ["closed"]


def test_bad_promises_are_refused_with_their_field() -> None:
    statement = sent(payer(), "100.00")
    for days, code in ((3, "past"), (65, "too_far")):
        with pytest.raises(BadInput) as refused:
            promise(statement, days)
        assert (refused.value.code, refused.value.field) == (code, "pay_on")
    with pytest.raises(RuleBroken) as none:
        promise(statement, 10, after=-1)
    assert none.value.code == "nothing_overdue"


def test_agent_finance_and_leaders_are_warned_before_and_after() -> None:
    for kind in (BillingMatter.PAYMENT, BillingMatter.PROMISE):
        steps = Step.objects.filter(target__version__policy__kind=kind)
        before = {step.role or step.whom for step in steps if (step.offset_seconds or 0) < 0}
        after = {step.role or step.whom for step in steps if (step.offset_seconds or 0) >= 0}
        assert "owner" in before
        assert {"finance", "director", "department_manager"} <= after


# --- the paper and the message -----------------------------------------------------------------------


def text(pdf: bytes) -> str:
    content = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(content.split())


def test_the_letter_says_all_and_its_hash_is_kept() -> None:
    customer = payer(name="上海云裳服饰有限公司")
    statement = sent(customer, "100.04")
    draft = overdue_payers(late(statement, 3).date())[customer.pk].letter
    assert draft is not None
    assert "草稿" in text(draft_pdf(customer, draft, late(statement, 3)))
    letter = send(statement, 3)
    first = letter_pdf(letter)
    content = text(first)
    for words in ("付款提醒函", "致：上海云裳服饰有限公司", letter.number, statement.number, "100.04",
                  "壹佰元零肆分", "第1级"):  # fmt: skip
        assert words in content, words
    assert "草稿" not in content
    assert letter_pdf(DunningNotice.objects.get(pk=letter.pk)) == first
    relay_all()
    assert DunningPaper.objects.get().sha256 == hashlib.sha256(first).hexdigest()
    received(customer, "100.04")
    services.allocate_oldest(payer_id=customer.pk, by=UserFactory(), at=late(statement, 4))
    assert letter_pdf(letter) == first, "as it was, whatever is paid later"


@pytest.fixture
def day(settings: Any) -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    settings.SITE_URL = "https://yp.example"


def test_it_goes_by_the_payers_channel_once(mail: MailServer, day: None) -> None:
    customer = payer()
    ContactFactory(customer=customer, role=ContactRole.FINANCE, email="finance@shop.example")
    statement = sent(customer, "100.00")
    relay_all()
    send_all()
    mail.accepted.clear()
    letter = send(statement, 3)
    relay_all()
    send_all()
    relay_all()
    (one,) = mail.accepted
    assert one["To"] == "finance@shop.example"
    body = one.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert f"https://yp.example/statement/{token_of(statement)}" in body
    assert letter.number in body and "¥100.00" in body and str(letter.pay_by) in body


def test_on_paper_it_is_a_task_for_a_person(mail: MailServer, day: None) -> None:
    customer = payer(statement_channel="by_hand")
    ContactFactory(customer=customer, role=ContactRole.FINANCE)
    statement = sent(customer, "100.00")
    letter = send(statement, 3)
    relay_all()
    send_all()
    assert not mail.accepted
    message = Delivery.objects.get(topic="dunning.sent")
    assert message.channel == "phone"
    assert PhoneTask.objects.filter(delivery=message).exists()
    assert letter.number


def test_the_payer_reads_it_on_the_page_of_the_statement(client: Any) -> None:
    statement, other = sent(payer(), "100.00"), sent(payer(), "5.00")
    letter = send(statement, 3)
    page = client.get(f"/statement/{token_of(statement)}")
    address = f"/statement/{token_of(statement)}/letter/{letter.number}"
    assert address in page.content.decode()
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content == letter_pdf(letter)
    for wrong in (
        f"/statement/{token_of(other)}/letter/{letter.number}",
        f"/statement/{token_of(statement)}/letter/DN20261201-00000000",
        f"/statement/{token_of(statement)}x/letter/{letter.number}",
    ):
        assert client.get(wrong).status_code == 404
