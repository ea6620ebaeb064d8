"""Appeals to the authority, suggestions, praise and surveys in the demonstration: one appeal runs, one is
established; three weeks of surveys, and some of the quarter before for its analysis."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Unit, User
from apps.accounts.queries import public_user
from apps.complaints import services
from apps.complaints.enums import (
    AppealDecision,
    CaseChannel,
    CaseClass,
    Outcome,
    SurveyAudience,
    SurveyState,
)
from apps.complaints.inputs import NewAppeal, NewCase
from apps.complaints.models import Case, CauseNode, SurveyAsk, SurveyDraw, SurveyPlan
from apps.complaints.rules.contacts import email_index
from apps.complaints.rules.surveys import quarter_of
from apps.core.crypto import blind_index
from apps.core.files import NewFile
from apps.core.phones import phone_key
from apps.customers.models import Contact
from apps.tracking.models import Waybill
from apps.tracking.queries.waybill import PHONE_INDEX

DAYS = 20
SCORES = (5, 5, 5, 5, 4, 4, 4, 3, 2, 1)
WORDS = {
    5: ("派送员很客气，送到了家门口。", "一直很快。", ""),
    4: ("整体不错，就是派送前没打电话。", ""),
    3: ("一般，等得有点久。", ""),
    2: ("放在驿站也没告诉我。",),
    1: ("外箱压坏了，打电话没人接。",),
}
ANSWER = "关于申诉的答复：经核查，该件因我方中转装载不当延误三日，已向用户致歉并赔付。"


@transaction.atomic
def make_opinions(*, seed: int, now: datetime) -> None:
    """All or nothing; without the service desk's people there is nobody to work on them."""
    agent = User.objects.filter(username="wangfang").first()
    director = User.objects.filter(username="linzhuren").first()
    unit = Unit.objects.filter(code="SHA").first()
    if agent is None or director is None or unit is None:
        return
    opened: dict[int, datetime] = {}
    _appeals(unit, agent, director, now, opened)
    _opinions(unit, agent, now, opened)
    rows = list(Case.objects.filter(pk__in=opened))
    for row in rows:
        row.created_at = opened[row.pk]
    Case.objects.bulk_update(rows, ["created_at"])
    _surveys(random.Random(seed), now)  # noqa: S311  # the same answers from the same seed


def _open(opened: dict[int, datetime], by: User, at: datetime, **values: Any) -> Case:
    case = services.open_case(new=NewCase(**values), by=by, at=at).case
    opened[case.pk] = at
    return case


def _appeals(
    unit: Unit, agent: User, director: User, now: datetime, opened: dict[int, datetime]
) -> None:
    at = now - timedelta(days=12)
    case = _open(
        opened, agent, at, case_class=CaseClass.COMPLAINT, channel=CaseChannel.AUTHORITY, unit=unit,
        description="用户申诉：快件延误三日，多次联系未获答复。", contact_name="许芸", contact_phone="13917640021",
        appeal=NewAppeal("SH20261107003184"),
    )  # fmt: skip
    services.take_case(case_id=case.pk, by=director, at=at + timedelta(minutes=1))
    who: dict[str, Any] = {"case_id": case.pk, "by": director}
    services.record_report(
        **who, channel=CaseChannel.PHONE, note="邮政业申诉，已报", at=at + timedelta(minutes=3)
    )
    services.reply_plan(
        **who, text="致歉并按延误赔付。", channel=CaseChannel.PHONE, at=at + timedelta(hours=3)
    )
    paper = NewFile(ANSWER.encode(), "申诉答复.txt")
    services.answer_appeal(**who, files=[paper], note="已致歉并赔付", at=at + timedelta(days=4))
    services.solve_case(
        **who, solution="已致歉并赔付运费。", outcome=Outcome.COMPENSATED,
        cause=CauseNode.objects.get(code="delivery.late"), told_by=CaseChannel.PHONE, at=at + timedelta(days=4, hours=1),
    )  # fmt: skip
    services.confirm_result(**who, score=3, comment="", at=at + timedelta(days=4, hours=2))
    services.close_case(**who, at=at + timedelta(days=4, hours=3))
    services.decide_appeal(
        **who, decision=AppealDecision.ESTABLISHED, decided_at=at + timedelta(days=9),
        note="企业责任：延误", at=at + timedelta(days=9, hours=1),
    )  # fmt: skip
    at = now - timedelta(days=2)
    running = _open(
        opened, agent, at, case_class=CaseClass.LOSS, channel=CaseChannel.AUTHORITY, unit=unit,
        description="用户申诉：包裹丢失两周，企业推诿不赔。", contact_name="蒋文", contact_phone="13701880035",
        appeal=NewAppeal("SH20261118004471", now + timedelta(days=9)),
    )  # fmt: skip
    services.take_case(case_id=running.pk, by=director, at=at + timedelta(minutes=1))
    services.record_report(
        case_id=running.pk, channel=CaseChannel.PHONE, note="邮政业申诉，已报", by=director, at=at + timedelta(minutes=4)
    )  # fmt: skip


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
        **who, solution="已列入下月改进：派送前半小时短信提醒。", outcome=Outcome.ADOPTED, told_by=CaseChannel.PHONE,
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


