"""Each account of ours is checked in time, and what is found is followed up (COD-6)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.banking import services as banking
from apps.banking.models import BankAccount
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import relay_batch
from apps.safety import services
from apps.safety.enums import CheckState, FollowUpState, Verdict
from apps.safety.models import AccountCheck, CheckFollowUp, CheckItem
from apps.safety.queries.checks import reveals_since
from apps.safety.services import Answer
from apps.sla.models import Clock
from apps.sla.services import sweep
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]


def planned(account: BankAccount | None = None) -> AccountCheck:
    account = account or bank_account()
    relay_batch()
    return AccountCheck.objects.get(account=account, state=CheckState.DUE)


def fine(**wrong: str) -> dict[int, Answer]:
    """Everything in order, but the lines that are named with what is wrong."""
    notes = {code.replace("_", "-"): note for code, note in wrong.items()}
    return {
        item.pk: Answer(Verdict.WRONG, notes[item.code])
        if item.code in notes
        else Answer(Verdict.FINE)
        for item in CheckItem.objects.filter(is_active=True)
    }


def clock_of(row: AccountCheck | CheckFollowUp) -> Clock:
    label = row._meta.label_lower
    return Clock.objects.get(matter__subject_type=label, matter__subject_id=str(row.pk))


def test_a_new_account_has_a_check_ahead_with_its_policys_time() -> None:
    UserFactory(roles=[Role.SAFETY_OFFICER])
    check = planned()
    assert check.due_at is not None
    assert check.due_at - check.started_at == timedelta(days=30)
    assert clock_of(check).due_at == check.due_at
    assert services.plan_checks() == 0, "one ahead is enough"
    Clock.objects.update(due_at=check.due_at + timedelta(days=1))
    services.plan_checks()
    check.refresh_from_db()
    assert check.due_at == clock_of(check).due_at, "a policy that was changed moves it"


def test_an_overdue_check_escalates_to_the_officer_and_then_to_the_lead() -> None:
    UserFactory(roles=[Role.SAFETY_OFFICER])
    UserFactory(roles=[Role.DEPUTY_GENERAL_MANAGER])
    account = bank_account()
    services.plan_checks(at=timezone.now() - timedelta(days=32))
    check = AccountCheck.objects.get(account=account)
    assert check.due_at is not None
    assert check.due_at < timezone.now()
    sweep()
    about = Event.objects.filter(subject_type="safety.accountcheck", subject_id=str(check.pk))
    notices = {event.data.get("whom") or event.data.get("role") or event.kind for event in about}
    assert {"clock.overdue", "clock.escalated"} & set(about.values_list("kind", flat=True)), notices


def test_every_line_needs_an_answer_and_what_is_wrong_a_note() -> None:
    check, by, at = planned(), UserFactory(), timezone.now()
    answers = fine()
    item = CheckItem.objects.get(code="u-keys")
    answers.pop(item.pk)
    with pytest.raises(BadInput) as refusal:
        services.carry_out_check(check, answers=answers, by=by, at=at)
    assert refusal.value.field == f"verdict_{item.pk}"
    with pytest.raises(BadInput) as refusal:
        services.carry_out_check(check, answers=fine(u_keys=" "), by=by, at=at)
    assert refusal.value.field == f"note_{item.pk}"
    for more, field in (
        ({}, "person"),
        ({"person": by}, "due_on"),
        ({"person": by, "due_on": timezone.localdate() - timedelta(days=1)}, "due_on"),
    ):
        with pytest.raises(BadInput) as refusal:
            services.carry_out_check(check, answers=fine(u_keys="同一人保管"), by=by, at=at, **more)  # type: ignore[arg-type]
        assert refusal.value.field == field
    assert AccountCheck.objects.get().state == CheckState.DUE


def test_a_finding_has_a_person_a_day_and_a_clock_until_somebody_else_looked() -> None:
    check, officer, keeper = planned(), UserFactory(), UserFactory()
    day, at = timezone.localdate() + timedelta(days=3), timezone.now()
    services.carry_out_check(
        check,
        answers=fine(u_keys="复核盾在经办人手里"),
        person=keeper,
        due_on=day,
        by=officer,
        at=at,
    )
    check.refresh_from_db()
    assert (check.state, check.done_by) == (CheckState.DONE, officer)
    following = AccountCheck.objects.get(account=check.account, state=CheckState.DUE)
    assert following.pk > check.pk, "the next one begins at once"
    [found] = CheckFollowUp.objects.all()
    assert (found.person, found.what) == (keeper, "复核盾在经办人手里")
    assert timezone.localtime(clock_of(found).due_at).date() == day + timedelta(days=1)
    with pytest.raises(RuleBroken, match=r"他人|else"):
        services.close_follow_up(found, result="收回来了", by=keeper, at=at)
    other: User = UserFactory()
    later = day + timedelta(days=4)
    services.hand_follow_up(found, person=other, due_on=later, reason="钱敏出差", by=officer, at=at)
    assert timezone.localtime(clock_of(found).due_at).date() == later + timedelta(days=1)
    services.close_follow_up(found, result="收回，登记在册", by=officer, at=at)
    found.refresh_from_db()
    assert (found.state, found.closed_by) == (FollowUpState.PUT_RIGHT, officer)
    with pytest.raises(RuleBroken):
        services.close_follow_up(found, result="再来一次", by=officer, at=at)
    with pytest.raises(RuleBroken):
        services.hand_follow_up(found, person=other, due_on=later, reason="晚了", by=officer, at=at)
    with pytest.raises(RuleBroken):
        services.carry_out_check(check, answers=fine(), by=officer, at=at)


def test_reveals_are_told_since_the_check_before() -> None:
    by = UserFactory()
    account = bank_account(by)
    first = planned(account)
    banking.reveal_number(account, reason="第一次", by=by, at=timezone.now())
    assert [e.data["reason"] for e in reveals_since(first)] == ["第一次"]
    services.carry_out_check(first, answers=fine(), by=by, at=timezone.now())
    banking.reveal_number(account, reason="第二次", by=by, at=timezone.now())
    second = AccountCheck.objects.get(account=account, state=CheckState.DUE)
    assert [e.data["reason"] for e in reveals_since(second)] == ["第二次"]


def test_a_closed_account_is_checked_no_more() -> None:
    check, by = planned(), UserFactory()
    banking.close_account(check.account, reason="换户", by=by, at=timezone.now())
    relay_batch()
    check.refresh_from_db()
    assert check.state == CheckState.DROPPED
    assert services.plan_checks() == 0
    assert services.drop_checks_of_closed() == 0
    assert not clock_of(check).is_open


def test_a_line_out_of_use_is_not_asked_and_its_change_is_on_record() -> None:
    by, item = UserFactory(), CheckItem.objects.get(code="limits")
    item.is_active = False
    services.save_item(item, by=by, at=timezone.now())
    check = planned()
    services.carry_out_check(check, answers=fine(), by=by, at=timezone.now())
    assert check.answers.count() == CheckItem.objects.count() - 1
    assert Event.objects.get(kind="checkitem.changed").by == by
