"""The month's end as those who do it live it, in a real browser and in both languages (BIL-2 … BIL-6)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Browser, Locator, Page, expect

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.banking import services as banking
from apps.banking.models import BankLine
from apps.billing import services
from apps.billing.models import (
    BillingTerms,
    Charge,
    Cheque,
    DunningNotice,
    Invoice,
    PaperDelivery,
    PaymentPromise,
    Receipt,
    ShipmentRating,
    Statement,
)
from apps.billing.queries.links import token_of
from apps.billing.queries.owing import owed_on, unspent_of
from apps.orders.models import WorkOrder
from tests.billing.test_charging import shipment, tariff
from tests.e2e.desk import picture
from tests.e2e.test_statements import desk_of, do, sees_no_barrier
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, export, row, taken
from tests.factories.billing import (
    DECEMBER_FIRST,
    NOVEMBER,
    OCTOBER,
    USCC,
    charged,
    frozen,
    payer,
    sent,
)
from tests.factories.customers import ready_customer
from tests.factories.imports import work
from tests.factories.notifications import relay_all
from tests.factories.orders import order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
D = Decimal
Desk = Callable[[Role], Page]
Say = Callable[[str], str]


LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}


@pytest.fixture(params=LOCALES)
def language(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def say(language: str) -> Say:
    """The words of the house in the language of the story."""

    def said(words: str) -> str:
        with translation.override(language):
            return translation.gettext(words)

    return said


@pytest.fixture
def desk(browser: Browser, live_server: Any, language: str) -> Desk:
    return lambda role: desk_of(browser, live_server.url, role, LOCALES[language])


@pytest.fixture
def phone(browser: Browser, live_server: Any, language: str) -> Page:
    """The payer's."""
    return browser.new_context(
        base_url=live_server.url,
        locale=LOCALES[language],
        viewport={"width": 390, "height": 844},
    ).new_page()


def page_of(record: Any) -> str:
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/change/"


def press(page: Page, record: Any, act: str, **typed: str) -> None:
    """An act with a page of its own."""
    page.goto(page_of(record).replace("change/", f"do/{act}/"))
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator(".page form button[type=submit]").first.click()
    page.wait_for_load_state("load")


def head(page: Page) -> Locator:
    return page.locator(".trk-head")


def facts(page: Page) -> Locator:
    return page.locator(".trk-facts")


def owed(statement: Statement) -> Decimal:
    return owed_on([statement.pk])[statement.pk].owed


