"""Appeals to the authority in the demonstration: one runs, one is established."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import Unit, User
from apps.appeals.enums import AppealDecision
from apps.appeals.inputs import NewAppeal
from apps.appeals.services import answer_appeal, decide_appeal
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, Outcome
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case, CauseNode
from apps.core.files import NewFile

ANSWER = "关于申诉的答复：经核查，该件因我方中转装载不当延误三日，已向用户致歉并赔付。"


@transaction.atomic
def make_appeals(*, seed: int, now: datetime) -> None:
    """All or nothing; without the service desk's people there is nobody to work on them."""
    agent = User.objects.filter(username="wangfang").first()
    director = User.objects.filter(username="linzhuren").first()
    unit = Unit.objects.filter(code="SHA").first()
    if agent is None or director is None or unit is None:
        return
    opened = _established(unit, agent, director, now) | _running(unit, agent, director, now)
    rows = list(Case.objects.filter(pk__in=opened))
    for row in rows:
        row.created_at = opened[row.pk]
    Case.objects.bulk_update(rows, ["created_at"])


def _open(by: User, at: datetime, **values: Any) -> Case:
    return cases.open_case(new=NewCase(**values), by=by, at=at).case


def _established(unit: Unit, agent: User, director: User, now: datetime) -> dict[int, datetime]:
    """Answered, closed, and then decided against us."""
    at = now - timedelta(days=12)
    case = _open(
        agent, at, case_class=CaseClass.COMPLAINT, channel=CaseChannel.AUTHORITY, unit=unit,
        description="用户申诉：快件延误三日，多次联系未获答复。", contact_name="许芸", contact_phone="13917640021",
        extras={"appeal": NewAppeal("SH20261107003184")},
    )  # fmt: skip
    cases.take_case(case_id=case.pk, by=director, at=at + timedelta(minutes=1))
    who: dict[str, Any] = {"case_id": case.pk, "by": director}
    cases.record_report(
        **who, channel=CaseChannel.PHONE, note="邮政业申诉，已报", at=at + timedelta(minutes=3)
    )
    cases.reply_plan(
        **who, text="致歉并按延误赔付。", channel=CaseChannel.PHONE, at=at + timedelta(hours=3)
    )
    paper = NewFile(ANSWER.encode(), "申诉答复.txt")
    answer_appeal(**who, files=[paper], note="已致歉并赔付", at=at + timedelta(days=4))
    cases.solve_case(
        **who, solution="已致歉并赔付运费。", outcome=Outcome.COMPENSATED,
        cause=CauseNode.objects.get(code="delivery.late"), channel=CaseChannel.PHONE, at=at + timedelta(days=4, hours=1),
    )  # fmt: skip
    cases.confirm_result(**who, score=3, comment="", at=at + timedelta(days=4, hours=2))
    cases.close_case(**who, at=at + timedelta(days=4, hours=3))
    decide_appeal(
        **who, decision=AppealDecision.ESTABLISHED, decided_at=at + timedelta(days=9),
        note="企业责任：延误", at=at + timedelta(days=9, hours=1),
    )  # fmt: skip
    return {case.pk: at}


def _running(unit: Unit, agent: User, director: User, now: datetime) -> dict[int, datetime]:
    """Its answer is due in nine days."""
    at = now - timedelta(days=2)
    running = _open(
        agent, at, case_class=CaseClass.LOSS, channel=CaseChannel.AUTHORITY, unit=unit,
        description="用户申诉：包裹丢失两周，企业推诿不赔。", contact_name="蒋文", contact_phone="13701880035",
        extras={"appeal": NewAppeal("SH20261118004471", now + timedelta(days=9))},
    )  # fmt: skip
    cases.take_case(case_id=running.pk, by=director, at=at + timedelta(minutes=1))
    cases.record_report(
        case_id=running.pk, channel=CaseChannel.PHONE, note="邮政业申诉，已报", by=director, at=at + timedelta(minutes=4)
    )  # fmt: skip
    return {running.pk: at}


PARTS = ((9, make_appeals),)
