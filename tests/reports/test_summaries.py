"""REP-3: the monthly summary: its moves, four signatures over one content, rounds, stand-ins, sending."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Absence, User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.queries.approvals import waiting_for
from apps.claims.models import Claim
from apps.core.errors import BadInput
from apps.core.times import day_start
from apps.customers.models import Customer
from apps.events.models import Event
from apps.reports import services
from apps.reports.enums import ScopeKind, SummaryState, SummaryStep
from apps.reports.models import Freeze, Summary, SummaryReceipt
from apps.reports.queries.summary_content import content_anew, contents_of
from apps.reports.queries.summary_page import figure_lines
from apps.reports.queries.summary_papers import summary_pdf, summary_xlsx
from apps.reports.queries.summary_words import figure_words
from apps.reports.rules.summaries import changes, next_month
from apps.reports.services.summaries import begin_again
from apps.reports.states import SUMMARY_MOVES
from apps.sla.enums import MatterState
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.claims import Desk, paid
from tests.factories.months import Size, make_month
from tests.factories.reports import Signers, last_month, seen
from tests.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-3")]
S = SummaryState


@pytest.fixture
def signers() -> Signers:
    return Signers()


def at_state(signers: Signers, state: SummaryState) -> Summary:
    if state == S.DRAFT:
        return signers.with_texts()
    row = signers.written()
    for to, by in (
        (S.PROJECT, signers.project), (S.DIRECTOR, signers.director), (S.SIGNED, signers.deputy),
    ):  # fmt: skip
        if row.state == state:
            return row
        row = signers.sign(row, by)
        assert row.state == to
    return (
        row
        if state == S.SIGNED
        else services.send_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    )


def open_steps(row: Summary) -> set[str]:
    rows = Matter.objects.filter(subject_type="reports.summary", subject_id=str(row.pk))
    assert rows.count() == len(SummaryStep)
    return set(rows.filter(state=MatterState.OPEN).values_list("key", flat=True))


def test_written_by_the_agent_checked_by_three_and_sent(signers: Signers) -> None:
    row = signers.draft()
    assert row.state == S.DRAFT and open_steps(row) == set(SummaryStep.values)
    row = signers.written(row)
    assert row.state == S.WRITTEN and row.written_by == signers.agent and row.written_for is None
    assert [one.request.subject_id for one in waiting_for(signers.project)] == [str(row.pk)]
    assert waiting_for(signers.director) == []
    row = signers.sign(row, signers.project)
    row = signers.sign(row, signers.director)
    row = signers.sign(row, signers.deputy, remark="同意")
    assert row.state == S.SIGNED and open_steps(row) == {SummaryStep.SEND}
    given = Approval.objects.filter(request__subject_id=str(row.pk)).order_by("pk")
    assert list(given.values_list("seat", "decided_by")) == [
        ("project_manager", signers.project.pk),
        ("director", signers.director.pk),
        ("deputy_general_manager", signers.deputy.pk),
    ]
    assert {one.sha256 for one in given} == {row.sha256}, "over one content"
    row = services.send_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    assert row.state == S.SENT and open_steps(row) == set()
    assert row.sending.channel == signers.customer.statement_channel
    kinds = list(
        Event.objects.filter(subject_type="reports.summary", subject_id=str(row.pk))
        .order_by("pk").values_list("kind", flat=True)
    )  # fmt: skip
    assert kinds[0] == "summary.prepared" and kinds[-5:] == [
        "summary.written", "summary.checked", "summary.checked", "summary.checked", "summary.sent",
    ]  # fmt: skip


@pytest.mark.parametrize("state", list(S))
def test_every_move(signers: Signers, state: SummaryState) -> None:
    """What each service may do in each state; whatever the table has not is refused and changes nothing."""
    row, at = at_state(signers, state), timezone.now()
    turn = {
        S.WRITTEN: signers.project,
        S.PROJECT: signers.director,
        S.DIRECTOR: signers.deputy,
    }.get(state, signers.deputy)
    doing: dict[SummaryState, Callable[[], object]] = {
        S.WRITTEN: lambda: services.write_summary(summary_id=row.pk, by=signers.agent, at=at),
        S.SENT: lambda: services.send_summary(summary_id=row.pk, by=signers.agent, at=at),
        S.DRAFT: lambda: services.return_summary(
            row, seen=seen(row), reason="数字不对", by=turn, at=at
        ),
    }
    for to in (S.PROJECT, S.DIRECTOR, S.SIGNED):
        doing[to] = lambda: signers.sign(row, turn)
    for to in S:
        allowed = SUMMARY_MOVES.allows(state, to)
        if allowed and not (state == S.SIGNED and to == S.DRAFT):
            continue
        with transaction.atomic():
            sid = transaction.savepoint()
            if to in (S.PROJECT, S.DIRECTOR, S.SIGNED) and state in (
                S.WRITTEN,
                S.PROJECT,
                S.DIRECTOR,
            ):
                assert signers.sign(row, turn).state != to or SUMMARY_MOVES.allows(state, to)
            else:
                refused(doing[to])
            transaction.savepoint_rollback(sid)
        row.refresh_from_db()
        assert row.state == state
    for to in SUMMARY_MOVES.ends_of(state):
        sid = transaction.savepoint()
        if state == S.SIGNED and to == S.DRAFT:
            services.change_summary(
                summary_id=row.pk, texts={"ahead": "改"}, by=signers.agent, at=at
            )
        else:
            doing[to]()
        row.refresh_from_db()
        assert row.state == to
        transaction.savepoint_rollback(sid)
        row.refresh_from_db()


def test_sent_back_is_a_new_round_and_the_signatures_are_kept_and_void(signers: Signers) -> None:
    row = signers.sign(signers.written(), signers.project)
    first = row.sha256
    back = services.return_summary
    assert (
        refused(
            lambda: back(row, seen=seen(row), reason=" ", by=signers.director, at=timezone.now())
        )
        == "reason_missing"
    )
    row = back(row, seen=seen(row), reason="原因分析太简单", by=signers.director, at=timezone.now())
    assert (row.state, row.round, row.sha256, row.written_by) == (S.DRAFT, 2, "", None)
    assert row.returned_reason == "原因分析太简单"
    assert open_steps(row) == set(SummaryStep.values), "what was done is to be done anew"
    request = ApprovalRequest.objects.get(subject_id=str(row.pk))
    assert request.state == ApprovalState.REFUSED and request.approvals.count() == 2
    services.change_summary(
        summary_id=row.pk, texts={"happened": "补充原因。"}, by=signers.agent, at=timezone.now()
    )
    row = services.write_summary(summary_id=row.pk, by=signers.agent, at=timezone.now())
    assert (
        row.sha256 != first
        and refused(lambda: signers.sign(row, signers.director)) == "not_your_turn"
    )
    for by in (signers.project, signers.director, signers.deputy):
        row = signers.sign(row, by)
    assert row.state == S.SIGNED


@pytest.mark.parametrize("state", [S.WRITTEN, S.PROJECT, S.DIRECTOR, S.SIGNED])
def test_any_change_of_content_begins_a_new_round(signers: Signers, state: SummaryState) -> None:
    row = at_state(signers, state)
    row = services.change_summary(
        summary_id=row.pk,
        texts={"department_plan": "增派两人。"},
        by=signers.department,
        at=timezone.now(),
    )
    assert (row.state, row.round) == (S.DRAFT, 2)
    assert ApprovalRequest.objects.get(subject_id=str(row.pk)).state == ApprovalState.VOID
    again = services.change_summary(
        summary_id=row.pk,
        texts={"department_plan": "增派两人。"},
        by=signers.department,
        at=timezone.now(),
    )
    assert again.round == 2, "the same words are no change"


def test_one_person_signs_once_whatever_their_roles(signers: Signers) -> None:
    both = UserFactory(roles=[Role.PROJECT_MANAGER, Role.DIRECTOR, Role.AGENT], unit=signers.unit)
    row = signers.sign(signers.written(), both)
    assert refused(lambda: signers.sign(row, both)) == "approved_twice"
    signers.agent.roles.create(
        role=Role.DIRECTOR, unit=signers.unit, since=timezone.now(), granted_by=both
    )
    agent = User.objects.get(pk=signers.agent.pk)
    assert refused(lambda: signers.sign(row, agent)) == "maker_approves"


def away(who: object, stand_in: object) -> None:
    at = timezone.now()
    Absence.objects.create(
        user=who, stand_in=stand_in, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(days=1),
        made_by=stand_in,
    )  # fmt: skip


def test_a_stand_in_signs_for_who_is_away(signers: Signers) -> None:
    deputy = UserFactory(unit=signers.unit, roles=[Role.QC_MANAGER])
    row = signers.sign(signers.written(), signers.project)
    assert refused(lambda: signers.sign(row, deputy)) == "not_your_turn"
    away(signers.director, deputy)
    assert [one.request.subject_id for one in waiting_for(deputy)] == [str(row.pk)]
    row = signers.sign(row, deputy)
    given = Approval.objects.get(seat="director", request__subject_id=str(row.pk))
    assert (given.decided_by, given.on_behalf_of) == (deputy, signers.director)
    event = Event.objects.filter(kind="summary.checked").latest("pk")
    assert event.data["for"] == str(signers.director)


def test_a_stand_in_of_the_agent_signs_for_them_and_neither_checks(signers: Signers) -> None:
    colleague = UserFactory(unit=signers.unit, roles=[Role.AGENT, Role.PROJECT_MANAGER])
    row = signers.with_texts()
    write = services.write_summary
    assert (
        refused(lambda: write(summary_id=row.pk, by=colleague, at=timezone.now()))
        == "not_the_agent"
    )
    away(signers.agent, colleague)
    row = write(summary_id=row.pk, by=colleague, at=timezone.now())
    assert (row.written_by, row.written_for) == (colleague, signers.agent)
    assert refused(lambda: signers.sign(row, colleague)) == "maker_approves"
    away(signers.project, signers.agent)
    assert refused(lambda: signers.sign(row, signers.agent)) == "maker_approves"


def test_nobody_stands_in_for_somebody_who_signed_already(signers: Signers) -> None:
    both = UserFactory(roles=[Role.PROJECT_MANAGER, Role.DIRECTOR], unit=signers.unit)
    friend = UserFactory(unit=signers.unit)
    row = signers.sign(signers.written(), both)
    away(both, friend)
    assert refused(lambda: signers.sign(row, friend)) == "not_your_turn", "one person counts once"


def test_who_writes_what(signers: Signers) -> None:
    row, at = signers.draft(), timezone.now()

    def write(name: str, by: object) -> Callable[[], object]:
        return lambda: services.change_summary(summary_id=row.pk, texts={name: "字"}, by=by, at=at)  # type: ignore[arg-type]

    assert refused(write("happened", signers.project)) == "not_the_agent"
    assert refused(write("project_plan", signers.agent)) == "not_yours"
    assert refused(write("department_plan", signers.project)) == "not_yours"
    with pytest.raises(BadInput, match="2001") as caught:
        services.change_summary(
            summary_id=row.pk, texts={"ahead": "长" * 2001}, by=signers.agent, at=at
        )
    assert caught.value.field == "ahead"
    with pytest.raises(BadInput) as missing:
        services.write_summary(summary_id=row.pk, by=signers.agent, at=at)
    assert (missing.value.code, missing.value.field) == ("text_missing", "happened")


def test_a_month_that_is_not_over_is_refused_in_words(signers: Signers) -> None:
    today = timezone.localdate()
    for month in (today, next_month(today)):
        with pytest.raises(BadInput) as caught:
            services.prepare_summaries(month=month, by=signers.director, at=timezone.now())
        assert (caught.value.code, caught.value.field) == ("month_not_over", "month")
        assert f"{next_month(month):%Y-%m-%d}" in str(caught.value)
    assert not Freeze.objects.exists() and not Summary.objects.exists(), "nothing was made"


def _refuses(row: Summary, column: str, value: object) -> None:
    """Tests run as the owner in maintenance, whom triggers let pass; here they are to refuse."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        sql = f"UPDATE reports_summary SET {column} = %s WHERE id = %s"  # names of ours
        cursor.execute(sql, [value, row.pk])


