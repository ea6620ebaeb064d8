"""Frauds on the account that customers pay into: each is refused and leaves a trace (COD-1, COD-2, COD-6).

The trace is an event on the project's page; of what is tried by SQL past the application it is the
statement in the database's own log, with the name of the constraint that stopped it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import ChangeProject
from apps.account_changes.services import changes
from apps.accounts.enums import Role
from apps.banking import services as banking
from apps.banking.enums import AccountPurpose
from apps.banking.queries import which_account
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories import changes as make
from tests.factories.accounts import sign_in
from tests.factories.banking import bank_account
from tests.factories.customers import CustomerFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-1"),
    pytest.mark.requirement("COD-2"),
    pytest.mark.requirement("COD-6"),
]
COD = AccountPurpose.COD
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def stopped(project: ChangeProject, code: str, act: Callable[[], Any]) -> None:
    """Refused for this reason, and on the project's record."""
    before = {one.pk for one in traces(project)}
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == code
    [trace] = [one for one in traces(project) if one.pk not in before]
    assert trace.data["code"] == code


def traces(project: ChangeProject) -> list[Event]:
    kind = "accountchange.attempt_refused"
    return list(Event.objects.filter(kind=kind, subject_id=str(project.pk)))


def stopped_by_database(statement: str, name: str) -> None:
    """As the application's role and past all services; ``name`` is what the database's log tells."""
    with (
        pytest.raises(DatabaseError, match=name),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def long_ago() -> datetime:
    return timezone.now() - 20 * DAY


def test_two_sign_ins_of_one_person_approve() -> None:
    who, at = make.staff(), long_ago()
    project = make.asked(who, at)
    twin = make.person(Role.GENERAL_MANAGER, staff_number=who.manager.staff_number)
    make.approve(project, who.manager, at)
    stopped(project, "approved_twice", lambda: make.approve(project, twin, at))
    assert make.fresh(project).state == ProjectState.APPROVING


def test_whoever_entered_it_approves_it() -> None:
    who, at = make.staff(), long_ago()
    who.finance = make.person(Role.FINANCE, Role.DEPARTMENT_MANAGER)
    project = make.asked(who, at)
    stopped(project, "maker_approves", lambda: make.approve(project, who.finance, at))


def test_whoever_entered_the_new_account_approves_it() -> None:
    who, at = make.staff(), long_ago()
    project = make.prepared(who, at)
    account = bank_account(who.management, purpose="cod", bank="招商银行")
    changes.choose_account(project, account=account, by=who.finance, at=at)
    make.deposit(make.fresh(project), account, at, minutes=10, by=who.finance)
    changes.ask_change_approval(project, by=who.finance, at=at)
    stopped(project, "maker_approves", lambda: make.approve(project, who.management, at))


def test_two_persons_of_the_same_department_approve() -> None:
    who, at = make.staff(), long_ago()
    project = make.asked(who, at)
    make.approve(project, who.manager, at)
    second = make.person(Role.DEPARTMENT_MANAGER)
    stopped(project, "not_your_turn", lambda: make.approve(project, second, at))


def test_the_second_factor_is_old_or_missing() -> None:
    who, at = make.staff(), long_ago()
    project = make.asked(who, at)
    for given in (None, at - 6 * MINUTE, at + MINUTE):
        stopped(
            project, "second_factor_missing", lambda given=given: make.approve(project, who.manager, at, second_factor_at=given)  # type: ignore[misc]
        )  # fmt: skip


def test_an_approval_of_another_project_is_replayed() -> None:
    who, at = make.staff(), long_ago()
    first = make.asked(who, at)
    other = make.asked(who, at, purpose=AccountPurpose.FREIGHT)
    stopped(
        other,
        "approval_outdated",
        lambda: make.approve(other, who.manager, at, seen=make.seen(first)),
    )


def test_the_account_is_swapped_after_the_approval() -> None:
    who, at = make.staff(), long_ago()
    project = make.scheduled(who, at)
    mine = bank_account(who.finance, purpose="cod", bank="招商银行")
    changes.choose_account(project, account=mine, by=who.finance, at=at)
    assert Event.objects.filter(kind="approval.voided").exists()
    assert Event.objects.filter(kind="accountchange.voided", subject_id=str(project.pk)).exists()
    stopped(
        project,
        "nothing_to_start",
        lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY),
    )
    assert which_account(None, timezone.now(), purpose=COD) == project.old_account


def test_the_account_is_edited_after_the_approval_on_its_own_page() -> None:
    who, at = make.staff(), long_ago()
    project = make.scheduled(who, at)
    banking.change_account(
        project.new_account, {"branch": "别处支行", "cnaps": "308584000013"}, by=who.finance, at=at
    )  # type: ignore[arg-type]
    stopped(
        project,
        "approval_void",
        lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY),
    )
    assert changes.work_changes() == 1, "nor by itself: it is paused"
    assert make.fresh(project).is_paused


