"""A change of the account that COD goes into, in transition for a week: two banks compared, deposits tested, two
approvals, everyone's confirmation. A part of the demonstration."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.db import transaction

from apps.account_changes.approvals import ACCOUNT_CHANGE
from apps.account_changes.enums import FeedbackClass, FeedbackSource, PaperKind, TeamSide
from apps.account_changes.models import Campaign, CampaignRecipient, ChangeProject
from apps.account_changes.queries.campaigns import WATCH
from apps.account_changes.queries.changes import missing_readers
from apps.account_changes.rules.changes import MARKS
from apps.account_changes.services import campaigns, changes
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.backoffice.queries.approvals import content_of
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.banking.services import open_account
from apps.core.files import NewFile
from apps.events.models import Event

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BRIEFING = (
    "自启用之日起，代收货款存入招商银行新账户，只以合同登记电话和公司核验页为准告知客户。\n"
    "过渡期一个月内，建行旧账户仍可收款；过渡期后进入旧账户的款项一律按异常登记、跟进。\n"
    "客户质疑真伪的，请其拨打合同上的电话，切勿让其拨打通知里的号码。"
)
# bank; service, fees, speed, customers' views; note
BANKS = (
    ("招商银行", (5, 4, 5, 4), "免收汇款手续费，支持虚拟子账户"),
    ("浦发银行", (4, 4, 3, 3), "需另签代收协议"),
    ("建设银行", (3, 2, 2, 4), "现用银行，次日到账"),
)
HOUR = timedelta(hours=1)
# The channels that confirm, in turn, and how far the message came there.
CAME = (("wechat", "read"), ("sms", "delivered"))
DAY = timedelta(days=1)


@transaction.atomic
def make_change(*, seed: int, now: datetime) -> None:
    """All or nothing; begun five weeks ago, in use since a week."""
    people = {user.username: user for user in User.objects.filter(username__in=_PEOPLE)}
    finance, begin, since = people["caiwu"], now - 35 * DAY, now - 7 * DAY
    project = _prepared(people, begin)
    asked = since - 4 * DAY
    changes.ask_change_approval(project, by=finance, at=asked)
    for n, name in enumerate(("jingli", "zongjingli"), start=1):
        at = asked + n * timedelta(hours=2)
        seen = content_of(ACCOUNT_CHANGE, ChangeProject.objects.get(pk=project.pk))[1]
        changes.approve_change(project, seen=seen, second_factor_at=at, by=people[name], at=at)
    changes.schedule_change(project, since=since, by=finance, at=asked + timedelta(hours=5))
    tell_customers(
        ChangeProject.objects.get(pk=project.pk),
        agent=people["wangfang"],
        by=finance,
        at=since - 3 * DAY,
    )
    for user in missing_readers(ChangeProject.objects.get(pk=project.pk)):
        changes.confirm_read(project, by=user, at=since - DAY)
    changes.start_change(project, by=finance, at=since)


_PEOPLE = ("caiwu", "diaodu", "wangfang", "jiekuan", "jingli", "zongjingli")


def _prepared(people: dict[str, User], at: datetime) -> ChangeProject:
    finance = people["caiwu"]
    old = BankAccount.objects.get(name="建行代收户")
    project = changes.begin_change(
        old_account=old, purpose=AccountPurpose.COD, by=finance, at=at,
        reason="建行代收户次日到账、按笔收费，客户反映返款慢；拟改用当日到账的银行。",
    )  # fmt: skip
    for name, side in (("caiwu", TeamSide.FINANCE), ("diaodu", TeamSide.OPERATIONS), ("wangfang", TeamSide.CUSTOMER_SERVICE)):  # fmt: skip
        changes.add_member(project, user=people[name], side=side, by=finance, at=at)
    for bank, marks, note in BANKS:
        marked = dict(zip(MARKS, marks, strict=True))
        changes.rate_candidate(project, bank=bank, marks=marked, note=note, by=finance, at=at + DAY)
    values = {"name": "招行代收户", "bank": "招商银行", "branch": "上海分行营业部", "cnaps": "308290003011",
        "holder": "上海一票物流有限公司", "purpose": AccountPurpose.COD}  # fmt: skip
    new = open_account(
        number="1219088776655001", values=values, by=people["jiekuan"], at=at + 9 * DAY
    )
    changes.choose_account(project, account=new, by=finance, at=at + 10 * DAY)
    paper = NewFile(name="招行开户许可.pdf", content=PAPER)
    changes.file_paper(project, kind=PaperKind.OPENING, paper=paper, by=finance, at=at + 10 * DAY)
    for n, (account, minutes) in enumerate(((old, 1090), (old, 1210), (new, 9), (new, 14))):
        sent = at + 11 * DAY + n * timedelta(hours=2)
        changes.note_deposit(
            project, account=account, amount=Decimal("1.00"), sent=sent, confirmed=sent + timedelta(minutes=minutes // 3),
            arrived=sent + timedelta(minutes=minutes), by=finance, at=at + 13 * DAY,
        )  # fmt: skip
    changes.write_briefing(project, briefing=BRIEFING, by=finance, at=at + 14 * DAY)
    return project


def tell_customers(project: ChangeProject, *, agent: User, by: User, at: datetime) -> None:
    """Pressed at ``at``, before the start. Of the customers in their order the first acknowledges, the second asks,
    the others have read it or have it; the last was reached by nothing, and an agent by name has to call."""
    assert project.since is not None  # noqa: S101  # it is scheduled
    campaign = campaigns.send_campaign(
        project=project,
        agent=agent,
        watch_zh=WATCH["zh"],
        watch_en=WATCH["en"],
        call_from=at + 24 * HOUR,
        deadline=project.since - 12 * HOUR,
        by=by,
        at=at,
    )
    rows = list(campaign.recipients.order_by("customer__code"))
    _messages(campaign, rows, at + 2 * HOUR)
    if len(rows) > 2:
        _answer(rows[0], FeedbackClass.AGREES, "", at + 5 * HOUR)
        _answer(rows[1], FeedbackClass.QUESTION, "对账单上的账号什么时候换成新的？", at + 6 * HOUR)
    # By the database's clock the calls have long begun.
    campaigns.hand_over_to_agents()


def _messages(campaign: Campaign, rows: list[CampaignRecipient], at: datetime) -> None:
    """What the providers said; the last one's text message failed."""
    sent_events = dict(
        Event.objects.filter(
            kind="account_notice.told",
            subject_type=CampaignRecipient._meta.label_lower,
            subject_id__in=[str(row.pk) for row in rows],
        ).values_list("subject_id", "pk")
    )
    events = []
    for n, row in enumerate(rows):
        channel, to = ("sms", "failed") if row is rows[-1] else CAME[n % len(CAME)]
        data = {"event": sent_events.get(str(row.pk)), "channel": channel, "to": to}
        events.append(SimpleNamespace(data=data, at=at))
    campaigns.note_messages(events)  # type: ignore[arg-type]  # as much of an event as it reads


def _answer(row: CampaignRecipient, kind: FeedbackClass, text: str, at: datetime) -> None:
    campaigns.give_feedback(
        recipient_id=row.pk,
        kind=kind,
        name="财务部",
        text=text,
        source=FeedbackSource.LINK,
        by=public_user(),
        at=at,
    )


# After the bank's accounts.
PARTS = ((6, make_change),)