def test_the_database_keeps_what_is_signed(signers: Signers) -> None:
    row = signers.written()
    for column, value in (("content", "{}"), ("round", 9), ("state", "signed"), ("number", "MS1")):
        _refuses(row, column, value)
    row = at_state(Signers(), S.SENT)
    for column, value in (("state", "draft"), ("content", "{}"), ("sent_at", None)):
        _refuses(row, column, value)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute("DELETE FROM reports_summary WHERE id = %s", [row.pk])


def test_the_same_content_is_the_same_bytes_and_names_nobody(signers: Signers) -> None:
    row = at_state(signers, S.SENT)
    row = Summary.objects.select_related("customer").get(pk=row.pk)
    pdf, xlsx = summary_pdf(row), summary_xlsx(row)
    assert pdf == summary_pdf(row) and xlsx == summary_xlsx(row)
    import hashlib

    assert hashlib.sha256(pdf).hexdigest() == row.sending.pdf_sha256
    assert hashlib.sha256(xlsx).hexdigest() == row.sending.xlsx_sha256
    words = json.dumps(row.content, ensure_ascii=False)
    for person in (signers.agent, signers.project, signers.director, signers.deputy):
        assert person.display_name not in words


def test_the_first_receipt_counts(signers: Signers) -> None:
    row, at = at_state(signers, S.SENT), timezone.now()
    got = services.acknowledge_summary(
        summary_id=row.pk, name="  张  经理 ", by_customer=True, by=signers.agent, at=at
    )
    again = services.acknowledge_summary(
        summary_id=row.pk, name="别人", by_customer=True, by=signers.agent, at=at
    )
    assert got.name == "张 经理" and again == got and SummaryReceipt.objects.count() == 1
    assert Event.objects.filter(kind="summary.acknowledged").count() == 1
    other = Signers().draft()
    assert (
        refused(
            lambda: services.acknowledge_summary(
                summary_id=other.pk, name="张", by_customer=True, by=signers.agent, at=at
            )
        )
        == "not_sent"
    )