@pytest.mark.requirement("BIL-2")
@pytest.mark.requirement("BIL-4")
@pytest.mark.requirement("BIL-5")
def test_a_key_customer_s_month_over_two_disputed_lines_to_zero(
    desk: Desk, phone: Page, say: Say
) -> None:
    customer = payer(key_account=True, name="上海云裳服饰有限公司", short_name="云裳服饰")
    for gross, waybill in (("60.00", "YP17"), ("40.00", "YP25"), ("50.00", "YP33")):
        charged(customer, gross, waybill=waybill)
    finance, service = desk(Role.FINANCE), desk(Role.DIRECTOR)
    clerk = desk(Role.SETTLEMENT_CLERK)

    finance.goto("/admin/billing/statement/add/")
    finance.locator("[name=month]").fill("2026-11-15")
    finance.locator("form button.is-primary").click()
    finance.wait_for_load_state("load")
    work()
    statement = Statement.objects.get()
    finance.goto(page_of(statement))
    expect(head(finance)).to_contain_text(say("Frozen"))
    expect(facts(finance)).to_contain_text("壹佰伍拾元整")
    do(finance, "review-finance")
    service.goto(page_of(statement))
    do(service, "send-service")
    expect(head(service)).to_contain_text(say("Sent"))

    # The payer objects to two lines; one of them is right.
    statement.refresh_from_db()
    link = f"/statement/{token_of(statement)}"
    phone.goto(link)
    expect(phone.locator(".statement-lines")).to_contain_text("YP17")
    for number, why, text in (
        ("YP17", "weight", "我们称的是一公斤"),
        ("YP25", "price", "合同价是 30 元"),
    ):
        line = phone.locator(".statement-lines > li").filter(has_text=number)
        line.locator("summary").click()
        line.locator("[name=why]").select_option(why)
        line.locator("[name=amount]").fill("10")
        line.locator("[name=text]").fill(text)
        line.locator("form button").click()
        expect(phone.locator(".notice.green")).to_be_visible()
    accepted, refused = statement.disputes.order_by("charge__waybill")
    service.goto(page_of(accepted))
    do(service, "accept", answer="复秤属实，下月冲减")
    expect(head(service)).to_contain_text(say("Accepted"))
    service.goto(page_of(refused))
    do(service, "refuse", answer="合同附件二约定 40 元")
    expect(head(service)).to_contain_text(say("Refused"))
    adjustment = Charge.objects.get(corrects__isnull=False)
    assert (adjustment.gross, adjustment.statement.is_open) == (D("-10.00"), True)
    phone.goto(link)
    expect(phone.locator(".statement-lines")).to_contain_text("合同附件二约定 40 元")
    phone.locator("[name=name]").fill("王会计")
    phone.locator("form[action$='/agree'] button").click()
    expect(phone.locator(".notice.green")).to_be_visible()

    # The invoice, on paper, goes along with the settlement clerk.
    finance.goto(page_of(statement))
    expect(head(finance)).to_contain_text(say("Confirmed"))
    do(finance, "invoice", kind="paper_special")
    invoice = Invoice.objects.get()
    today = timezone.localdate().isoformat()
    do(finance, "issue", number="031002600111", issued_on=today)
    expect(head(finance)).to_contain_text(say("Issued"))
    carrier = User.objects.with_role(Role.SETTLEMENT_CLERK).get()
    clerk.goto("/admin/billing/paperdelivery/add/")
    clerk.get_by_label("031002600111").check()
    clerk.locator("[name=carrier]").select_option(str(carrier.pk))
    clerk.locator("form button.is-primary").click()
    expect(clerk.locator(".trk-head, .page-title").first).to_contain_text("031002600111")
    paper = PaperDelivery.objects.get()
    clerk.goto(f"/admin/billing/paperdelivery/round/?day={today}")
    expect(clerk.locator(".paper")).to_contain_text("云裳服饰")
    picture(clerk, "round")
    clerk.goto(page_of(paper))
    do(clerk, "take")
    expect(head(clerk)).to_contain_text(say("Taken along"))
    do(clerk, "sign", name="王会计")
    expect(head(clerk)).to_contain_text(say("Delivered, signed for"))
    sees_no_barrier(clerk, ".trk")
    finance.goto(page_of(invoice))
    expect(head(finance)).to_contain_text(say("With the payer"))

    # A cheque for the greater part, fetched on the round, and a transfer for the rest.
    clerk.goto("/admin/billing/cheque/add/")
    clerk.locator("[name=payer]").fill(customer.code)
    clerk.locator("[name=amount]").fill("100.00")
    clerk.locator("form button.is-primary").click()
    clerk.wait_for_load_state("load")
    cheque = Cheque.objects.get()
    press(clerk, cheque, "collect", number="30901130", bank="建设银行", drawn_on=today)
    press(clerk, cheque, "present")
    press(finance, cheque, "clear")
    cheque.refresh_from_db()
    assert cheque.state == "cleared"
    receipt = Receipt.objects.get()
    finance.goto(page_of(receipt))
    do(finance, "oldest")
    expect(finance.locator(".bill-blockers")).to_contain_text(statement.number)
    assert owed(statement) == D("50.00")
    taken(bank_account(), [row("50.00", text=f"运费 {statement.number}")])
    relay_all()
    finance.goto(page_of(statement))
    expect(facts(finance)).to_contain_text("¥0.00")
    assert owed(statement) == 0


