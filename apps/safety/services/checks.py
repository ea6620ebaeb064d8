"""Security checks of accounts of ours: planned, carried out, followed up until everything is right (COD-6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import new_event, record, record_many
from apps.safety.enums import CheckState, FollowUpState, SafetyMatter, Verdict
from apps.safety.models import AccountCheck, CheckAnswer, CheckFollowUp, CheckItem
from apps.safety.states import CHECK_MOVES, FOLLOW_UP_MOVES
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric

# When each check is due, as its clock says; a policy that was changed moves all of them.
_COPY_DUES = """
UPDATE safety_accountcheck k SET due_at = c.due_at
FROM sla_matter m JOIN sla_clock c ON c.matter_id = m.id
WHERE k.state = 'due' AND m.subject_type = 'safety.accountcheck' AND m.subject_id = k.id::text
    AND k.due_at IS DISTINCT FROM c.due_at
"""


@dataclass(frozen=True)
class Answer:
    """What was found about one line of the checklist; ``note`` says what is wrong."""

    verdict: Verdict
    note: str = ""


@transaction.atomic
def plan_checks(*, at: datetime | None = None) -> int:
    """A check for each open account that has none ahead, beginning ``at`` (now by the database if not
    said; aware, a past one for accounts taken over), and the due times as their clocks say. May run
    twice at once: the account has one check that is to be carried out, or none."""
    waiting = AccountCheck.objects.filter(state=CheckState.DUE).values("account_id")
    accounts = list(
        BankAccount.objects.select_for_update()
        .filter(state=AccountState.OPEN)
        .exclude(pk__in=waiting)
        .order_by("pk")
    )
    _plan(accounts, by=system_user("sweeper"), at=at or database_now())
    return len(accounts)


def _plan(accounts: Sequence[BankAccount], *, by: User, at: datetime) -> None:
    """A check of each from now on, in a number of statements that does not grow with them."""
    checks = AccountCheck.objects.bulk_create(
        [AccountCheck(account=account, started_at=at) for account in accounts]
    )
    owner = _officer()
    matters = [
        sla.NewMatter(
            kind=SafetyMatter.ACCOUNT_CHECK,
            subject=check,
            title=str(check.account)[:120],
            owner=owner,
            opened_at=at,
        )
        for check in checks
    ]
    if matters:
        sla.open_matters(matters, by=by, at=at)
    events = [
        new_event("accountcheck.planned", one, by=by, at=at, data={"account": str(one.account)})
        for one in checks
    ]
    record_many(events)
    copy_dues()


def _officer() -> User | None:
    """Whose checks they are: the safety officer, the longest-serving where there are several."""
    found: User | None = User.objects.active().with_role("safety_officer").order_by("pk").first()
    return found


def copy_dues() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COPY_DUES)


@transaction.atomic
def carry_out_check(
    check: AccountCheck,
    *,
    answers: Mapping[int, Answer],
    remark: str = "",
    person: User | None = None,
    due_on: date | None = None,
    by: User,
    at: datetime,
) -> AccountCheck:
    """Every line of the checklist in use is answered; what is not in order goes to ``person`` until the
    end of ``due_on`` (Asia/Shanghai), with a clock. The next check of the account begins at once.

    BadInput names the line without an answer, or without a note where something is wrong."""
    row = AccountCheck.objects.select_for_update().select_related("account").get(pk=check.pk)
    CHECK_MOVES.check(CheckState(row.state), CheckState.DONE)
    items = list(CheckItem.objects.filter(is_active=True))
    given = [(item, _checked(item, answers.get(item.pk))) for item in items]
    wrong = [(item, answer) for item, answer in given if answer.verdict == Verdict.WRONG]
    if wrong:
        _check_follow_up(person, due_on, at)
    row.state, row.done_at, row.done_by, row.remark = CheckState.DONE, at, by, remark.strip()
    row.save(update_fields=["state", "done_at", "done_by", "remark"])
    CheckAnswer.objects.bulk_create(
        [CheckAnswer(check_of=row, item=i, verdict=a.verdict, note=a.note) for i, a in given]
    )
    sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)
    data = {"account": str(row.account), "findings": len(wrong)}
    record("accountcheck.done", row, by=by, at=at, data=data)
    if wrong and person is not None and due_on is not None:
        _follow_up(row, wrong, person, due_on, by, at)
    if row.account.state == AccountState.OPEN:
        _plan([row.account], by=by, at=at)
    return row


def _checked(item: CheckItem, answer: Answer | None) -> Answer:
    if answer is None:
        raise BadInput(
            _("“%(item)s” has no answer yet.") % {"item": item},
            code="answer_missing",
            field=f"verdict_{item.pk}",
        )
    note = " ".join(answer.note.split())[:300]
    if answer.verdict == Verdict.WRONG and len(note) < 2:
        raise BadInput(
            _("Say what is wrong: “%(item)s”.") % {"item": item},
            code="note_missing",
            field=f"note_{item.pk}",
        )
    return Answer(Verdict(answer.verdict), note)


def _check_follow_up(person: User | None, due_on: date | None, at: datetime) -> None:
    if person is None:
        raise BadInput(
            _("Something is not in order: say who puts it right."),
            code="person_missing",
            field="person",
        )
    if due_on is None or due_on < timezone.localdate(at):
        raise BadInput(
            _("Say until when it is put right, today or later."),
            code="bad_day",
            field="due_on",
        )


def _follow_up(
    check: AccountCheck,
    wrong: Sequence[tuple[CheckItem, Answer]],
    person: User,
    due_on: date,
    by: User,
    at: datetime,
) -> None:
    rows = CheckFollowUp.objects.bulk_create(
        [
            CheckFollowUp(check_of=check, item=item, what=answer.note, person=person, due_on=due_on)
            for item, answer in wrong
        ]
    )
    sla.open_matters(
        [
            sla.NewMatter(
                kind=SafetyMatter.CHECK_FOLLOW_UP,
                subject=row,
                title=f"{check.account} {row.what}"[:120],
                owner=person,
                opened_at=at,
                dues={Metric.ACTION: _end_of(due_on)},
            )
            for row in rows
        ],
        by=by,
        at=at,
    )


@transaction.atomic
def close_follow_up(
    follow_up: CheckFollowUp, *, result: str, by: User, at: datetime
) -> CheckFollowUp:
    """It is put right, and how. Not by whoever was to put it right: the officer looked."""
    row = CheckFollowUp.objects.select_for_update().get(pk=follow_up.pk)
    FOLLOW_UP_MOVES.check(FollowUpState(row.state), FollowUpState.PUT_RIGHT)
    tidy = result.strip()
    if len(tidy) < 2:
        raise BadInput(_("Say what was done."), code="too_short", field="result")
    if row.person_id == by.pk:
        raise RuleBroken(
            _("Somebody else looks whether it was put right."), code="own_work", field="result"
        )
    row.state, row.result, row.closed_at, row.closed_by = FollowUpState.PUT_RIGHT, tidy, at, by
    row.save(update_fields=["state", "result", "closed_at", "closed_by"])
    sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)
    check = AccountCheck.objects.get(pk=row.check_of_id)
    data = {"what": row.what, "reason": tidy[:200]}
    record("accountcheck.followed_up", check, by=by, at=at, data=data)
    return row


@transaction.atomic
def hand_follow_up(
    follow_up: CheckFollowUp, *, person: User, due_on: date, reason: str, by: User, at: datetime
) -> CheckFollowUp:
    """Somebody else puts it right, or until another day; why is on record."""
    row = CheckFollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if row.state != FollowUpState.WAITING:
        raise RuleBroken(_("This is put right already."), code="illegal_move", field="person")
    _check_follow_up(person, due_on, at)
    row.person, row.due_on = person, due_on
    row.save(update_fields=["person", "due_on"])
    sla.set_due(
        subject=row, metric=Metric.ACTION, due_at=_end_of(due_on), reason=reason, by=by, at=at
    )
    sla.hand_matters([row], owner=person, by=by)
    check = AccountCheck.objects.get(pk=row.check_of_id)
    data = {
        "what": row.what,
        "to": str(person),
        "until": due_on.isoformat(),
        "reason": reason[:200],
    }
    record("accountcheck.handed_over", check, by=by, at=at, data=data)
    return row


@transaction.atomic
def drop_checks_of_closed() -> int:
    """A closed account is checked no more."""
    rows = list(
        AccountCheck.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(state=CheckState.DUE, account__state=AccountState.CLOSED)
        .order_by("pk")
    )
    if not rows:
        return 0
    by, at = system_user("sweeper"), database_now()
    AccountCheck.objects.filter(pk__in=[row.pk for row in rows]).update(state=CheckState.DROPPED)
    sla.stop_matters(rows, reason=_("The account is closed."), by=by, at=at)
    events = [
        new_event("accountcheck.dropped", row, by=by, at=at, data={"account": str(row.account)})
        for row in rows
    ]
    record_many(events)
    return len(rows)


@transaction.atomic
def save_item(row: CheckItem, *, by: User, at: datetime) -> CheckItem:
    """A line of the checklist, for the checks to come."""
    row.full_clean()
    row.save()
    data = {"item": row.name, "in_use": row.is_active}
    record("checkitem.changed", row, by=by, at=at, data=data)
    return row


def _end_of(day: date) -> datetime:
    """The end of a day in Asia/Shanghai: the first instant of the next."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