def test_figures_are_taken_anew_in_a_draft_only(signers: Signers) -> None:
    row = signers.draft()
    was, computings = row.frozen_at, Freeze.objects.count()
    row = services.renew_figures(summary_id=row.pk, by=signers.director, at=timezone.now())
    assert row.frozen_at > was and row.month == last_month()
    assert Freeze.objects.count() == computings  # nobody else's figures were computed
    row = signers.written(row)
    assert (
        refused(
            lambda: services.renew_figures(
                summary_id=row.pk, by=signers.director, at=timezone.now()
            )
        )
        == "not_a_draft"
    )


def test_figures_taken_anew_are_those_that_would_be_frozen() -> None:
    world, now = make_month(Size(), last_month()), timezone.now()
    freeze = services.freeze_figures(world.period, ScopeKind.CUSTOMER, by=UserFactory(), at=now)
    customer = Customer.objects.get(pk=world.customers[1])
    frozen = contents_of([customer], freeze, None, now)[customer.pk]
    assert frozen["figures"] and content_anew(customer, world.period, None, now) == frozen


def test_what_changed_between_two_rounds() -> None:
    before = [("准时率", "98%"), ("说明", "旧"), ("没了", "x")]
    after = [("准时率", "98%"), ("说明", "新"), ("行动", "加车")]
    found = [(one.label, one.before, one.after) for one in changes(before, after)]
    assert found == [("说明", "旧", "新"), ("行动", "", "加车"), ("没了", "x", "")]


def test_only_a_legal_move_begins_again(signers: Signers) -> None:
    row = at_state(signers, S.SENT)
    assert refused(lambda: begin_again(row, by=signers.agent, at=timezone.now())) == "illegal_move"


def test_claims_stand_in_it_and_what_was_recovered_does_not(signers: Signers) -> None:
    claim, at = paid(Desk(), "80"), day_start(last_month(), 9)
    assert claim.customer is not None
    Claim.objects.filter(pk=claim.pk).update(
        decided_at=at + timedelta(hours=6), agreed_at=at + timedelta(hours=7),
        paid_at=at + timedelta(hours=10),
    )  # fmt: skip
    row = signers.draft(claim.customer)
    words = {one["kpi"]: figure_words(one) for one in row.content["figures"]}
    assert words["claim_paid"] == "80.00 元 (1)"
    assert words["claim_pay_time"] == "3.0 小时 (1)" and "claim_time" in words
    assert "claim_recovered" not in words and "claim_cost" not in words
    assert "80.00 元" in str([line.value for line in figure_lines(row)])