def _surveys(dice: random.Random, now: datetime) -> None:
    """Samples of the last days among consignees, and of the quarter before among contacts."""
    seeds = dict(SurveyPlan.objects.values_list("audience", "seed"))
    rows: list[SurveyAsk] = []
    today = timezone.localdate(now)
    waybills = Waybill.objects.exclude(consignee_phone_index="").exclude(delivered_at=None)
    used: set[tuple[str, date]] = set()
    for waybill in waybills.order_by("pk")[:120]:
        at = now - timedelta(days=dice.randrange(1, DAYS), hours=dice.randrange(1, 5))
        day = timezone.localdate(at)
        key = (waybill.consignee_phone_index, quarter_of(day))
        if key not in used:
            used.add(key)
            rows.append(_asked(dice, at, SurveyAudience.CONSIGNEE, waybill.customer_id, key[0], waybill=waybill))  # fmt: skip
    before = quarter_of(today) - timedelta(days=40)
    for n, contact in enumerate(Contact.objects.filter(active=True).order_by("pk")[:40]):
        phone = blind_index(phone_key(contact.phone), PHONE_INDEX)
        at = now - timedelta(days=(today - before).days + n % 20)
        key = (phone, quarter_of(timezone.localdate(at)))
        if key not in used:
            used.add(key)
            rows.append(_asked(dice, at, SurveyAudience.CONTACT, contact.customer_id, phone, contact=contact))  # fmt: skip
    days = {(row.audience, timezone.localdate(row.asked_at)) for row in rows}
    draws = {
        (one.audience, one.day): one
        for one in SurveyDraw.objects.bulk_create(
            SurveyDraw(audience=audience, day=day, seed=seeds[audience], per_day=50, drawn_at=now)
            for audience, day in sorted(days)
        )
    }
    for row in rows:
        row.draw = draws[(row.audience, timezone.localdate(row.asked_at))]
    SurveyAsk.objects.bulk_create(rows, ignore_conflicts=True)


def _asked(
    dice: random.Random, at: datetime, audience: str, customer_id: int, phone: str, **whom: Any
) -> SurveyAsk:
    contact = whom.get("contact")
    row = SurveyAsk(
        audience=audience, quarter=quarter_of(timezone.localdate(at)), customer_id=customer_id, phone_index=phone,
        email_index=email_index(contact.email) if contact and contact.email else "", asked_at=at, **whom,
    )  # fmt: skip
    turn = dice.random()
    row.state = SurveyState.UNSENT if turn < 0.05 else SurveyState.SENT
    if turn > 0.7:
        row.state, row.score = SurveyState.ANSWERED, dice.choice(SCORES)
        row.words = dice.choice(WORDS[row.score])
        row.answered_at = at + timedelta(hours=dice.randrange(1, 20), minutes=dice.randrange(60))
    return row


PARTS = ((9, make_opinions),)