@pytest.mark.requirement("BIL-3")
def test_another_s_month_with_something_in_its_way(desk: Desk, say: Say) -> None:
    customer = payer(short_name="茶语")
    statement = frozen(customer, "88.00")
    ShipmentRating.objects.create(
        waybill_id=1, waybill="YP12345678901", customer=customer, month=NOVEMBER,
        refusal="没有价目", refusal_code="no_tariff", rated_at=DECEMBER_FIRST,
    )  # fmt: skip
    agent, finance, manager = desk(Role.AGENT), desk(Role.FINANCE), desk(Role.DEPARTMENT_MANAGER)
    agent.goto(page_of(statement))
    do(agent, "review-service")
    expect(agent.locator(".bill-blockers").first).to_contain_text("YP12345678901")
    expect(agent.locator(".bill-blockers").first).to_contain_text(say("Shipment without a price"))
    finance.goto(page_of(statement))
    do(finance, "send-finance")
    expect(finance.locator("#act-send-finance")).to_contain_text("YP12345678901")
    statement.refresh_from_db()
    assert statement.state == "reviewed", "what stands in its way holds it back"
    manager.goto(page_of(statement))
    manager.get_by_role("link", name=say("Waive"), exact=True).click()
    manager.locator("[name=reason]").fill("客户已同意下月补记")
    manager.locator(".page form button.is-primary").click()
    expect(manager.locator(".bill-blockers").first).to_contain_text("客户已同意下月补记")
    finance.goto(page_of(statement))
    do(finance, "send-finance")
    expect(head(finance)).to_contain_text(say("Sent"))


@pytest.mark.requirement("BIL-6")
def test_an_overdue_customer_is_asked_to_pay_and_on_hold(desk: Desk, phone: Page, say: Say) -> None:
    customer = ready_customer(
        short_name="鲜达食品", invoice_title="广州鲜达食品有限公司", tax_number=USCC
    )
    terms = BillingTerms(customer=customer, hold_after_days=10)
    services.change_terms(terms, by=UserFactory(), at=DECEMBER_FIRST)
    statement = sent(customer, "360.00")
    due_on = timezone.localdate() - timedelta(days=16)
    Statement.objects.filter(pk=statement.pk).update(due_on=due_on)
    services.hold_customers()
    waits = order(customer=customer, settlement_method="monthly")
    agent, finance, leader = desk(Role.AGENT), desk(Role.FINANCE), desk(Role.GENERAL_MANAGER)

    # Finance looks at the board, reads the draft and sends the letter.
    finance.goto("/admin/billing/overduepayer/")
    expect(finance.locator("#list")).to_contain_text("鲜达食品")
    sees_no_barrier(finance, ".page")
    picture(finance, "overdue-payers")
    finance.locator("#list tbody .tick input").first.check()
    finance.get_by_role("button", name=say("Send letters")).click()
    expect(finance.locator(".page-chosen")).to_contain_text("¥360.00")
    with finance.expect_download() as draft:
        finance.get_by_role("link", name=say("Draft (PDF)")).click()
    assert draft.value.path().read_bytes().startswith(b"%PDF")
    finance.locator("button[name=go]").click()
    expect(finance.locator(".staff-table")).to_contain_text(say("done"))
    letter = DunningNotice.objects.get()
    phone.goto(f"/statement/{token_of(statement)}")
    expect(phone.get_by_role("link", name=letter.number)).to_be_visible()

    # The customer's new monthly order waits.
    agent.goto(f"/admin/orders/workorder/{waits.pk}/confirm/")
    expect(agent.locator(".orders-blockers")).to_contain_text(statement.number)
    expect(agent.get_by_role("button", name=say("Confirm the order"))).to_have_count(0)
    agent.goto(f"/admin/billing/overduepayer/{customer.pk}/change/")
    promised = timezone.localdate() + timedelta(days=3)
    do(agent, "promise", pay_on=promised.isoformat(), given_by="罗生")
    expect(head(agent)).to_contain_text(say("Payment promised"))
    sees_no_barrier(agent, ".trk")
    assert PaymentPromise.objects.get().pay_on == promised

    # A leader lets it through, with a reason on record.
    leader.goto(f"/admin/customers/customer/{customer.pk}/change/")
    leader.get_by_role("link", name=say("Let orders through")).click()
    leader.locator("[name=reason]").fill("已承诺三日内付清")
    leader.locator(".page form button[type=submit]").first.click()
    expect(leader.locator(".customer-blockers").first).to_contain_text("已承诺三日内付清")
    agent.goto(f"/admin/orders/workorder/{waits.pk}/confirm/")
    agent.get_by_role("button", name=say("Confirm the order")).click()
    agent.wait_for_load_state("load")
    assert WorkOrder.objects.get(pk=waits.pk).status == "confirmed"