def test_it_is_started_before_the_waiting_time_is_over() -> None:
    who, at = make.staff(), long_ago()
    project = make.approved(who, at)
    make.everybody_reads(project, at)
    stopped(
        project, "before_wait_over", lambda: changes.schedule_change(project, since=at + 23 * 60 * MINUTE, by=who.finance, at=at)
    )  # fmt: skip
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    stopped(
        project,
        "wait_not_over",
        lambda: changes.start_change(project, by=who.finance, at=at + MINUTE),
    )
    stopped(
        project,
        "too_early",
        lambda: changes.start_change(project, by=who.finance, at=at + 2 * DAY - MINUTE),
    )


def test_it_is_started_without_those_who_must_know() -> None:
    who, at = make.staff(), long_ago()
    project = make.approved(who, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    stopped(
        project,
        "readers_missing",
        lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY),
    )


def test_an_account_is_assigned_by_hand_while_a_project_runs() -> None:
    who, at = make.staff(), long_ago()
    project = make.prepared(who, at)
    mine, customer = bank_account(who.finance, purpose="cod"), CustomerFactory()
    for target in (None, customer):
        with pytest.raises(RuleBroken) as refusal:
            banking.assign_account(
                account=mine, purpose=COD, customer=target, since=at, by=who.finance, at=at
            )
        assert refusal.value.code == "needs_project"
    assert Event.objects.filter(kind="bankaccount.assign_refused").count() == 2
    assert which_account(customer, timezone.now(), purpose=COD) == project.old_account


def test_an_import_assigns_past_the_single_act_s_rule() -> None:
    """The function that account changes use, called with a number that no project has."""
    who, at = make.staff(), timezone.now()
    project = make.approved(who, long_ago())
    for name in ("", "AC20260101-00000000", project.number):
        with (
            pytest.raises(DatabaseError, match=r"without an approved|says an account change"),
            transaction.atomic(),
        ):
            banking.reassign(
                accounts={None: project.new_account}, instead_of=[project.old_account_id], purpose=COD,  # type: ignore[dict-item]
                accept_until=at + DAY, project=name, by=who.finance, at=at,
            )  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert which_account(None, timezone.now(), purpose=COD) == project.old_account


def test_a_transition_is_extended_without_a_reason() -> None:
    who = make.staff()
    project = make.started(who, long_ago())
    until = timezone.now() + 90 * DAY
    stopped(
        project, "reason_missing", lambda: changes.extend_change(project, accept_until=until, reason=" ", by=who.finance, at=timezone.now())
    )  # fmt: skip
    assert make.fresh(project).accept_until < until  # type: ignore[operator]  # it has started


def test_a_change_under_way_is_edited() -> None:
    who = make.staff()
    project = make.started(who, long_ago())
    mine = bank_account(who.finance, purpose="cod")
    stopped(
        project, "change_started", lambda: changes.choose_account(project, account=mine, by=who.finance, at=timezone.now())
    )  # fmt: skip


def test_the_runner_resumes_what_the_safety_officer_stopped() -> None:
    who, at = make.staff(), timezone.now()
    project = make.scheduled(who, long_ago())
    changes.pause_change(project, reason="举报核实中", by=who.safety, at=at)
    stopped(
        project, "paused_by_others", lambda: changes.resume_change(project, by=who.finance, at=at)
    )
    stopped(project, "change_paused", lambda: changes.start_change(project, by=who.finance, at=at))


def test_the_briefing_is_replaced_after_everyone_has_read_it() -> None:
    who, at = make.staff(), long_ago()
    project = make.prepared(who, at)
    make.everybody_reads(project, at)
    changes.write_briefing(
        project,
        briefing="请把款项直接转入经办人个人账户，勿打合同电话核实。",
        by=who.finance,
        at=at,
    )
    changes.ask_change_approval(project, by=who.finance, at=at)
    make.approve(project, who.manager, at)
    make.approve(project, who.management, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    stopped(
        project,
        "readers_missing",
        lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY),
    )


def test_the_number_s_cipher_is_swapped_by_sql_after_the_approval() -> None:
    who, at = make.staff(), long_ago()
    project = make.scheduled(who, at)
    mine = bank_account(purpose="cod")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_bankaccount SET number = (SELECT number FROM banking_bankaccount WHERE id = %s) WHERE id = %s",
            [mine.pk, project.new_account_id],
        )
    stopped(
        project,
        "number_altered",
        lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY),
    )


def test_the_number_or_its_holder_is_changed_by_sql() -> None:
    project = make.approved(make.staff(), long_ago())
    where = f"WHERE id = {project.new_account_id}"
    stopped_by_database(
        f"UPDATE banking_bankaccount SET number_index = repeat('0', 32) {where}", "another number"
    )
    stopped_by_database(f"UPDATE banking_bankaccount SET holder = '张三' {where}", "append-only")


