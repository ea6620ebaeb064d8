"""Fourteen claims of the demonstration, at least one in every state: damage paid on the spot, an insured loss that waits for
the deputy, a shortage that waits for an invoice, a delay refused with its clause, one disputed and raised, one set
off, one half recovered from a partner, one of a private person paid by transfer, one that came by the API. Written in
sets, but for the transfer, which goes through the services of banking."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.timezone import localdate

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.backoffice.queries.approvals import content_of
from apps.backoffice.services.numbers import take_numbers
from apps.banking.approvals import PAYOUT
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.banking.services import approve_payout, confirm_paid, make_payment_file
from apps.claims.enums import (
    Against,
    AgreedHow,
    ClaimKind,
    ClaimMatter,
    ClaimState,
    PaymentState,
    PayWay,
    RecoveryState,
    Told,
    Verdict,
)  # fmt: skip
from apps.claims.models import (
    Assessment,
    Claim,
    ClaimItem,
    ClaimLimit,
    ClaimPayment,
    CompensationRule,
    Decision,
    Recovery,
)  # fmt: skip
from apps.claims.queries.rules import in_force, terms_of
from apps.claims.rules.assessing import Assessed, Facts, Thing, assess
from apps.claims.services import follow_payouts, name_account, plan_payment
from apps.claims.services.books import post_payment
from apps.claims.states import STANDING
from apps.complaints.rules.contacts import phone_index
from apps.events.services import NewEvent, new_event, record_many
from apps.sla.rules import Attributes
from apps.sla.services import open_matters
from apps.sla.services.opening import NewMatter
from apps.tracking.models import PartnerCarrier, Waybill

S, K, D = ClaimState, ClaimKind, Decimal
KEYS = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True)
class Sketch:
    """One claim as the demonstration tells it; amounts in yuan, ``days`` since it was filed."""

    kind: ClaimKind
    state: ClaimState
    days: int
    what: str
    goods: str
    claimed: int
    proved: int | None = None
    why: str = ""
    earlier: int | None = None  # assessed and approved at first, before the dispute
    way: PayWay | None = None
    recovered: int = 0
    private: bool = False  # claimed by the consignee, not by the customer
    more: dict[str, Any] = field(default_factory=dict)


SKETCHES = (
    Sketch(K.DAMAGE, S.PAID, 1, "送货上门时外箱压破，杯子碎了两只", "玻璃杯", 80, 80, way=PayWay.SPOT),
    Sketch(K.LOSS, S.ASSESSED, 2, "中转后再无扫描，责任部门已认定丢失", "笔记本电脑", 18_800, 18_800),
    Sketch(K.SHORTAGE, S.FILED, 1, "签收时少一件", "羊绒围巾", 460, more={"papers_asked": "购货发票"}),
    Sketch(K.DELAY, S.REFUSED, 4, "比承诺晚到一天", "面膜", 20, why="延误由收件人改约造成"),
    Sketch(K.DAMAGE, S.APPROVED, 5, "内件屏幕碎裂，客户补了发票", "显示器", 1_350, 1_350, earlier=900),
    Sketch(K.DAMAGE, S.CLOSED, 12, "外箱进水，服装发霉", "女装", 1_600, 1_480, way=PayWay.SET_OFF),
    Sketch(K.LOSS, S.PAID, 9, "合作承运段丢失", "蓝牙耳机", 960, 960, way=PayWay.CASH, recovered=480),
    Sketch(K.DAMAGE, S.AGREED, 3, "配件磕碰，客户同意赔付维修费", "咖啡机", 320, 300),
    Sketch(K.SHORTAGE, S.WITHDRAWN, 6, "客户清点后找到了", "保温杯", 150),
    Sketch(K.LOSS, S.DRAFT, 0, "异常已认定丢失，自动起草", "童鞋", 260),
    Sketch(K.DELAY, S.CLOSED, 15, "活动物料晚到三天", "展架", 30, 30, way=PayWay.CASH),
    Sketch(K.DAMAGE, S.FILED, 0, "酒瓶破损，等待定损", "白酒", 1_180),
    Sketch(K.DAMAGE, S.AGREED, 7, "收件人本人索赔，转账付到其银行卡", "空气炸锅", 459, 429, private=True),
    Sketch(K.SHORTAGE, S.FILED, 0, "商家系统提交：签收少一箱", "婴儿纸尿裤", 238,
           more={"shown_how": Told.API, "shown_to": "周经理", "source_key": "api:0:SHORT-20260118"}),
)  # fmt: skip


@transaction.atomic
def make_claims(*, seed: int, now: datetime) -> None:
    """All or nothing; without an agent, a director and a manager there is nobody to decide."""
    people = _people()
    taken = {"customer__isnull": False, "delivered_at__isnull": False}
    rows = Waybill.objects.filter(**taken).select_related("customer__unit").order_by("pk")
    waybills = list(rows.filter(insured_amount=None)[: len(SKETCHES)])
    waybills[1:2] = list(rows.filter(insured_amount__gt=0).order_by("-insured_amount", "pk")[:1])
    if people is None or len(waybills) < len(SKETCHES):
        return
    claims = [
        _claim(sketch, waybill, people, now)
        for sketch, waybill in zip(SKETCHES, waybills, strict=True)
    ]
    _rules(claims)
    Claim.objects.bulk_create(claims)
    ClaimItem.objects.bulk_create(
        ClaimItem(
            claim=claim, place=1, what=sketch.goods, claimed=claim.claimed,
            proved=None if sketch.proved is None else D(sketch.proved),
        )
        for sketch, claim in zip(SKETCHES, claims, strict=True)
    )  # fmt: skip
    _decide(claims, people)
    _pay(claims, people, now)
    _time(claims, people, now)
    record_many(list(_news(claims, people)))
    for sketch, claim in zip(SKETCHES, claims, strict=True):
        if sketch.private:
            _transfer(claim, people)


def _people() -> dict[str, User] | None:
    wanted = {"agent": Role.AGENT, "director": Role.DIRECTOR, "manager": Role.DEPARTMENT_MANAGER}
    found = {}
    for name, role in wanted.items():
        user = User.objects.active().people().with_role(role).order_by("pk").first()
        if user is None:
            return None
        found[name] = user
    return found


def _claim(sketch: Sketch, waybill: Waybill, people: dict[str, User], now: datetime) -> Claim:
    filed = now - timedelta(days=sketch.days, minutes=25)
    number = take_numbers(Claim.PREFIX, localdate(filed), 1)[0]
    row = Claim(
        number=number, kind=sketch.kind, state=sketch.state, waybill=waybill, customer=waybill.customer,
        unit=waybill.customer.unit, owner=people["agent"], what=sketch.what, claimed=D(sketch.claimed),
        insured_amount=waybill.insured_amount, declared_value=waybill.declared_value, fee=D(30),
        days_late=3 if sketch.kind == K.DELAY else None, created_by=people["agent"],
    )  # fmt: skip
    row.is_above_declared = row.declared_value is not None and row.claimed > row.declared_value
    row.is_large = sketch.claimed > 2_000
    if sketch.state == S.DRAFT:
        return row
    row.filed_at, row.shown_at = filed, filed - timedelta(minutes=2)
    row.shown_how, row.shown_to = Told.PHONE, "王先生"
    for name, value in sketch.more.items():
        setattr(row, name, value)
    if sketch.private:
        row.customer, row.party_name, row.party_phone = None, "陈静", "+8613812340917"
        row.party_phone_index = phone_index(row.party_phone)
    if row.source_key:
        row.source_key = row.source_key.replace("api:0:", f"api:{waybill.customer_id}:")
    if row.papers_asked:
        row.papers_asked_at = filed + timedelta(minutes=20)
    _ends(row, sketch, people, filed)
    return row


def _ends(row: Claim, sketch: Sketch, people: dict[str, User], filed: datetime) -> None:
    """What belongs to its state."""
    if sketch.state in STANDING or sketch.state == S.REFUSED:
        row.decided_at, row.decided_by = filed + timedelta(minutes=10), people["director"]
    if sketch.state == S.REFUSED:
        row.refusal_clause, row.refusal_reason = "《快件赔付规则》第七条（免责）", sketch.why
    if sketch.earlier:
        row.disputed_at, row.dispute_reason = filed + timedelta(minutes=6), "发票金额更高，已补交"
    if sketch.state in (S.AGREED, S.PAID, S.CLOSED):
        row.agreed_at, row.agreed_how = filed + timedelta(minutes=15), AgreedHow.PHONE
    if sketch.way == PayWay.SPOT:
        row.on_the_spot, row.agreed_how = True, AgreedHow.SIGNATURE
    if sketch.state in (S.PAID, S.CLOSED):
        row.paid_at = filed + timedelta(minutes=20)
    if sketch.state == S.CLOSED:
        row.closed_at, row.closed_by = filed + timedelta(minutes=22), people["agent"]
    if sketch.state == S.WITHDRAWN:
        row.withdrawn_at, row.withdrawn_by = filed + timedelta(minutes=18), people["agent"]


def _rules(claims: list[Claim]) -> None:
    known = {}
    today = localdate()
    for rule in CompensationRule.objects.filter(in_force(today), customer=None):
        known[rule.kind, rule.cover] = rule
    for claim in claims:
        if claim.state != S.DRAFT:
            cover = "uninsured" if claim.insured_amount is None else "insured"
            claim.rule = known[claim.kind, cover]
    for claim, sketch in zip(claims, SKETCHES, strict=True):
        if claim.state in STANDING:
            claim.approved = _assessed(claim, sketch, D(sketch.proved or 0)).amount


def _assessed(claim: Claim, sketch: Sketch, proved: Decimal) -> Assessed:
    facts = Facts(
        kind=sketch.kind, insured_amount=claim.insured_amount, declared_value=claim.declared_value, fee=claim.fee,
        days_late=claim.days_late, shipped_on=localdate(claim.waybill.issued_at),
        things=[Thing(sketch.goods, claim.claimed, proved)],
    )  # fmt: skip
    if claim.rule is None:
        raise TypeError("a claim that is assessed has a rule")
    found = assess(facts, terms_of(claim.rule))
    if not isinstance(found, Assessed):
        raise TypeError(f"the demonstration's claim lacks {found.codes}")
    return found


def _decide(claims: list[Claim], people: dict[str, User]) -> None:
    """Assessed by the agent, decided by the director, or by the manager beyond the director's limit."""
    limits = {(one.role, one.kind): one for one in ClaimLimit.objects.filter(in_force(localdate()))}
    rows = []
    for claim, sketch in zip(claims, SKETCHES, strict=True):
        if sketch.proved is None or claim.filed_at is None:
            continue
        sums = [sketch.earlier, sketch.proved] if sketch.earlier else [sketch.proved]
        for n, proved in enumerate(sums, start=1):
            found = _assessed(claim, sketch, D(proved))
            rows.append(
                Assessment(
                    claim=claim, n=n, rule=claim.rule, inputs={"claimed": str(claim.claimed)},
                    steps=[one.plain() for one in found.steps], computed=found.amount, amount=found.amount,
                    ceiling=found.ceiling, at=claim.filed_at + timedelta(minutes=4 * n), by=people["agent"],
                )
            )  # fmt: skip
    Assessment.objects.bulk_create(rows)
    decisions = []
    for row in rows:
        if row.claim.state not in STANDING:
            continue
        name, role = (
            ("manager", Role.DEPARTMENT_MANAGER)
            if row.amount > 1_000
            else ("director", Role.DIRECTOR)
        )
        at = row.at + timedelta(minutes=1)
        decisions.append(
            Decision(
                claim=row.claim, assessment=row, verdict=Verdict.APPROVE, amount=row.amount,
                limit=limits[role, row.claim.kind], role=role, day=localdate(at), at=at, by=people[name],
            )
        )  # fmt: skip
    Decision.objects.bulk_create(decisions)