@pytest.mark.requirement("BIL-1")
@pytest.mark.requirement("BIL-2")
def test_a_weight_corrected_after_its_month_was_closed(desk: Desk, say: Say) -> None:
    tariff()
    customer = payer(short_name="精密仪器")
    last = timezone.localdate().replace(day=1) - timedelta(days=10)
    then = timezone.make_aware(datetime.combine(last, time(10)))
    parcel = shipment(customer, issued_at=then, picked_up_at=then)
    who: dict[str, Any] = {"by": UserFactory(), "at": timezone.now()}
    services.charge_shipments(waybill_ids=[parcel.pk], **who)
    closed = Statement.objects.get()
    services.freeze_statements(statement_ids=[closed.pk], month=closed.period, **who)
    clerk, finance = desk(Role.FREIGHT_CLERK), desk(Role.FINANCE)
    clerk.goto(page_of(parcel))
    do(clerk, "weigh", weight_kg="3")
    relay_all()
    finance.goto(page_of(ShipmentRating.objects.get()))
    expect(facts(finance)).to_contain_text("¥17.00")
    finance.goto(page_of(closed))
    expect(facts(finance)).to_contain_text("¥14.80")
    expect(finance.locator("#lines")).not_to_contain_text("3 kg")
    open_one = Statement.objects.get(state="open")
    finance.goto(page_of(open_one))
    expect(head(finance)).to_contain_text(say("Taking charges"))
    expect(finance.locator("#lines")).to_contain_text("3 kg")
    lines = open_one.charges.all()
    assert sum(line.gross for line in lines) == D("2.20")
    assert {line.corrects.statement_id for line in lines if line.corrects} == {closed.pk}


@pytest.mark.requirement("BIL-5")
def test_a_bank_file_with_a_tie_a_stranger_and_too_much(
    desk: Desk, say: Say, tmp_path: Path
) -> None:
    twice = payer(code="CF90001", short_name="重复")
    over, unknown = sent(payer(short_name="多付"), "60.00"), sent(payer(code="CF90002"), "40.00")
    older = sent(twice, "88.00", month=OCTOBER)
    newer = sent(twice, "88.00", month=NOVEMBER)
    account = bank_account()
    opened = {"by": UserFactory(), "at": timezone.now()}
    banking.post_opening(account, day=date(2026, 10, 31), amount=D("500.00"), **opened)
    file = tmp_path / "流水.csv"
    file.write_bytes(
        export(
            [
                row("88.00", text="cf90001 运费", name="张三"),
                row("40.00", text="货款", name="李四", number="6222020099999999999"),
                row("75.00", text=f"对账单 {over.number} 多付抵下月"),
            ],
            encoding="gb18030",
        )
    )
    finance = desk(Role.FINANCE)
    finance.goto(f"/admin/banking/bankaccount/{account.pk}/do/take-file/")
    finance.locator("input[type=file]").set_input_files(file)
    finance.locator("button[name=preview]").click()
    expect(finance.get_by_role("status")).to_contain_text("703.00")
    finance.locator("form button.is-primary").click()
    expect(finance.locator("main, .page").first).to_contain_text("¥40.00")
    relay_all()

    # Which of two equal months is paid, a person says.
    assert (owed(older), owed(newer), owed(over)) == (D("88.00"), D("88.00"), D(0))
    tie = Receipt.objects.get(payer=twice)
    finance.goto(page_of(tie))
    expect(facts(finance)).to_contain_text("¥88.00")
    do(finance, "allocate", statement=str(newer.pk), amount="88.00")
    expect(finance.locator(".bill-blockers")).to_contain_text(newer.number)
    assert (owed(older), owed(newer)) == (D("88.00"), D(0))

    # A stranger's payment lies unidentified until somebody knows whose it is.
    line = BankLine.objects.get(amount=D("40.00"))
    finance.goto(page_of(line))
    expect(finance.locator(".page").first).to_contain_text(say("Payer unknown"))
    do(finance, "identify", customer="CF90002")
    expect(finance.locator(".page").first).to_contain_text(say("Identified"))
    relay_all()
    assert owed(unknown) == 0, "the only one of theirs with this amount"

    # What is too much stays with the payer as an advance.
    finance.goto(page_of(Receipt.objects.get(payer=over.bill_to)))
    expect(facts(finance)).to_contain_text("¥15.00")
    assert [one.rest for one in unspent_of(over.bill_to_id or 0)] == [D("15.00")]
