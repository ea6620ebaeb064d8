"""The safety officer's part of the demonstration: a number shown in clear at three in the morning, one check
overdue, one carried out with a finding that waits, one in order."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.banking.models import BankAccount
from apps.banking.services import reveal_number
from apps.core.times import day_start
from apps.events.models import Event
from apps.safety import services
from apps.safety.enums import CheckState, Verdict
from apps.safety.models import AccountCheck, CheckItem
from apps.safety.services import Answer

WRONG = {"u-keys": "复核U盾由经办人代管，未登记交接"}


@transaction.atomic
def make_safety(*, seed: int, now: datetime) -> None:
    """All or nothing; after the accounts of the bank are there."""
    people = User.objects.in_bulk(["anquan", "caiwu", "jiekuan"], field_name="username")
    officer, finance = people["anquan"], people["caiwu"]
    accounts = {one.name: one for one in BankAccount.objects.order_by("pk")}
    night = day_start(timezone.localdate(now), -1) + timedelta(hours=3, minutes=12)
    main = accounts["工行基本户"]
    reveal_number(main, reason="客户电话要账号", by=finance, at=night)
    reveal_number(main, reason="核对回单", by=finance, at=now - timedelta(days=1, hours=2))
    services.judge_events(list(Event.objects.filter(kind="bankaccount.revealed").order_by("pk")))
    services.plan_checks(at=now - timedelta(days=33))
    checks = {
        one.account.name: one
        for one in AccountCheck.objects.filter(state=CheckState.DUE).select_related("account")
    }
    done_at = now - timedelta(days=2)
    services.carry_out_check(
        checks["工行基本户"],
        answers=_answers(WRONG),
        remark="与开户行客户经理当面核对",
        person=people["jiekuan"],
        due_on=timezone.localdate(now) + timedelta(days=5),
        by=officer,
        at=done_at,
    )
    services.carry_out_check(checks["云裳专户"], answers=_answers({}), by=officer, at=done_at)


def _answers(wrong: dict[str, str]) -> dict[int, Answer]:
    return {
        item.pk: Answer(Verdict.WRONG, wrong[item.code])
        if item.code in wrong
        else Answer(Verdict.FINE)
        for item in CheckItem.objects.filter(is_active=True)
    }


# After the bank's accounts.
PARTS = ((6, make_safety),)
