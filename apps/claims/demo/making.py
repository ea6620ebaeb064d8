"""Claims of the demonstration as rows, written in sets, with their clocks and timelines (CMP-6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.services.numbers import take_numbers
from apps.claims.demo.deciding import decide, set_rules
from apps.claims.demo.paying import pay, transfer
from apps.claims.demo.sketches import IN_CASES, SKETCHES, D, Drawn, K, S, Sketch
from apps.claims.enums import (
    AgreedHow,
    ClaimMatter,
    ExplainedHow,
    PayWay,
)  # fmt: skip
from apps.claims.models import (
    Claim,
    ClaimItem,
)  # fmt: skip
from apps.claims.services.voiding import hold_of
from apps.claims.states import STANDING
from apps.complaints.enums import CaseClass
from apps.complaints.models import Case
from apps.complaints.rules.contacts import phone_index
from apps.events.services import NewEvent, new_event, record_many
from apps.sla.rules import Attributes
from apps.sla.services import open_matters
from apps.sla.services.opening import NewMatter
from apps.tracking.models import Waybill

# Something is owed for it or to be decided about it.
STOPS_CLOSING = (S.FILED, S.ASSESSED, S.APPROVED, S.AGREED)


@transaction.atomic
def make_claims(*, seed: int, now: datetime) -> None:
    """All or nothing; without an agent, a director and a manager there is nobody to decide."""
    people = _people()
    taken = {"customer__isnull": False, "delivered_at__isnull": False}
    rows = Waybill.objects.filter(**taken).select_related("customer__unit").order_by("pk")
    waybills = list(rows.filter(insured_amount=None)[: len(SKETCHES)])
    # The second one is the insured loss.
    waybills[1:2] = list(rows.filter(insured_amount__gt=0).order_by("-insured_amount", "pk")[:1])
    if people is None or len(waybills) < len(SKETCHES):
        return
    drawn: Drawn = [
        (sketch, _claim(sketch, waybill, people, now))
        for sketch, waybill in zip(SKETCHES, waybills, strict=True)
    ]
    drawn += _in_cases(people, now)
    set_rules(drawn)
    claims = [claim for _sketch, claim in drawn]
    Claim.objects.bulk_create(claims)
    ClaimItem.objects.bulk_create(
        ClaimItem(
            claim=claim, place=1, what=sketch.goods, claimed=claim.claimed,
            proved=None if sketch.proved is None else D(sketch.proved),
        )
        for sketch, claim in drawn
    )  # fmt: skip
    decide(drawn, people)
    pay(drawn, people, now)
    _time(claims, people, now)
    record_many(list(_news(claims, people)))
    for sketch, claim in drawn:
        if sketch.private:
            transfer(claim, people)
        if sketch.case and claim.state in STOPS_CLOSING:
            hold_of(claim, by=people["agent"], at=now)


def _in_cases(people: dict[str, User], now: datetime) -> Drawn:
    """Claims of the people who brought a case, by their own phone; those whose case is not there are left out."""
    known = {
        "case_class__in": (CaseClass.DAMAGE, CaseClass.LOSS),
        "waybill__customer__isnull": False,
    }
    cases = Case.objects.filter(**known).select_related("waybill__customer__unit").order_by("pk")
    by_name = {one.contact_name: one for one in cases}
    drawn: Drawn = []
    for sketch in IN_CASES:
        case = by_name.get(sketch.case)
        if case is None or case.waybill is None:
            continue
        row = _claim(sketch, case.waybill, people, now)
        row.case, row.customer = case, None
        row.party_name, row.party_phone = case.contact_name, case.contact_phone
        row.party_phone_index = case.contact_phone_index
        row.shown_how, row.shown_to = ExplainedHow.PAGE, case.contact_name
        drawn.append((sketch, row))
    return drawn


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
    row.shown_how, row.shown_to = ExplainedHow.PHONE, "王先生"
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
            ("claim.disputed", claim.disputed_at, {"reason": claim.dispute_reason}),
            ("claim.agreed", claim.agreed_at, {"how": claim.agreed_how}),
            ("claim.paid", claim.paid_at, {}),
            ("claim.withdrawn", claim.withdrawn_at, {}),
            ("claim.closed", claim.closed_at, {}),
        )  # fmt: skip
        for kind, at, more in steps:
            if at is not None:
                yield new_event(kind, claim, by=by, at=at, data=data | more)