def test_a_project_is_approved_started_or_hurried_by_sql() -> None:
    who = make.staff()
    asked = make.asked(who, long_ago())
    user = who.finance.pk
    stopped_by_database(
        f"UPDATE account_changes_changeproject SET state = 'approved', approved_at = now(), approved_by_id = {user},"
        f" earliest_start = now() WHERE id = {asked.pk}", "it is not approved",
    )  # fmt: skip
    stopped_by_database(
        f"UPDATE account_changes_changeproject SET state = 'transition' WHERE id = {asked.pk}",
        "does not become",
    )
    make.approve(asked, who.manager, timezone.now())
    make.approve(asked, who.management, timezone.now())
    stopped_by_database(
        f"UPDATE account_changes_changeproject SET earliest_start = approved_at WHERE id = {asked.pk}",
        "not shortened",
    )
    stopped_by_database(
        f"UPDATE account_changes_changeproject SET state = 'scheduled', since = earliest_start, accept_until = earliest_start"
        f" + interval '30 days' WHERE id = {asked.pk}; UPDATE account_changes_changeproject SET state = 'transition',"
        f" started_at = earliest_start, started_by_id = {user} WHERE id = {asked.pk}", "still to come",
    )  # fmt: skip
    stopped_by_database(
        f"DELETE FROM account_changes_changeproject WHERE id = {asked.pk}",
        "append-only|violates foreign key",
    )
    other = make.begun(who, timezone.now(), purpose=AccountPurpose.FREIGHT)
    stopped_by_database(
        f"INSERT INTO account_changes_changeproject SELECT (jsonb_populate_record(c, jsonb_build_object('id', c.id + 1000, 'number',"
        f" 'AC9', 'state', 'called_off', 'old_account_id', {asked.new_account_id}))).* FROM account_changes_changeproject c"
        f" WHERE id = {other.pk}", "begins by being prepared",
    )  # fmt: skip


def test_an_assignment_is_inserted_moved_prolonged_or_deleted_by_sql() -> None:
    who = make.staff()
    project = make.started(who, long_ago())
    mine = bank_account(purpose="cod")
    values = f"now(), {who.finance.pk}, {mine.pk}, now(), '{project.number}', 'cod'"
    stopped_by_database(
        "INSERT INTO banking_accountassignment (created_at, created_by_id, account_id, since, project, purpose)"
        f" VALUES ({values})", "without an approved account change",
    )  # fmt: skip
    row = f"WHERE account_id = {project.old_account_id}"
    stopped_by_database(
        f"UPDATE banking_accountassignment SET account_id = {mine.pk} {row}", "append-only"
    )
    stopped_by_database(f"UPDATE banking_accountassignment SET since = now() {row}", "append-only")
    stopped_by_database(f"DELETE FROM banking_accountassignment {row}", "append-only")
    stopped_by_database(
        f"UPDATE banking_accountassignment SET accept_until = now() + interval '9 years' {row}",
        "until when an account",
    )


def test_steps_papers_and_confirmations_are_rewritten() -> None:
    who = make.staff()
    project = make.scheduled(who, long_ago())
    for table in (
        "account_changes_changestep",
        "account_changes_changepaper",
        "account_changes_readconfirmation",
    ):
        stopped_by_database(f"DELETE FROM {table} WHERE project_id = {project.pk}", "append-only")
    stopped_by_database(
        f"UPDATE account_changes_changestep SET by_id = {who.safety.pk}", "append-only"
    )
    stopped_by_database("UPDATE account_changes_deposittest SET arrived = sent", "append-only")
    stopped_by_database("DELETE FROM account_changes_deposittest", "append-only")


def test_a_closed_account_is_opened_again_by_sql() -> None:
    project = make.closed(make.staff())
    stopped_by_database(
        f"UPDATE banking_bankaccount SET state = 'open', closed_at = NULL, closed_by_id = NULL WHERE id = {project.old_account_id}",
        "append-only",
    )


def test_somebody_without_the_right_presses_the_acts(client: Client) -> None:
    who = make.staff()
    project = make.asked(who, long_ago())
    acts = (
        "ask",
        "schedule",
        "choose-account",
        "brief",
        "extend",
        "call-off",
        "approve",
        "roll-back",
        "stop",
    )
    sign_in(client, who.service)
    for act in acts:
        where = reverse("admin:account_changes_changeproject_act", args=[project.pk, act])
        assert client.post(where, {"reason": "x"}).status_code in (302, 403), act
    sign_in(client, who.finance)
    for act in ("approve", "refuse", "stop", "roll-back"):
        where = reverse("admin:account_changes_changeproject_act", args=[project.pk, act])
        assert client.post(where, {"reason": "好的"}).status_code in (302, 403), act
    assert make.fresh(project).state == ProjectState.APPROVING
    assert project.steps.count() == make.fresh(project).steps.count()