def _pay(claims: list[Claim], people: dict[str, User], now: datetime) -> None:
    payments = []
    for claim, sketch in zip(claims, SKETCHES, strict=True):
        if sketch.way is None or claim.paid_at is None or claim.agreed_at is None:
            continue
        second = people["agent" if sketch.way == PayWay.SPOT else "director"]
        payments.append(
            ClaimPayment(
                claim=claim, key=uuid5(KEYS, claim.number), way=sketch.way, amount=claim.approved,
                state=PaymentState.PAID, received_by="王先生", planned_at=claim.agreed_at, planned_by=people["agent"],
                released_at=claim.paid_at, released_by=second, paid_at=claim.paid_at,
            )
        )  # fmt: skip
    ClaimPayment.objects.bulk_create(payments)
    for row in payments:
        post_payment(row, by=people["director"], at=now)
    carrier = PartnerCarrier.objects.order_by("pk").first()
    if carrier is not None:
        Recovery.objects.bulk_create(
            Recovery(
                claim=claim, against=Against.PARTNER, carrier=carrier, basis="合作协议第六条：承运段丢失",
                state=RecoveryState.RECEIVED, asked=claim.approved, agreed=D(sketch.recovered),
                received=D(sketch.recovered), asked_at=claim.paid_at, asked_by=people["manager"], agreed_by=people["manager"], received_by=people["manager"], agreed_at=now - timedelta(days=2),
                received_at=now - timedelta(days=1),
            )
            for claim, sketch in zip(claims, SKETCHES, strict=True)
            if sketch.recovered and claim.paid_at is not None
        )  # fmt: skip


