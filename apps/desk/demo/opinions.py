"""Suggestions and praise in the demonstration."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.accounts.models import Unit, User
from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.enums import (
    CaseChannel,
    CaseClass,
    Outcome,
)
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case


@transaction.atomic
def make_opinions(*, seed: int, now: datetime) -> None:
    """All or nothing; without the service desk's people there is nobody to work on them."""
    agent = User.objects.filter(username="wangfang").first()
    unit = Unit.objects.filter(code="SHA").first()
    if agent is None or unit is None:
        return
    opened: dict[int, datetime] = {}
    _opinions(unit, agent, now, opened)
    rows = list(Case.objects.filter(pk__in=opened))
    for row in rows:
        row.created_at = opened[row.pk]
    Case.objects.bulk_update(rows, ["created_at"])


def _open(opened: dict[int, datetime], by: User, at: datetime, **values: Any) -> Case:
    case = services.open_case(new=NewCase(**values), by=by, at=at).case
    opened[case.pk] = at
    return case


def _opinions(unit: Unit, agent: User, now: datetime, opened: dict[int, datetime]) -> None:
    public, at = public_user(), now - timedelta(days=3)
    usual = {"channel": CaseChannel.WEB, "unit": unit}
    adopted = _open(
        opened, public, at, case_class=CaseClass.SUGGESTION, contact_name="韩冰", contact_phone="13611230047",
        description="建议派送前半小时发一条短信，这样不用一直在家等。", **usual,
    )  # fmt: skip
    who: dict[str, Any] = {"case_id": adopted.pk, "by": agent}
    services.take_case(**who, at=at + timedelta(hours=1))
    services.solve_case(
        **who, solution="已列入下月改进：派送前半小时短信提醒。", outcome=Outcome.ADOPTED, channel=CaseChannel.PHONE,
        at=at + timedelta(days=1),
    )  # fmt: skip
    services.close_case(**who, note="建议已采纳，客户已获答复", at=at + timedelta(days=1, hours=1))
    _open(
        opened, public, now - timedelta(hours=9), case_class=CaseClass.SUGGESTION, contact_name="沈佳",
        contact_phone="13524780059", description="希望下单页面能记住常用的寄件地址。", **usual,
    )  # fmt: skip
    praise = _open(
        opened, public, now - timedelta(days=1), case_class=CaseClass.PRAISE, contact_name="郭勇", contact_phone="13482550063",
        description="表扬客服王芳，下着大雨还一直帮我联系派送员，当天就拿到了药。", **usual,
    )  # fmt: skip
    services.name_colleague(
        case_id=praise.pk, colleague=agent, by=agent, at=now - timedelta(hours=20)
    )
    _open(
        opened, public, now - timedelta(hours=4), case_class=CaseClass.PRAISE, contact_name="丁琳", contact_phone="13816690071",
        description="浦东营业部的派送员把大件一直搬上五楼，谢谢！", **usual,
    )  # fmt: skip
