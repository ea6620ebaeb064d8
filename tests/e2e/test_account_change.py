"""收款账号变更 in a real browser, from its reason to its final report on a faster clock: an account that somebody edits
after the approval, and a deposit that comes to the old account after its close (COD-2, COD-4, COD-6)."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection, transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import ChangeProject
from apps.account_changes.services import campaigns, changes
from apps.accounts import totp
from apps.accounts.models import User
from apps.banking.enums import AccountPurpose
from apps.banking.services import assign_account
from apps.events.models import Event
from tests.e2e.desk import Enter, picture
from tests.factories import changes as make
from tests.factories.accounts import TOTP_KEY
from tests.factories.banking import bank_account, row, taken
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notifications import relay_all
from tests.factories.tracking import waybill

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-2"),
    pytest.mark.requirement("COD-4"),
    pytest.mark.requirement("COD-6"),
]
DAY = timedelta(days=1)
_TOLD_TIMES = ("sent_at", "call_from", "deadline", "since", "valid_until")
_TIMES = ("approved_at", "earliest_start", "since", "accept_until", "started_at", "closed_at")


def let_pass(project: ChangeProject, span: timedelta) -> None:
    """The clock runs on: what was written of the project lies that much further back."""

    def shifts(names: Sequence[str]) -> str:
        return ", ".join(f"{name} = {name} - %(span)s" for name in names)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
        for table, names, key in (
            ("campaign", _TOLD_TIMES, "project_id"),
            ("changeproject", _TIMES, "id"),
        ):
            cursor.execute(
                f"UPDATE account_changes_{table} SET {shifts(names)} WHERE {key} = %(pk)s",
                {"span": span, "pk": project.pk},
            )  # ours
        cursor.execute(
            "UPDATE banking_accountassignment SET since = since - %s, accept_until = accept_until - %s",
            [span, span],
        )


def act(page: Page, project: ChangeProject, name: str, **typed: str) -> None:
    """Open the page of an act, fill it in and press its button."""
    page.goto(f"/admin/account_changes/changeproject/{project.pk}/do/{name}/")
    for field, value in typed.items():
        box = page.locator(f"[name={field}]")
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.locator("form button.is-primary, form button.is-danger").first.click()
    expect(page.locator(".chg-path")).to_be_visible()


def approve(page: Page, project: ChangeProject, word: str = "批准") -> None:
    page.goto("/admin/approvals/")
    page.get_by_role("link", name=project.number).click()
    page.get_by_role("link", name=word, exact=True).click()
    expect(page.locator(".approval-content")).to_contain_text("招商银行")
    page.fill("[name=code]", totp.code_at(TOTP_KEY, totp.step_at(timezone.now())))
    page.locator("form button.is-primary").click()
    expect(page.locator(".chg-path")).to_be_visible()


def prepare(page: Page, who: make.Staff, old: Any, new: Any, scan: Path) -> ChangeProject:
    page.goto("/admin/account_changes/changeproject/add/")
    page.locator("[name=old_account]").select_option(str(old.pk))
    page.fill("[name=reason]", "建行到账慢、按笔收费")
    page.locator("form button.is-primary").click()
    expect(page.locator(".chg-next")).to_contain_text("项目组缺少财务人员。")
    project = ChangeProject.objects.get()
    sides = (
        (who.finance, "finance"),
        (who.operations, "operations"),
        (who.service, "customer_service"),
    )
    for user, side in sides:
        act(page, project, "add-member", user=str(user.pk), side=side)
    for bank, mark in (("招商银行", "5"), ("浦发银行", "3")):
        act(
            page,
            project,
            "rate",
            bank=bank,
            **dict.fromkeys(("service", "fees", "speed", "views"), mark),
        )
    act(page, project, "choose-account", account=str(new.pk))
    page.goto(f"/admin/account_changes/changeproject/{project.pk}/do/file-paper/")
    page.set_input_files("input[type=file]", str(scan))
    page.locator("form button.is-primary").click()
    expect(page.locator("#papers-title + ul")).to_contain_text("opening.pdf")
    begin = timezone.localtime() - timedelta(hours=9)
    for account, hours in ((old, 8), (new, 1)):
        there = f"{begin + timedelta(hours=hours):%Y-%m-%dT%H:%M}"
        act(page, project, "deposit", account=str(account.pk), amount="1.00", sent=f"{begin:%Y-%m-%dT%H:%M}",
            confirmed=there, arrived=there)  # fmt: skip
    act(page, project, "brief", briefing=make.BRIEFING)
    expect(page.locator(".chg-next .is-primary")).to_have_text("提请审批")
    return project


def tell(page: Page, project: ChangeProject, agent: User) -> None:
    """The page says that customers were not told, and leads to the press."""
    page.goto(f"/admin/account_changes/changeproject/{project.pk}/change/")
    expect(page.locator(".chg-next")).to_contain_text("尚未通知客户")
    page.locator(".chg-next a.is-primary").click()
    page.locator("[name=agent]").select_option(str(agent.pk))
    page.locator("form button.is-primary").click()
    expect(page.locator("#board")).to_contain_text("1 位客户中已通知到 0 位")


def call_silent(page: Page, project: ChangeProject) -> None:
    """In English: nothing confirmed that the notice arrived, so the start waits for it by name; the agent calls."""
    row = project.campaign.recipients.get()
    page.goto(f"/admin/account_changes/changeproject/{project.pk}/change/")
    expect(page.locator(".chg-next")).to_contain_text("Before it can start:")
    expect(page.locator(".chg-next")).to_contain_text(row.customer.display_name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
        cursor.execute(
            "UPDATE account_changes_campaign SET sent_at = sent_at - %(span)s, call_from = call_from - %(span)s",
            {"span": 2 * DAY},
        )
    assert campaigns.hand_over_to_agents() == 1
    page.reload()
    expect(page.locator(".chg-path [aria-current=step]")).to_have_text("Scheduled")
    expect(page.get_by_text("Before it can start:")).to_have_count(0)
    where = f"/admin/account_changes/campaignrecipient/{row.pk}"
    page.goto(f"{where}/change/")
    expect(page.locator("main")).to_contain_text("Agent has to call")


@pytest.mark.slow
def test_a_whole_change(enter: Enter, tmp_path: Path) -> None:
    who, now = make.staff(), timezone.now()
    old = bank_account(
        make.person(make.Role.FINANCE), purpose="cod", bank="建设银行", name="建行代收户"
    )
    new = bank_account(
        make.person(make.Role.FINANCE),
        purpose="cod",
        bank="招商银行",
        name="招行代收户",
        cnaps="308290003011",
    )
    long_ago = now - 200 * DAY
    assign_account(
        account=old, purpose=AccountPurpose.COD, since=long_ago, by=who.finance, at=long_ago
    )
    customer = CustomerFactory(code="CF96001", agent=who.service)
    ContactFactory(customer=customer)
    waybill(customer=customer, cod_amount=128, settlement_method="cod", promised_at=now + DAY)
    scan = tmp_path / "opening.pdf"
    scan.write_bytes(make.PDF)

    finance = enter(who.finance, "zh-CN", 1280)
    project = prepare(finance, who, old, new, scan)
    expect(finance.locator("#stages-title ~ details", has_text="128.00")).to_have_count(1)
    act(finance, project, "ask")
    approve(enter(who.manager, "zh-CN", 1280), project)
    management = enter(who.management, "en-GB", 1280)
    approve(management, project, "Approve")
    expect(management.locator(".chg-path [aria-current=step]")).to_have_text(
        "Approved, not scheduled"
    )
    finance.goto(f"/admin/account_changes/changeproject/{project.pk}/change/")
    found = Axe().run(finance, context=".page")
    assert found.violations_count == 0, found.generate_report()
    picture(finance, "account-change-approved", full_page=True)

    since = timezone.localtime() + 2 * DAY
    act(finance, project, "schedule", since=f"{since:%Y-%m-%dT%H:%M}")
    # One reads it in English, in the browser; the others have read it.
    agent = enter(who.service, "en-GB", 1280)
    agent.goto(f"/admin/account_changes/changeproject/{project.pk}/change/")
    agent.get_by_role("link", name="I have read and understood it").click()
    agent.locator("form button.is-primary").click()
    expect(agent.locator(".chg-path")).to_be_visible()
    assert project.readings.filter(user=who.service).exists()
    make.everybody_reads(project, timezone.now())
    tell(finance, project, who.service)
    call_silent(agent, project)

    # Somebody edits the account behind the approvers' backs: it does not start, and that is on record.
    finance.goto(f"/admin/banking/bankaccount/{new.pk}/do/change/")
    finance.fill("[name=cnaps]", "102290000101")
    finance.locator("form button.is-primary").click()
    expect(finance.locator("h1.page-title")).to_contain_text("招行代收户")
    let_pass(project, 3 * DAY)
    assert changes.work_changes() == 1
    finance.goto(f"/admin/account_changes/changeproject/{project.pk}/change/")
    expect(finance.locator("[role=alert]").first).to_contain_text("审批通过后内容有改动")
    trace = Event.objects.get(kind="accountchange.attempt_refused")
    assert trace.data["code"] == "approval_void"
    finance.goto(f"/admin/banking/bankaccount/{new.pk}/do/change/")
    finance.fill("[name=cnaps]", "308290003011")
    finance.locator("form button.is-primary").click()
    expect(finance.locator("h1.page-title")).to_contain_text("招行代收户")
    act(finance, project, "resume", reason="已改回审批时的联行号")
    assert changes.work_changes() == 1
    finance.reload()
    expect(finance.locator(".chg-path [aria-current=step]")).to_have_text("过渡期中")

    # A month later the old account is closed by itself; what comes after that is an exception.
    let_pass(project, 40 * DAY)
    assert changes.work_changes() == 1
    assert make.fresh(project).state == ProjectState.CLOSED
    taken(
        old,
        [row("300.00", day=f"{timezone.localdate()}", text="CF96001 货款")],
        opening="0.00",
    )
    relay_all()
    finance.reload()
    expect(finance.locator("#late-title + ul")).to_contain_text("300.00")
    act(finance, project, "report", remark="一家客户仍付旧户，已电话告知并退回。")
    expect(finance.locator(".chg-path [aria-current=step]")).to_have_text("已完成并总结")
    picture(finance, "account-change-reported", full_page=True)
    agent.goto(f"/admin/account_changes/changeproject/{project.pk}/report/")
    expect(agent.locator("h1")).to_contain_text("Final report")
    expect(agent.locator("body")).to_contain_text("300.00")
