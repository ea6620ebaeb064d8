"""A claim from the filing to the money: who may, what is refused, and what stays on record (CMP-6)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.claims import services
from apps.claims.enums import (
    Against,
    AgreedHow,
    ClaimKind,
    ClaimState,
    Cover,
    Formula,
    PaperKind,
    PayWay,
)
from apps.claims.inputs import NewItem
from apps.claims.models import Assessment, Claim, ClaimLimit, ClaimPayment, CompensationRule
from apps.claims.queries.lists import to_decide
from apps.claims.queries.money import paid_sum, taken_sum, unsettled
from apps.claims.queries.rules import who_may_decide
from apps.claims.rules.amounts import amount, read_items
from apps.claims.states import CLAIM_MOVES, LIVE, PAYMENT_MOVES, RECOVERY_MOVES
from apps.complaints.services import close_case
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.events.models import Event
from apps.ledger.models import Posting
from apps.sla.models import Clock
from tests.factories import claims as f
from tests.factories import payees
from tests.factories.complaints import any_cause, case, decided, exception, solved
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import relay_all
from tests.factories.pdfs import pdf
from tests.factories.tracking import carrier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
S, D = ClaimState, Decimal


def refusal(act: Callable[[], Any]) -> RuleBroken:
    with pytest.raises(RuleBroken) as found, transaction.atomic():
        act()
    return found.value


def who(desk: f.Desk) -> dict[str, Any]:
    return {"by": desk.agent, "at": timezone.now()}


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
def test_the_table_says_yes_or_refuses_clearly(frm: S, to: S) -> None:
    if to in CLAIM_MOVES.ends_of(frm):
        CLAIM_MOVES.check(frm, to)
    else:
        assert refusal(lambda: CLAIM_MOVES.check(frm, to)).code == "illegal_move"


def test_every_state_stands_in_the_tables() -> None:
    assert {frm for frm, _to in CLAIM_MOVES.moves()} | {S.CLOSED, S.WITHDRAWN} == set(S)
    assert set(LIVE) | {S.CLOSED, S.REFUSED, S.WITHDRAWN} == set(S)
    assert len(list(PAYMENT_MOVES.moves())) == 5 and len(list(RECOVERY_MOVES.moves())) == 4


# Which act is possible in which state; everywhere else it is refused.
ACTS: dict[str, tuple[Callable[[f.Desk, Claim], Any], set[S]]] = {
    "assess": (lambda d, c: f.assess(c, d.agent), {S.FILED, S.ASSESSED}),
    "approve": (lambda d, c: f.approve(c, d.director), {S.ASSESSED}),
    "ask_papers": (lambda d, c: services.ask_papers(claim_id=c.pk, what="发票", **who(d)), {S.FILED, S.ASSESSED}),
    "paper": (
        lambda d, c: services.add_papers(
            claim_id=c.pk, kind=PaperKind.PRICE, files=[NewFile(pdf(), "发票.pdf")], **who(d)
        ),
        {S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.REFUSED},
    ),
    "refuse": (
        lambda d, c: services.refuse_claim(claim_id=c.pk, clause="第七条", reason="包装完好", **who(d)),
        {S.FILED, S.ASSESSED},
    ),
    "agree": (lambda d, c: f.agree(c, d.agent), {S.APPROVED}),
    "dispute": (
        lambda d, c: services.dispute(claim_id=c.pk, reason="太少", how=AgreedHow.PHONE, **who(d)),
        {S.APPROVED},
    ),
    "plan": (lambda d, c: f.plan(c, d.agent), {S.AGREED}),
    "close": (lambda d, c: services.close_claim(claim_id=c.pk, **who(d)), {S.PAID}),
    "reopen": (lambda d, c: services.reopen_claim(claim_id=c.pk, reason="申诉", **who(d)), {S.REFUSED, S.PAID}),
    "withdraw": (
        lambda d, c: services.withdraw_claim(claim_id=c.pk, reason="不要了", **who(d)),
        {S.DRAFT, S.FILED, S.ASSESSED, S.APPROVED, S.AGREED},
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", list(S))
def test_each_act_in_each_state(desk: f.Desk, state: S) -> None:
    claim = f.claim_in(desk, state)
    assert claim.state == state
    for name, (act, legal) in ACTS.items():
        point = transaction.savepoint()
        try:
            act(desk, f.fresh(claim))
            done = True
        except (RuleBroken, Assessment.DoesNotExist):
            done = False
        transaction.savepoint_rollback(point)
        assert done == (state in legal), (name, state)


@pytest.mark.parametrize(
    "text",
    ["-5", "0", "0.00", "NaN", "1.234", "１２", "1e3", "八十", "", "∞", "1,0,0.5.5", "80,50", "1,5", ",80", "80,",
     "1280,500", "1，280", "1,2800", "+80", "8 0", "０", "٨٠", "80.", ".5", "Infinity", "sNaN"],
)  # fmt: skip
def test_sums_that_are_none_are_refused_naming_field_and_line(text: str) -> None:
    refused = refusal(lambda: amount(text, "claimed", row=2))
    assert isinstance(refused, BadInput)
    assert (refused.code, refused.field, refused.row) == ("bad_amount", "claimed", 2)


def test_commas_part_thousands_and_nothing_else() -> None:
    assert [amount(text, "x") for text in ("1,280.50", "12,345,678.9", " 80 ")] == [
        D("1280.50"), D("12345678.90"), D(80),
    ]  # fmt: skip
    assert read_items("花瓶 ×2 ¥1,280.50") == [NewItem("花瓶", D("1280.50"), 2)]


def test_a_line_that_makes_no_sense_is_named() -> None:
    assert read_items("花瓶 ×2 1280.50\n\n台灯 80") == [
        NewItem("花瓶", D("1280.50"), 2),
        NewItem("台灯", D(80)),
    ]
    refused = refusal(lambda: read_items("花瓶 80\n台灯"))
    assert isinstance(refused, BadInput) and refused.row == 2


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"customer": "another"}, "other_customer", "waybill"),
        ({"waybill": "none"}, "waybill_missing", "waybill"),
        ({"customer": None}, "claimant_missing", "party_name"),
        ({"customer": None, "party_name": "王", "party_phone": "12"}, "bad_phone", "party_phone"),
        ({"items": []}, "items_missing", "items"),
        ({"items": [NewItem("瓶", D("-1"))]}, "bad_amount", "items"),
        ({"items": [NewItem("瓶", D("NaN"))]}, "bad_amount", "items"),
        ({"items": [NewItem("瓶", D("1.005"))]}, "bad_amount", "items"),
        ({"items": [NewItem(" ", D(1))]}, "bad_line", "items"),
        ({"shown": f.shown(to=" ")}, "required", "shown_to"),
        ({"shown": f.shown(at=timezone.now() + timedelta(days=1))}, "future", "shown_at"),
    ],
)
def test_what_cannot_be_filed_is_refused_naming_the_field(
    desk: f.Desk, fields: dict[str, Any], code: str, field: str
) -> None:
    if fields.get("customer") == "another":
        fields = {**fields, "customer": CustomerFactory()}
    new = f.new_claim(desk)
    if fields.get("waybill") == "none":
        fields = {**fields, "waybill": None}
    given = {name: getattr(new, name) for name in new.__slots__} | fields
    refused = refusal(lambda: services.file_claim(new=type(new)(**given), **who(desk)))
    assert (refused.code, refused.field) == (code, field)
    assert not Claim.objects.exists()


def test_one_above_the_declared_value_is_taken_and_marked(desk: f.Desk) -> None:
    claim = f.filed(desk, "900", waybill=desk.shipment(declared_value=D(500)))
    assert claim.is_above_declared and claim.state == S.FILED


def test_one_living_claim_of_a_kind(desk: f.Desk) -> None:
    shipment = desk.shipment()
    first = f.filed(desk, waybill=shipment, source_key="api:1")
    assert f.filed(desk, waybill=shipment, source_key="api:1") == first
    refused = refusal(lambda: f.filed(desk, waybill=shipment))
    assert refused.code == "claim_living" and first.number in str(refused)
    assert f.filed(desk, waybill=shipment, kind=ClaimKind.DELAY).pk
    services.withdraw_claim(claim_id=first.pk, reason="不要了", **who(desk))
    assert f.filed(desk, waybill=shipment).pk


def test_what_was_written_down_at_the_filing_stays(desk: f.Desk) -> None:
    claim = f.filed(desk, waybill=desk.shipment(declared_value=D(500), insured_amount=D(300)))
    assert (claim.insured_amount, claim.declared_value) == (D(300), D(500))
    for values in ({"insured_amount": D(9000)}, {"fee": D(1)}, {"shown_how": "phone2"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        claim.items.update(claimed=D(1))
        connection.check_constraints()  # deferred to the end of a transaction


def test_papers_void_an_approval_and_keep_it(desk: f.Desk) -> None:
    claim = f.approved(desk)
    services.add_papers(
        claim_id=claim.pk, kind=PaperKind.PRICE, files=[NewFile(pdf(), "a.pdf")], **who(desk)
    )
    claim = f.fresh(claim)
    assert (claim.state, claim.approved, claim.decided_at) == (S.FILED, None, None)
    assert [one.verdict for one in claim.decisions.all()] == ["approve"]
    again = services.add_papers(
        claim_id=claim.pk, kind=PaperKind.PRICE, files=[NewFile(pdf(), "a.pdf")], **who(desk)
    )
    assert again.papers.count() == 1
    assert Event.objects.filter(kind="claim.voided", subject_id=str(claim.pk)).count() == 1


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00 this is a program", b"%PDF-1.4 not really", b"<html><script>"]
)
def test_papers_that_lie_are_refused(desk: f.Desk, content: bytes) -> None:
    claim = f.filed(desk)
    refused = refusal(
        lambda: services.add_papers(
            claim_id=claim.pk,
            kind=PaperKind.PRICE,
            files=[NewFile(content, "发票.png")],
            **who(desk),
        )
    )
    assert isinstance(refused, BadInput) and not claim.papers.exists()


def test_nobody_decides_their_own_assessment_above_what_they_pay_on_the_spot(desk: f.Desk) -> None:
    claim = f.filed(desk, "900")
    f.assess(claim, desk.director)
    refused = refusal(lambda: f.approve(claim, desk.director))
    assert refused.code == "own_assessment" and desk.project.display_name in str(refused)
    assert f.approve(claim, desk.project).approved == D(900)


def test_beyond_the_own_limit_or_day_it_goes_up_the_chain(desk: f.Desk) -> None:
    claim = f.assessed(desk, "3000")
    refused = refusal(lambda: f.approve(claim, desk.director))
    assert refused.code == "beyond_limit" and desk.manager.display_name in str(refused)
    assert [one.user for one in who_may_decide(claim, timezone.now())] == [desk.manager]
    assert list(to_decide(desk.manager, timezone.now())) == [claim]
    assert not to_decide(desk.director, timezone.now()).exists()
    for _n in range(5):
        f.approve(f.assessed(desk, "1000"), desk.director)
    small = f.assessed(desk, "300")
    assert refusal(lambda: f.approve(small, desk.director)).code == "day_used_up"
    assert [one.user for one in who_may_decide(small, timezone.now())] == [desk.project]


def test_on_the_spot_is_all_or_nothing(desk: f.Desk) -> None:
    claim = f.on_the_spot(desk, "80")
    assert (claim.state, claim.agreed_how) == (S.PAID, AgreedHow.SIGNATURE)
    assert claim.papers.count() == 2 and paid_sum(claim) == D(80)
    refused = refusal(lambda: f.on_the_spot(desk, "201"))
    assert refused.code == "beyond_limit" and Claim.objects.count() == 1
    refused = refusal(
        lambda: services.pay_on_the_spot(
            new=f.new_claim(desk),
            received_by="李",
            picture=NewFile(pdf(), "a.pdf"),
            signature=f.picture(),
            **who(desk),
        )
    )
    assert refused.code == "picture_missing" and Claim.objects.count() == 1


def test_an_override_needs_a_reason_a_higher_post_and_stays_within_the_ceiling(
    desk: f.Desk,
) -> None:
    claim = f.filed(desk, "500")
    assert (
        refusal(lambda: f.assess(claim, desk.agent, "400", override=D(450))).code == "not_your_post"
    )
    refused = refusal(
        lambda: f.assess(claim, desk.director, "400", override=D(450), override_reason="友好")
    )
    assert refused.code == "above_ceiling"
    assert (
        refusal(lambda: f.assess(claim, desk.director, "400", override=D(300))).field
        == "override_reason"
    )
    row = f.assess(claim, desk.director, "400", override=D(300), override_reason="部分已修复")
    assert (row.computed, row.amount) == (D(400), D(300))


def test_what_is_missing_is_named(desk: f.Desk) -> None:
    claim = f.filed(desk)
    refused = refusal(lambda: services.assess_claim(claim_id=claim.pk, **who(desk)))
    assert refused.code == "lacking" and "青花瓷瓶" in str(refused)


def test_never_more_than_approved(desk: f.Desk) -> None:
    claim = f.agreed(desk, "1000", by=desk.director)
    f.plan(claim, desk.agent, "600")
    refused = refusal(lambda: f.plan(claim, desk.colleague, "600"))
    assert refused.code == "above_approved" and "400.00" in str(refused)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimPayment.objects.create(
            claim=claim, key="00000000-0000-4000-8000-000000000001", way=PayWay.CASH, amount=D("400.01"),
            planned_at=timezone.now(), planned_by=desk.agent,
        )  # fmt: skip


@pytest.mark.parametrize(("amount_now", "left"), [("150", D(30)), ("100", D(-20))])
def test_paid_and_remaining_make_what_is_approved(
    desk: f.Desk, amount_now: str, left: Decimal
) -> None:
    """120 was paid on the spot; later 150 is approved, or only 100."""
    claim = f.on_the_spot(desk, "120")
    services.reopen_claim(claim_id=claim.pk, reason="又发现一处", **who(desk))
    claim.items.update(claimed=D(150))
    Claim.objects.filter(pk=claim.pk).update(claimed=D(150))
    f.assess(claim, desk.agent, amount_now)
    f.approve(f.fresh(claim), desk.director)
    f.agree(claim, desk.agent)
    claim = f.fresh(claim)
    assert services.left_of(claim) == left
    assert taken_sum(claim) + services.left_of(claim) == claim.approved
    if left > 0:
        assert claim.state == S.AGREED
        f.release(f.plan(claim, desk.agent), desk.director)
        assert f.fresh(claim).state == S.PAID
        return
    assert claim.state == S.PAID
    assert refusal(lambda: services.close_claim(claim_id=claim.pk, **who(desk))).code == "overpaid"
    director = {"by": desk.director, "at": timezone.now()}
    services.settle_overpaid(claim_id=claim.pk, reason="不再追回", **director)
    services.close_claim(claim_id=claim.pk, **who(desk))


def test_a_transfer_is_released_by_the_payouts_two_approvals(desk: f.Desk) -> None:
    desk.customer = payees.merchant(unit=desk.unit)
    claim = f.agreed(desk)
    refused = refusal(lambda: f.plan(claim, desk.agent, way=PayWay.TRANSFER))
    assert refused.code == "payee_missing"
    payees.active(desk.customer, purpose="claim")
    row = f.plan(claim, desk.agent, way=PayWay.TRANSFER, from_account=payees.bank_account())
    assert (
        row.payout is not None
        and refusal(lambda: f.release(row, desk.director)).code == "by_payout"
    )
    for by in (payees.approver(Role.FINANCE), payees.approver(Role.DEPARTMENT_MANAGER)):
        payees.approve_release(f.fresh(row.payout), by)
    relay_all()
    assert f.fresh(row).state == "released"
    services.follow_payouts(payouts=[(row.pk, "payout.paid"), (row.pk, "payout.paid")], **who(desk))
    assert f.fresh(claim).state == S.PAID
    services.follow_payouts(payouts=[(row.pk, "payout.returned")], **who(desk))
    claim = f.fresh(claim)
    assert (claim.state, services.left_of(claim)) == (S.AGREED, D(80))


def test_lost_that_was_decided_drafts_a_claim_once(desk: f.Desk) -> None:
    shipment = desk.shipment(declared_value=D(900))
    report = decided(exception(waybill=shipment, kind="lost", by=desk.agent))
    relay_all()
    claim = Claim.objects.get()
    assert (claim.state, claim.claimed, claim.exception) == (S.DRAFT, D(900), report)
    services.draft_lost(exception=report, **who(desk))
    assert Claim.objects.count() == 1
    filed = f.filed(desk, "900", waybill=shipment, kind=ClaimKind.LOSS)
    assert filed == claim and filed.exception == report


def test_a_case_with_a_living_claim_stays_open(desk: f.Desk) -> None:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    claim = f.filed(desk, waybill=shipment, case=about)
    solved(about, cause=any_cause())
    refused = refusal(lambda: close_case(case_id=about.pk, note="已确认", **who(desk)))
    assert refused.code == "held" and claim.number in str(refused)
    services.refuse_claim(
        claim_id=claim.pk, clause="第七条", reason="包装完好", by=desk.director, at=timezone.now()
    )
    close_case(case_id=about.pk, note="已确认", **who(desk))


def test_claims_that_are_not_settled_block_the_statement(desk: f.Desk) -> None:
    month = timezone.localdate().replace(day=1)
    claim = f.filed(desk)
    assert [one.id for one in unsettled([desk.customer.pk], month)] == [claim.pk]
    assert unsettled([desk.customer.pk], month - timedelta(days=1)) == []
    services.withdraw_claim(claim_id=claim.pk, reason="不要了", **who(desk))
    assert unsettled([desk.customer.pk], month) == []


def test_its_clocks_run_wait_and_end(desk: f.Desk) -> None:
    claim = f.filed(desk)

    def states() -> dict[str, str]:
        rows = Clock.objects.filter(
            matter__subject_type="claims.claim", matter__subject_id=str(claim.pk)
        )
        return {f"{one.matter.kind}.{one.metric}": one.state for one in rows.order_by("cycle")}

    assert states() == {
        "claim.response": "running",
        "claim.action": "running",
        "claim.legal": "running",
    }
    services.ask_papers(claim_id=claim.pk, what="发票", **who(desk))
    assert states()["claim.action"] == "paused" and states()["claim.response"] == "met"
    services.add_papers(
        claim_id=claim.pk, kind=PaperKind.PRICE, files=[NewFile(pdf(), "a.pdf")], **who(desk)
    )
    assert states()["claim.action"] == "running"
    f.assess(claim, desk.agent)
    f.approve(claim, desk.director)
    f.agree(claim, desk.agent)
    assert states()["claim.action"] == "met" and states()["claim_payment.action"] == "running"
    f.release(f.plan(claim, desk.agent), desk.director)
    assert states()["claim_payment.action"] == "met"


def test_recovery_from_a_person_is_qcs_and_spares_who_reported_in_time(desk: f.Desk) -> None:
    report = exception(waybill=desk.shipment(), by=desk.agent)
    claim = f.paid(desk, waybill=report.waybill, exception=report)

    def ask(by: Any, person: Any) -> Any:
        return services.ask_recovery(
            claim_id=claim.pk, against=Against.PERSON, person=person, asked=D(40), basis="质控决定", by=by,
            at=timezone.now(),
        )  # fmt: skip

    assert refusal(lambda: ask(desk.manager, desk.agent)).code == "not_your_post"
    assert refusal(lambda: ask(desk.qc, desk.agent)).code == "not_decided"
    decided(report)
    assert refusal(lambda: ask(desk.qc, report.reported_by)).code == "exempt"
    assert ask(desk.qc, desk.colleague).state == "asked"
    refused = refusal(
        lambda: services.ask_recovery(
            claim_id=claim.pk, against=Against.PARTNER, carrier=carrier(), asked=D(41), basis="第六条",
            by=desk.manager, at=timezone.now(),
        )
    )  # fmt: skip
    assert refused.code == "above_approved" and "40.00" in str(refused)


def test_the_ledger_says_what_claims_cost(desk: f.Desk) -> None:
    claim = f.paid(desk, "1000", by=desk.director)
    row = services.ask_recovery(
        claim_id=claim.pk, against=Against.PARTNER, carrier=carrier(), asked=D(600), basis="第六条", by=desk.manager,
        at=timezone.now(),
    )  # fmt: skip
    services.agree_recovery(recovery_id=row.pk, agreed=D(500), by=desk.manager, at=timezone.now())
    found = [
        (one.debit.kind.kind, one.credit.kind.kind, one.amount)
        for one in Posting.objects.order_by("pk")
    ]
    assert found == [
        ("claims_cost", "pending_differences", D(1000)),
        ("partner_receivable", "claims_cost", D(500)),
    ]


def rule(**fields: Any) -> dict[str, Any]:
    return {
        "kind": ClaimKind.DAMAGE, "cover": Cover.UNINSURED, "formula": Formula.PROVED_VALUE, "clause": "第三条",
        "text": "新规则", "english_text": "New rule", "since": timezone.localdate() + timedelta(days=10), **fields,
    }  # fmt: skip


def test_public_rules_change_with_ten_days_notice_and_without_gap_or_overlap(desk: f.Desk) -> None:
    today = timezone.localdate()
    given = {"by": desk.manager, "at": timezone.now()}
    refused = refusal(
        lambda: services.publish_rule(values=rule(since=today + timedelta(days=9)), **given)
    )
    assert (refused.code, refused.field) == ("notice_too_short", "since")
    first = services.publish_rule(values=rule(until=today + timedelta(days=20)), **given)
    before = CompensationRule.objects.get(kind="damage", cover="uninsured", until=first.since)
    assert before.since < first.since
    late = rule(since=today + timedelta(days=30))
    refused = refusal(lambda: services.publish_rule(values=late, **given))
    assert (refused.code, refused.field) == ("rule_gap", "since")
    refused = refusal(lambda: services.publish_rule(values=rule(), **given))
    assert (refused.code, refused.field) == ("rule_overlap", "since")
    own = services.publish_rule(
        values=rule(customer=desk.customer, since=today, limit=D(300)), **given
    )
    assert f.assessed(desk, "900").rule == own
    with pytest.raises(IntegrityError), transaction.atomic():
        CompensationRule.objects.filter(pk=own.pk).update(text="改写")


def test_a_limit_begins_where_the_one_before_ends(desk: f.Desk) -> None:
    values = {
        "role": Role.AGENT,
        "kind": ClaimKind.DAMAGE,
        "per_claim": D(50),
        "per_day": D(100),
        "on_the_spot": D(50),
    }
    given = {"since": timezone.localdate(), "by": desk.manager, "at": timezone.now()}
    services.set_limit(**values, **given)
    assert (
        ClaimLimit.objects.filter(role="agent", kind="damage", until=timezone.localdate()).count()
        == 1
    )
    assert refusal(lambda: f.on_the_spot(desk, "80")).code == "beyond_limit"
    bad = {**values, "per_day": D(10)}
    tomorrow = {**given, "since": timezone.localdate() + timedelta(days=1)}
    assert refusal(lambda: services.set_limit(**bad, **tomorrow)).code == "bad_limits"


def test_who_may_not_see_it_does_not_find_it(desk: f.Desk) -> None:
    claim = f.filed(desk)
    stranger = f.Desk().agent
    with pytest.raises(Claim.DoesNotExist):
        f.assess(claim, stranger)