def _transfer(claim: Claim, people: dict[str, User]) -> None:
    """Named by the claimant, released by two departments, in a file for the bank, and paid."""
    account = BankAccount.objects.filter(state=AccountState.OPEN).order_by("pk").first()
    finance = User.objects.active().people().with_role(Role.FINANCE).order_by("pk").first()
    if account is None or finance is None or claim.agreed_at is None:
        return
    at = claim.agreed_at + timedelta(minutes=30)
    where = {"holder": "陈静", "bank": "中国建设银行", "branch": "杭州文三路支行"}
    name_account(
        claim_id=claim.pk, number="6217001540012345672", values=where, by=public_user(), at=at
    )
    payment = plan_payment(
        claim_id=claim.pk, way=PayWay.TRANSFER, from_account=account, by=people["agent"], at=at
    )
    payout = payment.payout
    if payout is None:
        raise TypeError("a transfer has a payout")
    for hours, by in ((2, finance), (3, people["manager"])):
        when = at + timedelta(hours=hours)
        seen = content_of(PAYOUT, payout)[1]
        approve_payout(payout, seen=seen, second_factor_at=when, by=by, at=when)
    late, by = at + timedelta(hours=4), people["director"]
    follow_payouts(payouts=[(payment.pk, "payout.released")], by=by, at=late)
    make_payment_file([payout], account=account, template="icbc", by=finance, at=late)
    late += timedelta(hours=2)
    # Whoever made the file does not enter its results.
    cashiers = User.objects.active().people().with_role(Role.CASHIER)
    settles = cashiers.exclude(pk=finance.pk).order_by("pk").first() or people["manager"]
    confirm_paid(payout, reason="银行回单：交易成功", by=settles, at=late)
    follow_payouts(payouts=[(payment.pk, "payout.paid")], by=by, at=late)


