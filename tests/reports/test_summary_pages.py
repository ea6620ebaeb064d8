"""Pages of summaries and daily reports: their main jobs, who may not, their statements; the customer's page (REP-2, REP-3)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role, UnitKind
from apps.portal.limits import most_misses
from apps.reports import services
from apps.reports.enums import DailyState, SummaryState
from apps.reports.models import DailyReport, Summary, SummaryReceipt
from apps.reports.queries.summary_links import summary_of_token, token_of
from apps.reports.rules.summaries import next_month
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.reports import Signers, seen

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-3")]
LIST = "admin:reports_summary_changelist"


@pytest.fixture
def signers() -> Signers:
    return Signers()


def page(row: Any) -> str:
    return reverse(f"admin:reports_{row._meta.model_name}_change", args=[row.pk])


def act(row: Any, name: str) -> str:
    return reverse(f"admin:reports_{row._meta.model_name}_act", args=[row.pk, name])


def own(client: Client, address: str, **given: Any) -> tuple[str, int]:
    """The page, and how many statements it asked of this app."""
    with CaptureQueriesContext(connection) as queries:
        text = client.get(address, given).text
    return text, sum('"reports_' in query["sql"] for query in queries)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_take_the_same_statements_for_one_row_and_three(
    client: Client, signers: Signers, rows: int
) -> None:
    sign_in(client, signers.director)
    for n in range(rows):
        signers.draft(CustomerFactory(unit=signers.unit, agent=signers.agent))
        DailyReport.objects.create(
            unit=signers.unit, day=timezone.localdate() - timezone.timedelta(days=n + 1),
            created_by=signers.director,
        )  # fmt: skip
    text, asked = own(client, reverse(LIST), view="all")
    assert text.count("MS2") >= rows and asked <= 2
    text, asked = own(client, reverse("admin:reports_dailyreport_changelist"))
    assert signers.unit.name in text and asked <= 2


def test_signed_on_its_page_by_whose_turn_it_is(client: Client, signers: Signers) -> None:
    row = signers.with_texts()
    sign_in(client, signers.agent)
    assert row.number in client.get(reverse(LIST)).text, "a draft of mine waits for my signature"
    assert client.post(act(row, "write")).status_code == 302
    sign_in(client, signers.director)
    assert row.number not in client.get(reverse(LIST)).text, "not the director's turn yet"
    assert 'id="act-approve"' not in client.get(page(row)).text
    sign_in(client, signers.project)
    assert row.number in client.get(reverse(LIST)).text
    text, asked = own(client, page(row))
    assert 'id="act-approve"' in text and asked <= 12
    stale = client.post(act(row, "approve"), {"approve-seen": "0" * 64})
    assert stale.status_code == 422
    assert client.post(act(row, "approve"), {"approve-seen": seen(row)}).status_code == 302
    row.refresh_from_db()
    assert row.state == SummaryState.PROJECT


def test_a_reviewer_sees_what_changed_since_their_last_look(
    client: Client, signers: Signers
) -> None:
    row = signers.sign(signers.written(), signers.project)
    sign_in(client, signers.director)
    assert "rep-changes" not in client.get(page(row)).text
    assert (
        client.post(
            act(row, "refuse"), {"refuse-seen": seen(row), "refuse-reason": "写具体"}
        ).status_code
        == 302
    )
    row.refresh_from_db()
    services.change_summary(
        summary_id=row.pk,
        texts={"happened": "北方线路晚点两票。"},
        by=signers.agent,
        at=timezone.now(),
    )
    row = services.write_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    signers.sign(row, signers.project)
    text = client.get(page(row)).text
    assert "rep-changes" in text and "<ins>北方线路晚点两票。</ins>" in text
    assert "rep-changes" in client.get(page(row)).text, "until it is signed, not once only"


def test_written_planned_sent_and_noted_on_its_page(client: Client, signers: Signers) -> None:
    row = signers.draft()
    sign_in(client, signers.agent)
    wrong = client.post(act(row, "texts"), {"texts-happened": "长" * 2001, "texts-ahead": ""})
    assert wrong.status_code == 422
    assert (
        client.post(act(row, "texts"), {"texts-happened": "一", "texts-ahead": "二"}).status_code
        == 302
    )
    sign_in(client, signers.project)
    assert (
        client.post(act(row, "project-plan"), {"project-plan-project_plan": "三"}).status_code
        == 302
    )
    assert (
        client.post(
            act(row, "department-plan"), {"department-plan-department_plan": "四"}
        ).status_code
        == 422
    )
    sign_in(client, signers.department)
    assert (
        client.post(
            act(row, "department-plan"), {"department-plan-department_plan": "四"}
        ).status_code
        == 302
    )
    row = services.write_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    for by in (signers.project, signers.director, signers.deputy):
        row = signers.sign(row, by)
    sign_in(client, signers.agent)
    assert client.post(act(row, "send")).status_code == 302
    download = client.post(act(row, "download"), {"download-form": "pdf"})
    assert b"".join(download.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]  # a FileResponse
    assert client.post(act(row, "received"), {"received-name": ""}).status_code == 422
    assert client.post(act(row, "received"), {"received-name": "赵经理"}).status_code == 302
    assert "赵经理" in client.get(page(row)).text


def test_a_month_is_prepared_on_a_page_and_one_not_over_is_refused(
    client: Client, signers: Signers
) -> None:
    sign_in(client, signers.director)
    add = reverse("admin:reports_summary_add")
    today = timezone.localdate()
    refused = client.post(add, {"month": f"{today:%Y-%m}"})
    assert refused.status_code == 422 and f"{next_month(today):%Y-%m-%d}" in refused.text
    assert client.post(add, {"month": "2026-13"}).status_code == 422
    assert not Summary.objects.exists()
    sign_in(client, signers.agent)
    assert client.get(add).status_code == 403


DOORS = (
    "texts",
    "project-plan",
    "department-plan",
    "write",
    "approve",
    "refuse",
    "send",
    "renew",
    "received",
)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_pass_no_door(client: Client, signers: Signers, role: Role) -> None:
    """Whoever lacks a permission is refused at each door, whatever the state."""
    user = UserFactory(roles=[role], unit=signers.unit)
    row, before = signers.draft(), Summary.objects.count()
    sign_in(client, user)
    needs = {one.name: one.permission for one in _acts()}
    for door in DOORS:
        status = client.post(act(row, door)).status_code
        allowed = user.has_perm(needs[door]) and user.has_perm("reports.view_summary")
        assert (status == 403) is not allowed, (role, door)
    if not user.has_perm("reports.view_summary"):
        assert client.get(page(row)).status_code == 403
    row.refresh_from_db()
    assert row.state == SummaryState.DRAFT and Summary.objects.count() == before


def _acts() -> Any:
    from apps.reports.admin.summaries import ACTS

    return ACTS


def test_other_units_summaries_and_reports_are_not_found(client: Client, signers: Signers) -> None:
    other = UserFactory(roles=[Role.DIRECTOR], unit=UnitFactory(), scope=ObjectScope.UNITS)
    report = DailyReport.objects.create(
        unit=signers.unit, day=timezone.localdate(), created_by=other
    )
    row = signers.draft()
    sign_in(client, other)
    assert client.get(page(row)).status_code == 404 and client.get(page(report)).status_code == 404
    assert client.post(act(report, "close"), {"close-remarks": "好"}).status_code == 404


@pytest.mark.requirement("REP-2")
def test_a_daily_report_is_read_live_closed_and_fixed(client: Client) -> None:
    unit = UnitFactory(kind=UnitKind.BRANCH, name="上海分公司")
    boss, agent = (UserFactory(roles=[role], unit=unit) for role in (Role.DIRECTOR, Role.AGENT))
    report = DailyReport.objects.create(
        unit=unit, day=timezone.localdate() - timezone.timedelta(days=1), created_by=boss
    )
    sign_in(client, agent)
    assert client.get(page(report)).status_code == 200
    assert client.post(act(report, "close"), {"close-remarks": "好"}).status_code == 403
    assert "上海分公司" in client.get(reverse("admin:reports_dailyreport_today")).text
    sign_in(client, boss)
    assert client.post(act(report, "close"), {"close-remarks": ""}).status_code == 422
    assert client.post(act(report, "close"), {"close-remarks": "正常。"}).status_code == 302
    report.refresh_from_db()
    assert report.state == DailyState.CLOSED and report.sha256[:16] in client.get(page(report)).text
    sign_in(client, UserFactory(roles=[Role.CASHIER]))
    assert client.get(reverse("admin:reports_dailyreport_today")).status_code == 403


def test_the_customer_reads_and_acknowledges_by_the_link_alone(
    client: Client, signers: Signers
) -> None:
    row = signers.sent()
    token = token_of(row)
    assert summary_of_token(token) == row
    text = client.get(f"/summary/{token}").text
    assert row.number in text and signers.agent.display_name not in text
    assert not SummaryReceipt.objects.exists(), "looking acknowledges nothing"
    assert client.post(f"/summary/{token}/received", {"name": " "}).status_code == 422
    assert client.post(f"/summary/{token}/received", {"name": "赵经理"}).status_code == 303
    assert client.post(f"/summary/{token}/received", {"name": "别人"}).status_code == 303
    assert SummaryReceipt.objects.get().name == "赵经理"
    pdf = client.get(f"/summary/{token}/file/pdf")
    import hashlib

    assert hashlib.sha256(pdf.content).hexdigest() == row.sending.pdf_sha256
    assert "private" in pdf["Cache-Control"] or "no-store" in pdf["Cache-Control"]
    assert client.get(f"/summary/{token}/file/csv").status_code == 404


def test_what_was_not_sent_or_is_guessed_is_not_found(client: Client, signers: Signers) -> None:
    row = signers.signed()
    for token in (token_of(row), f"{row.number}-{'A' * 22}", "MS20260101-00001-" + "A" * 22, "x"):
        assert client.get(f"/summary/{token}").status_code == 404
        assert client.post(f"/summary/{token}/received", {"name": "x"}).status_code == 404
    assert not SummaryReceipt.objects.exists()


def test_whoever_tries_out_tokens_is_stopped(client: Client, signers: Signers) -> None:
    token = token_of(signers.sent())
    guesses = [f"/summary/MS20260101-{n:05d}-{'A' * 22}" for n in range(most_misses() + 1)]
    assert {client.get(one).status_code for one in guesses} == {404, 429}
    assert client.get(f"/summary/{token}").status_code == 429, "whatever exists"
