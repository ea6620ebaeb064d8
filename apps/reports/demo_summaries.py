"""Last month in the demonstration: two customers have theirs, one of them says so; a third one's is with the director."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.approval_kinds import person_of, policy_of
from apps.backoffice.enums import ApprovalState, Decision
from apps.backoffice.models import Approval, ApprovalRequest
from apps.backoffice.queries.approvals import content_of
from apps.backoffice.rules.approvals import rounds_to_json
from apps.backoffice.services.numbers import take_numbers
from apps.core.database import write_columns
from apps.customers.models import Customer
from apps.events.services import new_event, record_many
from apps.reports import services
from apps.reports.enums import ScopeKind, SummarySeat, SummaryState
from apps.reports.kpis import Period
from apps.reports.models import Freeze, Summary, SummaryReceipt, SummarySending
from apps.reports.queries.summary_content import contents_of
from apps.reports.queries.summary_papers import summary_pdf, summary_xlsx
from apps.reports.rules.summaries import SUMMARY, month_before
from apps.reports.services.summaries import PREFIX, draft_of

SENT, WITH_DIRECTOR = ("YUNSHANG", "CHAYU"), "JINGMI"
_PEOPLE = {
    SummarySeat.PROJECT_MANAGER: "xiangmu",
    SummarySeat.DIRECTOR: "linzhuren",
    SummarySeat.DEPUTY_GENERAL_MANAGER: "fuzong",
}
TEXTS = {
    "happened": "本月整体平稳。下旬受降温影响，北方线路部分票件晚到，均已提前联系收件人并说明；投诉件已逐件回访。",
    "ahead": "下月为发货高峰，我们将提前一周与贵司核对发货计划，对易碎品加贴标识，并安排专人跟踪北方线路。",
    "project_plan": "与北京分公司约定高峰期每日两次到件核对；破损件当天拍照、当天给出处理意见。",
    "department_plan": "增加晚班坐席一人，首次答复控制在十分钟以内；每周抽查录音二十通并反馈。",
}  # fmt: skip
HOUR = timedelta(hours=1)


@transaction.atomic
def make_summaries(*, seed: int, now: datetime) -> None:
    """Nothing of it is left to chance, so ``seed`` changes nothing. What happened before is written as it would stand
    there; what waits for the director came to be by the services."""
    people = {u.username: u for u in User.objects.filter(username__in=_PEOPLE.values())}
    codes = [*SENT, WITH_DIRECTOR]
    rows = Customer.objects.filter(code__in=codes).select_related("agent", "unit")
    customers = {one.code: one for one in rows}
    boss = people["linzhuren"]
    month = month_before(timezone.localdate(now))
    freeze = services.freeze_figures(Period.of_month(month), ScopeKind.CUSTOMER, by=boss, at=now)
    _send([customers[code] for code in SENT], freeze, people, now)
    _wait(customers[WITH_DIRECTOR], freeze, people, now)


def _wait(customer: Customer, freeze: Freeze, people: dict[str, User], now: datetime) -> None:
    [row] = draft_of([customer], freeze, by=people["linzhuren"], at=now)
    Summary.objects.filter(pk=row.pk).update(**TEXTS)
    agent = customer.agent
    if agent is None:
        return
    row = services.write_summary(summary_id=row.pk, by=agent, at=now)
    services.sign_summary(row, seen=row.sha256, by=people["xiangmu"], at=now)


def _send(
    customers: list[Customer], freeze: Freeze, people: dict[str, User], now: datetime
) -> None:
    """Written, signed and sent a few hours ago, in bulk."""
    at, boss = now - 6 * HOUR, people["linzhuren"]
    contents = contents_of(customers, freeze, None, at)
    numbers = take_numbers(PREFIX, timezone.localdate(at), len(customers))
    rows = Summary.objects.bulk_create(
        Summary(
            number=number, customer=one, month=freeze.first_day, agent=one.agent, frozen_at=at,
            content=contents[one.pk], created_by=boss, **TEXTS,
        )
        for one, number in zip(customers, numbers, strict=True)
    )  # fmt: skip
    _sign(rows, people, at)
    for row in rows:
        row.state, row.sent_at, row.sent_by = SummaryState.SENT, at + 5 * HOUR, row.written_by
    write_columns(rows, ["state", "sha256", "written_at", "written_by", "sent_at", "sent_by"])
    sendings = SummarySending.objects.bulk_create(
        SummarySending(
            summary=row, channel=row.customer.statement_channel, at=at + 5 * HOUR, by=row.agent or boss,
            pdf_sha256=hashlib.sha256(summary_pdf(row)).hexdigest(),
            xlsx_sha256=hashlib.sha256(summary_xlsx(row)).hexdigest(),
        )
        for row in rows
    )  # fmt: skip
    SummaryReceipt.objects.create(
        sending=sendings[0], name="赵经理", by_customer=False, at=now, by=sendings[0].by
    )
    record_many(
        [
            new_event(kind, row, by=by or boss, at=moment)
            for row in rows
            for kind, by, moment in (
                ("summary.prepared", boss, at),
                ("summary.written", row.written_by, at + HOUR),
                ("summary.acknowledged", row.sent_by, now),
            )
            if kind != "summary.acknowledged" or row is rows[0]
        ]
    )


def _sign(rows: list[Summary], people: dict[str, User], at: datetime) -> None:
    policy = policy_of(SUMMARY)
    asked = []
    for row in rows:
        row.written_at, row.written_by = at + HOUR, row.agent
        content, row.sha256 = content_of(SUMMARY, row)
        asked.append(
            ApprovalRequest(
                kind=SUMMARY, subject_type=row._meta.label_lower, subject_id=str(row.pk), content=content,
                title=str(row)[:160], sha256=row.sha256, rounds=rounds_to_json(policy.rounds(row)),
                maker_persons=[person_of(row.agent)], asked_at=at + HOUR, asked_by=row.agent,
            )
        )  # fmt: skip
    requests = ApprovalRequest.objects.bulk_create(asked)
    Approval.objects.bulk_create(
        Approval(
            request=request, round=number, seat=seat.value, person=person_of(people[name]),
            decision=Decision.APPROVED, sha256=request.sha256, decided_at=at + (1 + number) * HOUR,
            decided_by=people[name],
        )
        for request in requests
        for number, (seat, name) in enumerate(_PEOPLE.items(), start=1)
    )  # fmt: skip
    ApprovalRequest.objects.filter(pk__in=[request.pk for request in requests]).update(
        state=ApprovalState.APPROVED,
        waiting_roles=[],
        closed_at=at + 4 * HOUR,
        closed_by=people["fuzong"],
    )