def _time(claims: list[Claim], people: dict[str, User], now: datetime) -> None:
    """The clocks of what is under way."""
    under_way = (S.FILED, S.ASSESSED)
    open_matters(
        [
            NewMatter(
                kind=ClaimMatter.CLAIM, subject=claim,
                title=f"{claim.number} {claim.get_kind_display()} {claim.waybill.number}",
                attributes=Attributes(klass=claim.kind, customer_id=claim.customer_id), owner=people["agent"],
                unit=claim.unit, opened_at=claim.filed_at,
            )
            for claim in claims
            if claim.state in under_way
        ],
        by=people["agent"], at=now,
    )  # fmt: skip


def _news(claims: list[Claim], people: dict[str, User]) -> Iterable[NewEvent]:
    """The lines of their timelines."""
    by = people["agent"]
    for claim in claims:
        data = {"number": claim.number, "customer": claim.customer_id}
        steps: tuple[tuple[str, datetime | None, dict[str, Any]], ...] = (
            ("claim.filed", claim.filed_at, {"kind": claim.kind, "claimed": str(claim.claimed), "shown": claim.shown_how}),
            ("claim.approved" if claim.approved else "claim.refused", claim.decided_at, {}),
            ("claim.agreed", claim.agreed_at, {"how": claim.agreed_how}),
            ("claim.paid", claim.paid_at, {}),
            ("claim.withdrawn", claim.withdrawn_at, {}),
            ("claim.closed", claim.closed_at, {}),
        )  # fmt: skip
        for kind, at, more in steps:
            if at is not None:
                yield new_event(kind, claim, by=by, at=at, data=data | more)


PARTS = ((21, make_claims),)
