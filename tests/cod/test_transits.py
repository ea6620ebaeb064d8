"""Deposits and settlements of providers until the bank's line comes; claw-backs and decisions (COD-7)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking.models import BankLine
from apps.banking.services import undo_line
from apps.cod import services
from apps.cod.approvals import DECISION
from apps.cod.enums import CashUpState, DecisionState, ItemState, TransitState
from apps.cod.models import CashUp, ClawBack, CodDecision, CodItem, Deposit, QrSettlement
from apps.cod.queries.debts import debt_of
from apps.cod.queries.proof import compare
from apps.cod.queries.seeing import lines_for_claw_back
from apps.cod.states import DECISION_MOVES, TRANSIT_MOVES
from apps.events.models import Event
from apps.events.services import relay_due
from apps.ledger.enums import AccountKind as K
from apps.quality.models import ExceptionReport
from apps.sla.models import Matter
from apps.tracking.enums import CodMethod
from apps.tracking.models import Waybill
from tests.factories import banking, cod
from tests.factories.accounts import UserFactory
from tests.factories.imports import take_in
from tests.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, T, S = Decimal, TransitState, ItemState


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def sent(amount: str = "100.00") -> Deposit:
    courier = cod.courier()
    cod.collected(amount, by=courier)
    return cod.deposited(cod.counted(courier))


def at_bank(row: Deposit | QrSettlement, amount: str, text: str = "现金存款") -> BankLine:
    """A line of that amount in a file of the account."""
    today = timezone.localdate().isoformat()
    file = banking.taken(
        row.account, [banking.row(amount, day=today, name="", number="", text=text)]
    )
    return banking.line_of(file)


def item_of(row: Deposit) -> CodItem:
    return CodItem.objects.get(takings__cash_up__deposit=row)


def see(row: Deposit | QrSettlement, line: BankLine) -> Any:
    return services.see_on_bank(row, line, by=UserFactory(), at=timezone.now())


def test_a_deposit_is_on_its_way_until_the_bank_s_line_comes_and_is_payable_then() -> None:
    row = sent("100.00")
    assert cod.net(K.CASH_IN_TRANSIT, row.account_id) == D("100.00")
    assert item_of(row).state == S.DEPOSITED and ties()
    line = at_bank(row, "100.00", f"现金存款 {row.slip}")
    assert services.see_waiting(by=UserFactory(), at=timezone.now()) == 1
    row.refresh_from_db()
    assert (row.state, row.line) == (T.SEEN, line)
    item = item_of(row)
    assert item.state == S.BANKED and item.banked_at is not None
    assert cod.net(K.CASH_IN_TRANSIT, row.account_id) == 0
    assert cod.net(K.BANK, row.account_id) == D("100.00")
    assert cod.net(K.UNIDENTIFIED) == 0
    assert ties()


def test_where_two_fit_a_person_says_which() -> None:
    first, courier = sent("100.00"), cod.courier()
    cod.collected("100.00", by=courier)
    second = cod.deposited(cod.counted(courier), account=first.account)
    line = at_bank(first, "100.00")
    assert services.see_waiting(by=UserFactory(), at=timezone.now()) == 0
    see(second, line)
    assert refused(lambda: see(first, line)) == "line_used"
    assert ties()


def test_another_amount_is_not_the_deposit() -> None:
    row = sent("100.00")
    assert refused(lambda: see(row, at_bank(row, "99.00"))) == "line_differs"


def test_a_line_that_is_undone_puts_the_money_on_its_way_again() -> None:
    row = sent("100.00")
    line = at_bank(row, "100.00")
    see(row, line)
    undo_line(line, by=UserFactory(), at=timezone.now())
    relay_due()
    row.refresh_from_db()
    assert (row.state, item_of(row).state) == (T.SENT, S.DEPOSITED)
    assert ties()
    see(row, line)
    row.refresh_from_db()
    assert row.state == T.SEEN and ties()


def test_a_deposit_entered_wrongly_is_taken_back_and_its_slip_is_free() -> None:
    row = sent("100.00")
    cash_up = row.cash_ups.get()
    by, at = UserFactory(), timezone.now()
    services.void_deposit(deposit_id=row.pk, reason="填错金额", by=by, at=at)
    item = CodItem.objects.get()
    assert item.state == S.COUNTED and ties()
    cash_up.refresh_from_db()
    again = cod.deposited(cash_up, account=row.account, slip=row.slip)
    assert again.pk != row.pk and ties()
    assert refused(lambda: services.void_deposit(deposit_id=row.pk, reason="x", by=by, at=at))


def test_bad_deposits_are_refused_in_words() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier)
    account, by, at = cod.cod_account(), UserFactory(), timezone.now()

    def make(**more: Any) -> Any:
        values = {
            "cash_up_ids": [row.pk],
            "account": account,
            "slip": "CK1",
            "amount": "100.00",
            "day": timezone.localdate(),
            "by": by,
            "at": at,
            **more,
        }
        return services.make_deposit(**values)

    assert refused(lambda: make(amount="90.00")) == "slip_differs"
    assert refused(lambda: make(amount="100.001")) == "bad_amount"
    assert refused(lambda: make(amount="-100")) == "bad_amount"
    assert refused(lambda: make(slip="  ")) == "slip_missing"
    assert refused(lambda: make(cash_up_ids=[])) == "nothing_chosen"
    assert refused(lambda: make(day=timezone.localdate() + timedelta(days=1))) == "future"
    assert refused(lambda: make(account=banking.bank_account())) == "account_unfit"
    other = cod.courier()
    cod.collected("5.00", by=other)
    far = cod.counted(other)
    both = [row.pk, far.pk]
    assert refused(lambda: make(cash_up_ids=both, amount="105.00")) == "several_stations"
    assert Deposit.objects.count() == 0


def test_the_database_keeps_a_slip_to_what_its_cash_ups_held() -> None:
    row = sent("100.00")
    with pytest.raises(IntegrityError, match="not what its cash-ups held"), transaction.atomic():
        row.cash_ups.update(deposit=None)
        from django.db import connection

        connection.check_constraints()


# --- payment providers -------------------------------------------------------------------------


def scanned(amount: str = "100.00") -> CodItem:
    return cod.delivered(cod.cod_shipment(amount), method=CodMethod.WECHAT)


def settle(gross: str, fee: str, net: str, **more: Any) -> QrSettlement:
    values = {
        "provider": CodMethod.WECHAT,
        "day": timezone.localdate(),
        "account": more.pop("account", None) or cod.cod_account(),
        "by": UserFactory(),
        "at": timezone.now(),
        **more,
    }
    return services.enter_settlement(gross=gross, fee=fee, net=net, **values)


def test_a_provider_settles_net_of_its_fee_a_day_later() -> None:
    first, second = scanned("100.00"), scanned("50.00")
    row = settle("150.00", "0.90", "149.10")
    assert row.expected == D("150.00") and not ExceptionReport.objects.exists()
    assert cod.net(K.PROVIDER_CLEARING, 1) == 0
    assert cod.net(K.FINANCE_COST) == D("0.90")
    assert cod.net(K.CASH_IN_TRANSIT, row.account_id) == D("149.10")
    assert ties()
    at_bank(row, "149.10", "财付通结算")
    assert services.see_waiting(by=UserFactory(), at=timezone.now()) == 1
    for item in (first, second):
        item.refresh_from_db()
        assert item.state == S.BANKED
    assert cod.net(K.COD_PAYABLE, first.merchant_id) == D("-100.00"), "the fee is the company's"
    assert ties()


def test_a_settlement_of_another_sum_is_an_exception_and_the_proof_still_ties() -> None:
    scanned("100.00")
    settle("90.00", "0.60", "89.40")
    assert cod.net(K.PENDING_DIFFERENCES, 1) == D("10.00")
    assert ExceptionReport.objects.count() == 1
    assert ties()


def test_bad_settlements_are_refused_in_words() -> None:
    scanned("100.00")
    assert refused(lambda: settle("100.00", "0.60", "99.50")) == "net_differs"
    assert refused(lambda: settle("100.00", "-1", "101.00")) == "bad_amount"
    assert (
        refused(lambda: settle("100", "0.6", "99.4", provider=CodMethod.CASH)) == "not_a_provider"
    )
    assert refused(lambda: settle("1", "0", "1", provider=CodMethod.ALIPAY)) == "nothing_taken"
    settle("100.00", "0.60", "99.40")
    scanned("10.00")
    assert refused(lambda: settle("10.00", "0", "10.00")) == "settled_already"


def test_a_sheet_of_settlements_is_taken_row_by_row() -> None:
    scanned("100.00")
    account, by = cod.cod_account(), UserFactory(roles=[Role.CASHIER])
    today = timezone.localdate().isoformat()
    head = "支付机构,交易日期,交易金额,手续费,结算金额,账户\n"
    rows = [
        f"微信支付,{today},100.00,0.60,99.40,{account.name}",
        f"微信支付,{today},100.005,0.60,99.40,{account.name}",
        f"某某付,{today},1.00,0.00,1.00,{account.name}",
        f"支付宝,{today},1.00,0.00,1.00,没有的账户",
    ]
    content = (head + "\n".join(rows)).encode()
    file = take_in("cod.qrsettlement", content, by=by, filename="结算.csv")
    assert QrSettlement.objects.get().net == D("99.40")
    assert (file.rows_taken, file.rows_refused) == (1, 3)
    again = take_in("cod.qrsettlement", content + b"\n", by=by, filename="结算.csv")
    assert (again.rows_taken, again.rows_known) == (0, 1)


@pytest.mark.parametrize("state", T)
def test_every_move_of_money_on_its_way_is_by_the_table(state: TransitState) -> None:
    row = sent("100.00")
    by, at = UserFactory(), timezone.now()
    line = at_bank(row, "100.00")
    if state == T.SEEN:
        see(row, line)
    if state == T.VOID:
        services.void_deposit(deposit_id=row.pk, reason="x", by=by, at=at)
    acts = {
        T.SEEN: lambda: see(row, line),
        T.VOID: lambda: services.void_deposit(deposit_id=row.pk, reason="x", by=by, at=at),
    }
    for to, act in acts.items():
        if TRANSIT_MOVES.allows(state, to):
            with transaction.atomic():
                act()
                row.refresh_from_db()
                assert row.state == to
                transaction.set_rollback(True)
        else:
            assert refused(act) == "illegal_move"


# --- claw-backs and decisions -------------------------------------------------------------------


def banked(amount: str = "100.00") -> CodItem:
    row = sent(amount)
    see(row, at_bank(row, amount))
    return item_of(row)


def test_a_claw_back_before_the_remittance_ends_what_is_owed() -> None:
    item = banked()
    row = services.claw_back(item_id=item.pk, reason="退货", by=UserFactory(), at=timezone.now())
    assert not row.is_carried
    assert cod.net(K.COD_PAYABLE, item.merchant_id) == 0
    assert ties()


def test_a_claw_back_after_the_remittance_is_carried_until_one_takes_it() -> None:
    item, by, at = banked(), UserFactory(), timezone.now()
    services.put_in_remittance(item_ids=[item.pk], by=by, at=at)
    services.mark_remitted(item_ids=[item.pk], by=by, at=at)
    row = services.claw_back(item_id=item.pk, reason="退货", by=by, at=at)
    all_of = {row.pk: row.amount}
    assert row.is_carried
    assert [one.pk for one in services.take_claw_backs(parts=all_of, by=by, at=at)] == [row.pk]
    again = lambda: services.take_claw_backs(parts=all_of, by=by, at=at)  # noqa: E731
    assert refused(again) == "claw_back_taken"
    services.carry_claw_backs_again(parts=all_of, by=by, at=at)
    assert ClawBack.objects.get().taken_at is None


def given_back(amount: str = "100.00") -> ClawBack:
    return services.claw_back(
        item_id=banked(amount).pk, reason="退货", by=UserFactory(), at=timezone.now()
    )


def paid_out(*amounts: str) -> list[BankLine]:
    """Lines of one file of an account of ours, each of which money left by."""
    today = timezone.localdate().isoformat()
    rows = [banking.row(f"-{one}", day=today, name="周女士", text="退款") for one in amounts]
    file = banking.taken(banking.bank_account(), rows)
    return [banking.line_of(file, n) for n in range(len(amounts))]


def see_paid(row: ClawBack, line: BankLine) -> ClawBack:
    return services.see_claw_back(
        claw_back_id=row.pk, line=line, by=UserFactory(), at=timezone.now()
    )


def test_the_bank_s_line_of_a_claw_back_clears_what_is_in_transit() -> None:
    row = given_back()
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == D("-100.00")
    [line] = paid_out("100.00")
    assert lines_for_claw_back(row) == [line]
    done = see_paid(row, line)
    assert done.line == line and done.paid_at is not None
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == 0
    assert cod.net(K.BANK, line.account_id) == D("-100.00")
    assert lines_for_claw_back(row) == [] and ties()


def test_one_line_pays_one_claw_back_of_its_amount_once() -> None:
    first, second = given_back(), given_back()
    less, line, other = paid_out("99.00", "100.00", "100.00")
    assert refused(lambda: see_paid(first, less)) == "line_differs"
    see_paid(first, line)
    assert refused(lambda: see_paid(first, other)) == "claw_back_paid"
    assert refused(lambda: see_paid(second, line)) == "line_used"
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == D("-100.00")
    refusals = Event.objects.filter(kind="cod.attempt_refused", subject_type="cod.coditem")
    assert refusals.count() == 3


def test_a_claw_back_has_a_clock_until_the_consignee_is_paid_and_the_merchant_owes_nothing() -> (
    None
):
    item, by, at = banked(), UserFactory(), timezone.now()
    services.put_in_remittance(item_ids=[item.pk], by=by, at=at)
    services.mark_remitted(item_ids=[item.pk], by=by, at=at)
    row = services.claw_back(item_id=item.pk, reason="退货", by=by, at=at)
    stands = lambda: Matter.objects.get(subject_type="cod.clawback").state  # noqa: E731
    assert stands() == "open" and row.rest == D("100.00")
    [line] = paid_out("100.00")
    see_paid(row, line)
    assert stands() == "open", "the merchant still owes it"
    services.take_claw_backs(parts={row.pk: D("40.00")}, by=by, at=at)
    assert stands() == "open"
    services.take_claw_backs(parts={row.pk: D("60.00")}, by=by, at=at)
    assert stands() == "closed"
    services.carry_claw_backs_again(parts={row.pk: D("60.00")}, by=by, at=at)
    assert stands() == "open"


def test_an_undone_line_puts_a_claw_back_in_transit_again() -> None:
    row, [line] = given_back(), paid_out("100.00")
    see_paid(row, line)
    undo_line(line, by=UserFactory(), at=timezone.now())
    relay_due()
    row.refresh_from_db()
    assert (row.line, row.paid_at) == (None, None)
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == D("-100.00")
    see_paid(row, line)
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == 0 and ties()


def test_money_that_is_not_on_the_bank_is_not_clawed_back() -> None:
    item = cod.collected("100.00")
    act = lambda: services.claw_back(  # noqa: E731
        item_id=item.pk, reason="退货", by=UserFactory(), at=timezone.now()
    )
    assert refused(act) == "illegal_move"


def approve(row: CodDecision, by: User) -> CodDecision:
    at = timezone.now()
    return services.approve_decision(
        row, seen=content_of(DECISION, row)[1], second_factor_at=at, by=by, at=at
    )


def two() -> tuple[User, User]:
    return UserFactory(roles=[Role.DEPARTMENT_MANAGER]), UserFactory(roles=[Role.FINANCE])


def settled(gross: str, *, by: User | None = None, taken: str = "200.00") -> QrSettlement:
    cod.delivered(cod.cod_shipment(taken), method=CodMethod.WECHAT)
    return services.enter_settlement(
        provider=CodMethod.WECHAT, day=timezone.localdate(), gross=gross, fee="0.00", net=gross,
        account=cod.cod_account(), by=by or UserFactory(), at=timezone.now(),
    )  # fmt: skip


def clear(row: QrSettlement, by: User | None = None, reason: str = "渠道抹零") -> CodDecision:
    return services.clear_difference(
        settlement_id=row.pk, reason=reason, by=by or UserFactory(), at=timezone.now()
    )


@pytest.mark.parametrize(("gross", "cost"), [("150.00", "50.00"), ("250.00", "-50.00")])
def test_a_small_difference_of_a_provider_is_cleared_by_one_who_did_not_enter_it(
    gross: str, cost: str
) -> None:
    enterer = UserFactory()
    row = settled(gross, by=enterer)
    assert cod.net(K.PENDING_DIFFERENCES, 1) == D(cost)
    assert refused(lambda: clear(row, enterer)) == "own_entry"
    assert refused(lambda: clear(row, reason=" ")) == "reason_missing"
    done = clear(row)
    assert (done.state, done.amount) == (DecisionState.DONE, D("50.00"))
    assert (cod.net(K.PENDING_DIFFERENCES, 1), cod.net(K.FINANCE_COST)) == (0, D(cost))
    assert refused(lambda: clear(row)) == "nothing_differs" and ties()


def test_above_the_limit_two_people_clear_what_a_provider_settled_differently() -> None:
    enterer = UserFactory(roles=[Role.FINANCE])
    row = settled("149.99", by=enterer)
    wish = clear(row)
    assert wish.state == DecisionState.ASKED
    assert refused(lambda: clear(row)) == "asked_already"
    assert refused(lambda: approve(wish, enterer)) != "", "who entered it does not decide"
    manager, finance = two()
    approve(wish, manager)
    assert cod.net(K.PENDING_DIFFERENCES, 1) == D("50.01"), "one is not enough"
    approve(wish, finance)
    assert (cod.net(K.PENDING_DIFFERENCES, 1), cod.net(K.FINANCE_COST)) == (0, D("50.01"))
    assert ties()


def test_what_ties_is_not_cleared_and_the_database_wants_two_above_the_limit() -> None:
    assert refused(lambda: clear(settled("200.00"))) == "nothing_differs"
    QrSettlement.objects.filter(day=timezone.localdate()).update(day=date(2025, 1, 2))
    wish = clear(settled("100.00"))
    with pytest.raises(IntegrityError, match="two persons"), transaction.atomic():
        CodDecision.objects.filter(pk=wish.pk).update(
            state=DecisionState.DONE, closed_at=timezone.now(), closed_by=UserFactory()
        )


def test_two_people_change_what_is_due_at_the_door() -> None:
    waybill = cod.cod_shipment("100.00")
    item = CodItem.objects.get()
    row = services.ask_change(
        item_id=item.pk, amount="80.00", reason="商家改价", by=UserFactory(), at=timezone.now()
    )
    manager, finance = two()
    approve(row, manager)
    item.refresh_from_db()
    assert item.due == D("100.00"), "one is not enough"
    approve(row, finance)
    item.refresh_from_db()
    assert item.due == D("80.00") == Waybill.objects.get(pk=waybill.pk).cod_amount
    assert cod.net(K.COD_DUE, item.merchant_id) == D("80.00")
    assert ties()
    assert refused(lambda: approve(row, manager)) == "decision_ended"


def test_two_people_write_off_what_is_due_and_money_that_comes_makes_it_void() -> None:
    gone, paid = cod.cod_shipment("100.00"), cod.cod_shipment("50.00")
    by, at = UserFactory(), timezone.now()
    ask = lambda waybill: services.ask_write_off(  # noqa: E731
        item_id=CodItem.objects.get(waybill_id=waybill.pk).pk, reason="丢件", by=by, at=at
    )
    row, other = ask(gone), ask(paid)
    manager, finance = two()
    approve(row, finance)
    approve(row, manager)
    assert CodItem.objects.get(waybill_id=gone.pk).state == S.WRITTEN_OFF
    cod.delivered(paid, courier=cod.courier())
    other.refresh_from_db()
    assert other.state == DecisionState.VOID
    assert ties()


def test_two_people_let_a_courier_s_debt_go() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "60.00")
    by, at = UserFactory(), timezone.now()
    act = lambda amount: services.ask_waiver(  # noqa: E731
        courier=courier, amount=amount, reason="被抢", by=by, at=at
    )
    assert refused(lambda: act("40.01")) == "above_debt"
    row = act("40.00")
    for person in two():
        approve(row, person)
    assert debt_of(courier) == 0 == cod.net(K.COURIER_RECEIVABLE, courier.pk)
    assert cod.net(K.BAD_DEBT) == D("40.00")
    assert ties()


def over(by: User | None = None, counted: str = "103.50") -> CashUp:
    """Closed, with more than was taken."""
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, counted, by=by)
    if row.state == CashUpState.COUNTED:
        services.close_cash_up(
            cash_up_id=row.pk, explanation="多钱", by=UserFactory(), at=timezone.now()
        )
    return row


def keep_overage(row: CashUp, reason: str = "查无主") -> CodDecision:
    return services.ask_overage(
        cash_up_id=row.pk, reason=reason, by=UserFactory(), at=timezone.now()
    )


def test_two_people_keep_what_was_over_as_income() -> None:
    row = over()
    assert cod.net(K.PENDING_DIFFERENCES, row.unit_id) == D("-3.50")
    assert refused(lambda: keep_overage(row, "  ")) == "reason_missing"
    wish = keep_overage(row)
    assert (wish.before, wish.amount) == (D("3.50"), D("3.50"))
    assert refused(lambda: keep_overage(row)) == "asked_already"
    manager, finance = two()
    approve(wish, manager)
    assert cod.net(K.PENDING_DIFFERENCES, row.unit_id) == D("-3.50"), "one is not enough"
    approve(wish, finance)
    assert cod.net(K.PENDING_DIFFERENCES, row.unit_id) == 0
    assert cod.net(K.FINANCE_COST) == D("-3.50")
    assert ties()
    assert refused(lambda: keep_overage(row)) == "nothing_over"


def test_an_overage_that_was_refused_can_be_asked_for_again() -> None:
    row, (manager, _finance) = over(), two()
    wish = keep_overage(row)
    seen = content_of(DECISION, wish)[1]
    services.refuse_decision(wish, seen=seen, reason="再查", by=manager, at=timezone.now())
    assert ties() and cod.net(K.PENDING_DIFFERENCES, row.unit_id) == D("-3.50")
    assert keep_overage(row).pk != wish.pk


@pytest.mark.parametrize("counted", ["100.00", "90.00"])
def test_only_what_was_over_is_kept(counted: str) -> None:
    row = over(counted=counted)
    assert refused(lambda: keep_overage(row)) == "nothing_over"


def test_an_overage_is_kept_after_its_difference_was_explained_only() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, "103.50")
    assert row.state == CashUpState.COUNTED
    assert refused(lambda: keep_overage(row)) == "nothing_over"


def test_a_decision_ends_once_and_for_good() -> None:
    cod.cod_shipment("100.00")
    item, (manager, _finance) = CodItem.objects.get(), two()
    row = services.ask_write_off(
        item_id=item.pk, reason="丢件", by=UserFactory(), at=timezone.now()
    )
    seen = content_of(DECISION, row)[1]
    services.refuse_decision(row, seen=seen, reason="再找找", by=manager, at=timezone.now())
    row.refresh_from_db()
    assert row.state == DecisionState.REFUSED and not DECISION_MOVES.ends_of(DecisionState.REFUSED)
    assert refused(lambda: approve(row, manager)) == "decision_ended"
