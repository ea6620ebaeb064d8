"""The page of an account change: who may open it, what it leads to, its papers, its report (COD-2, COD-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.account_changes.admin.change_acts import ACTS, next_act
from apps.account_changes.enums import PaperKind, ProjectState, TeamSide
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.changes import missing_before_approval
from apps.account_changes.services import changes
from apps.accounts import totp
from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.banking.enums import AccountPurpose
from apps.events.models import Event
from tests.factories import changes as make
from tests.factories.accounts import TOTP_KEY, sign_in
from tests.factories.banking import bank_account
from tests.factories.customers import CustomerFactory
from tests.factories.orders import confirmed_order, ready_customer
from tests.factories.tracking import waybill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-2"),
    pytest.mark.requirement("COD-4"),
]
DAY = timedelta(days=1)
LIST = "/admin/account_changes/changeproject/"


def page(project: ChangeProject) -> str:
    return f"{LIST}{project.pk}/change/"


def act(project: ChangeProject, name: str, *row: int) -> str:
    return reverse("admin:account_changes_changeproject_act", args=[project.pk, name, *row])


def at_desk(client: Client, user: User) -> Client:
    sign_in(client, user)
    return client


def moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("role", [Role.SALES, Role.WAREHOUSE_MANAGER, Role.IT_ADMIN])
def test_who_has_nothing_to_do_with_it_opens_nothing(client: Client, role: Role) -> None:
    project = make.prepared(make.staff(), timezone.now())
    at_desk(client, make.person(role))
    paper = project.papers.get()
    for where in (
        LIST, f"{LIST}add/", page(project), f"{LIST}{project.pk}/papers/{paper.pk}/", f"{LIST}{project.pk}/report/",
        *(act(project, one.name) for one in ACTS if not one.rows),
    ):  # fmt: skip
        assert client.get(where).status_code == 403, where


def test_whoever_only_reads_is_offered_the_briefing_alone(client: Client) -> None:
    who = make.staff()
    project = make.prepared(who, timezone.now())
    at_desk(client, who.service)
    html = client.get(page(project)).content.decode()
    assert act(project, "read") in html
    for name in ("edit", "ask", "choose-account", "call-off", "stop", "approve"):
        assert act(project, name) not in html
        assert client.post(act(project, name), {"reason": "试试看"}).status_code == 403
    assert client.post(act(project, "read")).status_code == 302
    assert project.readings.get().user == who.service


def test_the_page_leads_from_the_reason_to_the_request(client: Client) -> None:
    who = make.staff()
    old = make.begun(who, timezone.now()).old_account
    changes.call_off_change(
        ChangeProject.objects.get(), reason="重来", by=who.finance, at=timezone.now()
    )
    at_desk(client, who.finance)
    begin = {"old_account": old.pk, "purpose": "cod", "scope": "everybody", "reason": "到账慢"}
    assert client.post(f"{LIST}add/", {**begin, "reason": ""}).status_code == 422
    assert client.post(f"{LIST}add/", begin).status_code == 302
    assert client.post(f"{LIST}add/", begin).status_code == 422, "one at a time"
    project = ChangeProject.objects.latest("pk")
    new = bank_account(who.finance, purpose="cod", bank="招商银行")
    now = timezone.now() - timedelta(minutes=5)
    times = {
        "sent": moment(now - timedelta(hours=1)),
        "confirmed": moment(now),
        "arrived": moment(now),
    }
    marks = {"service": 5, "fees": 4, "speed": 5, "views": 4}
    done = []
    answers: dict[str, Any] = {
        "rate": [{"bank": "招商银行", **marks}, {"bank": "浦发银行", **marks, "fees": 1}],
        "choose-account": [{"account": new.pk}],
        "deposit": [{"account": one.pk, "amount": "1.00", **times} for one in (old, new)],
        "brief": [{"briefing": make.BRIEFING}],
        "add-member": [
            {"user": user.pk, "side": side}
            for user, side in ((who.finance, "finance"), (who.operations, "operations"), (who.service, "customer_service"))
        ],
    }  # fmt: skip
    while missing := missing_before_approval(make.fresh(project), timezone.now()):
        leads = next_act(make.fresh(project), missing)
        html = client.get(page(project)).content.decode()
        assert f'class="button is-primary" href="{act(project, leads)}"' in html
        if leads == "file-paper":
            changes.file_paper(
                project, kind=PaperKind.OPENING, paper=make.scan(), by=who.finance, at=timezone.now()
            )  # fmt: skip
        for typed in answers.get(leads, []):
            answer = client.post(act(project, leads), typed)
            assert answer.status_code == 302, (leads, answer.content.decode()[:3000])
        done.append(leads)
        assert len(done) < 9, done
    assert client.post(act(project, "ask")).status_code == 302
    assert make.fresh(project).state == ProjectState.APPROVING
    assert done == ["add-member", "rate", "choose-account", "file-paper", "deposit", "brief"]


def test_approved_with_the_second_factor_scheduled_and_paused(client: Client) -> None:
    who = make.staff()
    project = make.asked(who, timezone.now())
    for user in (who.manager, who.management):
        at_desk(client, user)
        assert project.number in client.get("/admin/approvals/").content.decode()
        seen = make.seen(project)
        code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
        assert client.post(act(project, "approve"), {"seen": seen, "code": code}).status_code == 302
    assert make.fresh(project).state == ProjectState.APPROVED
    at_desk(client, who.finance)
    early = {"since": moment(timezone.now() + timedelta(hours=2))}
    assert client.post(act(project, "schedule"), early).status_code == 422
    assert (
        Event.objects.get(kind="accountchange.attempt_refused").data["code"] == "before_wait_over"
    )
    assert (
        client.post(
            act(project, "schedule"), {"since": moment(timezone.now() + 3 * DAY)}
        ).status_code
        == 302
    )
    at_desk(client, who.safety)
    assert act(project, "stop") in client.get(page(project)).content.decode()
    assert client.post(act(project, "stop"), {"reason": "核实一封可疑邮件"}).status_code == 302
    assert make.fresh(project).is_paused
    assert "核实一封可疑邮件" in client.get(page(project)).content.decode()
    assert client.post(act(project, "release")).status_code == 302


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_stage_in_both_languages_with_report_and_paper(client: Client, language: str) -> None:
    who = make.staff()
    user = make.person(Role.FINANCE)
    client.cookies["yipiao_language"] = language
    project = make.closed(who)
    changes.report_change(project, remark="顺利完成", by=who.finance, at=timezone.now())
    other = make.started(who, timezone.now() - DAY, purpose="freight")
    changes.pause_change(other, reason="等一等", by=who.finance, at=timezone.now())
    at_desk(client, user)
    for one in (project, other):
        answer = client.get(page(one))
        assert answer.status_code == 200
        html = answer.content.decode()
        assert ("Who did what when" in html) == (language == "en")
        assert ("经办记录" in html) == (language == "zh-hans")
    printed = client.get(f"{LIST}{project.pk}/report/")
    assert printed.status_code == 200
    assert "顺利完成" in printed.content.decode()
    assert client.get(f"{LIST}{other.pk}/report/").status_code == 404
    paper = client.get(f"{LIST}{project.pk}/papers/{project.papers.get().pk}/")
    assert b"".join(paper).startswith(b"%PDF")
    assert "no-store" in paper["Cache-Control"]


def statements(client: Client, where: str) -> int:
    client.get(where)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(where).status_code == 200
    return len(asked)


def test_lists_and_page_ask_as_much_for_many_rows_as_for_few(client: Client) -> None:
    who, now = make.staff(), timezone.now()
    project = make.prepared(who, now)
    customer = CustomerFactory()
    waybill(customer=customer, cod_amount=1, settlement_method="cod", promised_at=now + DAY)
    changes.list_customer(project, customer=customer, by=who.finance, at=now)
    other = make.begun(who, now, purpose=AccountPurpose.FREIGHT)
    account = other.old_account
    changes.call_off_change(other, reason="试一试", by=who.finance, at=now)
    at_desk(client, who.finance)
    few = statements(client, page(project)), statements(client, LIST)
    for _n in range(2):
        waybill(customer=customer, cod_amount=1, settlement_method="cod", promised_at=now + DAY)
        changes.list_customer(project, customer=CustomerFactory(), by=who.finance, at=now)
        make.deposit(project, project.old_account, now, minutes=30, by=who.finance)
        changes.add_member(
            project,
            user=make.person(Role.DISPATCHER),
            side=TeamSide.OPERATIONS,
            by=who.finance,
            at=now,
        )
        changes.file_paper(project, kind=PaperKind.OTHER, paper=make.scan(), by=who.finance, at=now)
        done = changes.begin_change(
            old_account=account,
            purpose=AccountPurpose.FREIGHT,
            reason="试一试",
            by=who.finance,
            at=now,
        )
        changes.call_off_change(done, reason="试一试", by=who.finance, at=now)
    assert (statements(client, page(project)), statements(client, LIST)) == few


def test_rows_are_struck_and_taken_off(client: Client) -> None:
    who, now = make.staff(), timezone.now()
    project = make.prepared(who, now)
    listed = changes.list_customer(project, customer=CustomerFactory(), by=who.finance, at=now)
    at_desk(client, who.finance)
    deposit, member = project.deposits.all()[0], project.members.all()[0]
    assert client.post(act(project, "strike", deposit.pk), {"reason": ""}).status_code == 422
    assert (
        client.post(act(project, "strike", deposit.pk), {"reason": "登记错户"}).status_code == 302
    )
    assert client.post(act(project, "remove-member", member.pk)).status_code == 302
    assert client.post(act(project, "unlist", listed.pk)).status_code == 302
    assert len(missing_before_approval(make.fresh(project), now)) == 2
    assert "登记错户" in client.get(page(project)).content.decode()


@pytest.mark.requirement("COD-1")
def test_a_cod_order_says_where_its_cod_goes(client: Client) -> None:
    who = make.staff()
    project = make.started(who, timezone.now() - DAY)
    customer = ready_customer()
    order = confirmed_order(customer, settlement_method="cod", cod_amount="128.00")
    plain = confirmed_order(customer)
    at_desk(client, make.person(Role.DEPARTMENT_MANAGER))
    masked = project.new_account.masked  # type: ignore[union-attr]  # it has started
    assert masked in client.get(f"/admin/orders/workorder/{order.pk}/change/").content.decode()
    assert masked not in client.get(f"/admin/orders/workorder/{plain.pk}/change/").content.decode()
