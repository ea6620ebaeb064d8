"""A remittance from the money on the bank to the merchant, and back again (COD-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.backoffice.models import ApprovalRequest
from apps.banking import services as bank
from apps.banking.enums import PayoutState
from apps.banking.models import Payout
from apps.billing.models import Receipt
from apps.billing.queries.owing import owed_on
from apps.billing.services import cancel_receipt
from apps.cod import services
from apps.cod.enums import Cycle, ItemState, RemittanceState, RowKind
from apps.cod.models import ClawBack, CodItem, Remittance, RemittanceRow
from apps.cod.queries.proof import compare
from apps.cod.queries.remitting import plans_of
from apps.cod.states import REMITTANCE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.ledger.enums import AccountKind as A
from tests.factories import cod, payees
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, charged, sent
from tests.refusing import refused_undone as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, S, K = Decimal, RemittanceState, RowKind


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def states(row: Remittance) -> set[str]:
    return set(
        CodItem.objects.filter(remittance_rows__remittance=row).values_list("state", flat=True)
    )


def today() -> Any:
    return timezone.localdate()


def sum_of(row: Remittance) -> Decimal:
    return sum(row.rows.values_list("amount", flat=True), D(0))


def test_the_whole_way_to_the_merchant() -> None:
    merchant = f.merchant()
    f.banked(merchant, "100.00", "60.50")
    row = f.prepared(merchant)
    assert (row.state, row.count, row.amount) == (S.PREPARED, 2, D("160.50"))
    assert states(row) == {ItemState.IN_REMITTANCE} and sum_of(row) == 0 and ties()
    row = f.released(row)
    assert row.state == S.RELEASED and row.payout is not None and states(row) == {"remitted"}
    assert (row.payout.state, row.payout.amount) == (PayoutState.RELEASED, D("160.50"))
    assert cod.net(A.COD_PAYABLE, merchant.pk) == 0
    assert cod.net(A.PAYOUTS_IN_TRANSIT) == D("-160.50") and ties()
    row = f.paid(row)
    assert row.state == S.PAID and row.paid_at is not None
    kinds = Event.objects.filter(subject_type="cod.remittance").values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == [
        "remittance.prepared", "remittance.released", "remittance.paid",
    ]  # fmt: skip


def test_prepared_once_for_a_day_however_often_it_is_asked() -> None:
    merchant = f.merchant()
    f.banked(merchant)
    assert services.prepare_due(by=UserFactory(), at=timezone.now()) == 1
    assert services.prepare_due(by=UserFactory(), at=timezone.now()) == 0
    row = Remittance.objects.get()
    assert f.prepared(merchant) == row
    f.banked(merchant, "20.00")
    assert f.prepared(merchant) == row and row.count == 1, "what came later waits for the next"


def test_only_money_seen_on_the_bank_and_only_so_many_days_after() -> None:
    merchant = f.merchant(delay_days=1)
    f.banked(merchant, "100.00")
    cod.collected("50.00", customer=merchant)
    [plan] = plans_of(today(), timezone.now())
    assert plan.settlement.waits == "nothing"
    [plan] = plans_of(today() + timedelta(days=1), timezone.now())
    assert plan.settlement.payout == D("100.00"), "the courier's 50.00 is not on the bank"
    code = refused(
        lambda: services.prepare_remittance(
            merchant_id=merchant.pk,
            day=today() + timedelta(days=1),
            by=UserFactory(),
            at=timezone.now(),
        )
    )
    assert code == "future"


def test_below_the_minimum_nothing_is_prepared_and_a_person_is_told_why() -> None:
    merchant = f.merchant(minimum=D("100.01"))
    now = {"by": UserFactory(), "at": timezone.now()}
    assert refused(lambda: services.prepare_now(merchant_id=merchant.pk, **now)) == "nothing"
    f.banked(merchant)
    assert services.prepare_due(**now) == 0
    assert refused(lambda: services.prepare_now(merchant_id=merchant.pk, **now)) == "below_minimum"
    other = payees.merchant()
    assert refused(lambda: services.prepare_now(merchant_id=other.pk, **now)) == "no_terms"
    f.terms(merchant, is_held=True, note="对方涉诉")
    assert refused(lambda: services.prepare_now(merchant_id=merchant.pk, **now)) == "on_hold"
    f.terms(merchant)
    assert services.prepare_now(merchant_id=merchant.pk, **now).amount == D("100.00")


@pytest.mark.requirement("COD-6")
def test_without_an_active_account_it_is_held_until_there_is_one() -> None:
    merchant = f.merchant(has_account=False)
    row = f.prepared(merchant, "100.00")
    assert (row.state, row.hold_reason, row.payee) == (S.HELD, "no_payee", None)
    assert refused(lambda: f.asked(row)) == "remittance_held"
    now = {"by": UserFactory(), "at": timezone.now()}
    assert services.renew_held(**now) == 0
    payee = payees.active(merchant)
    assert services.renew_held(**now) == 1
    row.refresh_from_db()
    assert (row.state, row.hold_reason, row.payee) == (S.PREPARED, "", payee)
    assert f.released(row).state == S.RELEASED


def test_another_account_makes_approvals_void() -> None:
    row = f.asked()
    f.approve(row, f.person(Role.FINANCE))
    old = row.payee
    assert old is not None
    new = payees.active(row.merchant)
    second = f.person(Role.GENERAL_MANAGER)
    assert refused(lambda: f.approve(row, second)) == "payee_changed"
    services.renew_payee(remittance_id=row.pk, by=UserFactory(), at=timezone.now())
    row.refresh_from_db()
    assert row.payee == new and row.state == S.PREPARED
    assert refused(lambda: f.approve(row, second)) == "approval_not_open"
    row = f.released(row)
    assert row.payout is not None and row.payout.payee == new


def test_the_fee_is_deducted_and_settles_the_statement_that_charges_it() -> None:
    merchant = f.merchant(fee_deducted=True)
    f.banked(merchant, "100.00", "60.00", fee="2.00")
    row = f.prepared(merchant)
    assert (row.fees, row.amount) == (D("4.00"), D("156.00")) and sum_of(row) == 0
    row = f.released(row)
    receipt = Receipt.objects.get(source_key__startswith=f"remittance:{row.pk}:")
    assert (receipt.source, receipt.amount, receipt.payer) == ("offset", D("4.00"), merchant)
    assert cod.net(A.ADVANCE, merchant.pk) == D("-4.00"), "the month is open: it waits there"
    assert cod.net(A.PAYOUTS_IN_TRANSIT) == D("-156.00") and ties()
    code = refused(
        lambda: cancel_receipt(
            receipt_id=receipt.pk, reason="误收", by=UserFactory(), at=timezone.now()
        )
    )
    assert code == "of_remittance"


def test_a_fee_of_a_statement_that_was_sent_is_settled_at_once() -> None:
    merchant = f.merchant(fee_deducted=True)
    [item] = f.banked(merchant, "100.00")
    statement = sent(merchant, "2.00", kind="cod", waybill=item.waybill)
    row = f.released(f.prepared(merchant))
    assert row.fees == D("2.00") and owed_on([statement.pk])[statement.pk].owed == 0
    assert cod.net(A.ADVANCE, merchant.pk) == 0
    [again] = f.banked(merchant, "10.00")
    charged(merchant, "1.00", kind="cod", waybill=again.waybill)
    assert plans_of(today() + timedelta(days=1), timezone.now())[0].settlement.payout == D("9.00")


def test_overdue_statements_are_set_off_where_that_is_agreed_even_all_of_it() -> None:
    merchant = f.merchant(offset_agreed=True)
    statement = sent(merchant, "120.00")
    statement.__class__.objects.filter(pk=statement.pk).update(
        due_on=DECEMBER_FIRST.date() - timedelta(days=30)
    )
    f.banked(merchant, "100.00")
    row = f.prepared(merchant)
    assert (row.offset, row.amount, row.payee is not None) == (D("100.00"), D("0.00"), True)
    row = f.released(row)
    assert (row.state, row.payout) == (S.PAID, None), "nothing is paid out, and nothing waits"
    assert owed_on([statement.pk])[statement.pk].owed == D("20.00")
    assert cod.net(A.PAYOUTS_IN_TRANSIT) == 0 and ties()


def test_a_claw_back_is_taken_from_several_remittances_as_each_has_money() -> None:
    merchant = f.merchant()
    first = f.paid(f.released(f.prepared(merchant, "100.00")))
    item = CodItem.objects.get(remittance_rows__remittance=first)
    now = {"by": UserFactory(), "at": timezone.now()}
    back = services.claw_back(item_id=item.pk, reason="客户退货", **now)
    assert back.is_carried and cod.net(A.COD_PAYABLE, merchant.pk) == D("100.00") and ties()
    f.banked(merchant, "40.00")
    tomorrow = timezone.now() + timedelta(days=1)
    day = timezone.localdate(tomorrow)
    [plan] = plans_of(day, tomorrow)
    assert (plan.settlement.waits, plan.settlement.carried) == (None, D("-60.00"))
    small = services.prepare_remittance(
        merchant_id=merchant.pk, day=day, by=UserFactory(), at=tomorrow
    )
    assert small is not None
    assert (small.collected, small.claw_backs, small.amount) == (D("40.00"), D("40.00"), D("0.00"))
    f.banked(merchant, "75.00")
    [plan] = plans_of(day + timedelta(days=1), tomorrow)
    assert plan.settlement.payout == D("15.00"), "what the one before takes is not taken again"
    small = f.released(small)
    back.refresh_from_db()
    assert (back.taken, back.taken_at, small.state) == (D("40.00"), None, S.PAID)
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-15.00") and ties()
    later = tomorrow + timedelta(days=1)
    row = services.prepare_remittance(
        merchant_id=merchant.pk, day=timezone.localdate(later), by=UserFactory(), at=later
    )
    assert row is not None
    assert (row.collected, row.claw_backs, row.amount) == (D("75.00"), D("60.00"), D("15.00"))
    row = f.released(row)
    back.refresh_from_db()
    assert (back.taken, back.taken_at is not None) == (D("100.00"), True)
    assert cod.net(A.COD_PAYABLE, merchant.pk) == 0 and ties()
    f.returned(row)
    back.refresh_from_db()
    assert (back.taken, back.taken_at) == (D("40.00"), None) and ties()


def test_what_the_bank_returns_can_be_remitted_again_once() -> None:
    merchant = f.merchant(fee_deducted=True)
    f.banked(merchant, "100.00", fee="3.00")
    row = f.returned(f.released(f.prepared(merchant)))
    assert (row.state, row.end_reason != "") == (S.RETURNED, True) and states(row) == {"banked"}
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-100.00")
    assert cod.net(A.PAYOUTS_IN_TRANSIT) == 0 == cod.net(A.ADVANCE, merchant.pk) and ties()
    assert Receipt.objects.get().cancelled_at is not None
    f.follow(row)
    assert Event.objects.filter(kind="remittance.returned").count() == 1, "told twice, done once"
    again = f.prepared(merchant)
    assert again != row and again.amount == D("97.00")
    again = f.paid(f.released(again))
    assert again.state == S.PAID and cod.net(A.COD_PAYABLE, merchant.pk) == 0 and ties()
    assert RemittanceRow.objects.filter(kind=K.ITEM, stands=True).count() == 1


def test_returned_after_its_goods_came_back_nothing_is_carried() -> None:
    merchant = f.merchant()
    row = f.released(f.prepared(merchant, "100.00"))
    item = CodItem.objects.get(remittance_rows__remittance=row)
    services.claw_back(item_id=item.pk, reason="客户退货", by=UserFactory(), at=timezone.now())
    f.returned(row)
    back = ClawBack.objects.get()
    assert (back.is_carried, back.rest) == (False, 0)
    assert cod.net(A.COD_PAYABLE, merchant.pk) == 0 and ties()


def test_nobody_knows_what_became_of_it_and_it_is_not_paid_again() -> None:
    row = f.released()
    assert row.payout is not None
    payees.filed(row.payout)
    Payout.objects.filter(pk=row.payout.pk).update(sent_at=timezone.now() - timedelta(days=30))
    bank.mark_unclear()
    assert f.follow(row).state == S.UNCLEAR and states(row) == {"remitted"}
    assert plans_of(today(), timezone.now())[0].settlement.waits == "nothing"
    payout = payees.fresh(row.payout)
    bank.confirm_paid(payout, reason="银行回单已到", by=UserFactory(), at=timezone.now())
    assert f.follow(row).state == S.PAID


def test_a_payout_called_off_gives_the_money_back_to_the_next() -> None:
    row = f.released()
    assert row.payout is not None
    bank.cancel_payout(row.payout, reason="账户有误", by=UserFactory(), at=timezone.now())
    assert f.follow(row).state == S.RETURNED and states(row) == {"banked"} and ties()


def test_withdrawn_before_its_release_and_not_after() -> None:
    row = f.asked()
    out = {"remittance_id": row.pk, "by": UserFactory(), "at": timezone.now()}
    assert refused(lambda: services.withdraw_remittance(reason=" ", **out)) == "reason_missing"
    services.withdraw_remittance(reason="重做", **out)
    row.refresh_from_db()
    assert row.state == S.WITHDRAWN and states(row) == {"banked"} and ties()
    assert ApprovalRequest.objects.get(subject_type="cod.remittance").state == "withdrawn"
    assert refused(lambda: f.asked(row)) == "remittance_released"
    again = f.released(f.prepared(row.merchant))
    out["remittance_id"] = again.pk
    assert (
        refused(lambda: services.withdraw_remittance(reason="重做", **out)) == "remittance_released"
    )
    assert refused(lambda: f.approve(again, f.person(Role.DIRECTOR))) == "remittance_released"


def test_refused_it_stays_prepared() -> None:
    row = f.asked()
    by = f.person(Role.FINANCE)
    seen = ApprovalRequest.objects.get(subject_type="cod.remittance").sha256
    services.refuse_remittance(row, seen=seen, reason="金额不对", by=by, at=timezone.now())
    row.refresh_from_db()
    assert row.state == S.PREPARED
    assert f.released(row).state == S.RELEASED


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"days": []}, "bad_days", "days"),
        ({"days": [0]}, "bad_days", "days"),
        ({"days": [61]}, "bad_days", "days"),
        ({"days": [1, 2]}, "bad_days", "days"),
        ({"cycle": Cycle.WEEKLY, "days": [8]}, "bad_days", "days"),
        ({"cycle": Cycle.MONTHLY, "days": [32]}, "bad_days", "days"),
        ({"delay_days": -1}, "bad_days", "delay_days"),
        ({"minimum": D("-0.01")}, "bad_amount", "minimum"),
        ({"minimum": D("1.005")}, "bad_amount", "minimum"),
        ({"is_held": True}, "reason_missing", "note"),
        ({"since": timezone.localdate() - timedelta(days=1)}, "past", "since"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_field(
    fields: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        f.terms(payees.merchant(), **fields)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_every_move_that_is_not_in_the_table_is_refused_by_the_database_too() -> None:
    assert (
        set(REMITTANCE_MOVES.ends_of(S.WITHDRAWN))
        == set(REMITTANCE_MOVES.ends_of(S.RETURNED))
        == set()
    )
    reached = {S.PREPARED}
    for frm, to in REMITTANCE_MOVES.moves():
        reached.add(to)
        assert REMITTANCE_MOVES.allows(frm, to)
        for other in S:
            if other not in REMITTANCE_MOVES.ends_of(frm):
                with pytest.raises(RuleBroken):
                    REMITTANCE_MOVES.check(frm, other)
    assert reached == set(S)


@pytest.mark.parametrize("state", [S.HELD, S.RELEASED, S.PAID, S.RETURNED, S.WITHDRAWN])
def test_no_state_can_be_written_by_itself(state: S) -> None:
    row = f.prepared()
    with pytest.raises(IntegrityError), transaction.atomic():
        Remittance.objects.filter(pk=row.pk).update(state=state)


def test_plans_of_three_merchants_take_as_many_statements_as_of_one(
    django_assert_max_num_queries: Any,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            plans_of(today(), timezone.now())
        return len(found)

    f.banked(f.merchant(fee_deducted=True, offset_agreed=True), fee="1.00")
    one = counted()
    for _n in range(2):
        f.banked(f.merchant(fee_deducted=True, offset_agreed=True), fee="1.00")
    assert counted() == one and len(plans_of(today(), timezone.now())) == 3
