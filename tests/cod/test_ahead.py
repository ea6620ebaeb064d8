"""Paying a merchant ahead of the bank: by a policy, up to its limit, cleared by the bank's line (COD-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.cod import services
from apps.cod.enums import AdvancePolicyState, ItemState, RemittanceState, RowKind
from apps.cod.models import AdvancePolicy, CodItem, Deposit, Remittance
from apps.cod.queries.advances import open_ahead
from apps.cod.queries.proof import compare
from apps.cod.queries.remitting import plans_of
from apps.cod.states import ADVANCE_POLICY_MOVES
from apps.customers.models import Customer
from apps.events.models import Event
from apps.ledger.enums import AccountKind as A
from tests.factories import banking, cod
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory
from tests.refusing import refused_undone as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, S = Decimal, RemittanceState


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def on_the_bank(deposit: Deposit) -> None:
    text = f"现金存款 {deposit.slip}"
    day = timezone.localdate().isoformat()
    line = banking.row(str(deposit.amount), day=day, name="", number="", text=text)
    banking.taken(deposit.account, [line])
    services.see_waiting(by=UserFactory(), at=timezone.now())


def ahead(customer: Customer, amount: Any = None) -> Remittance:
    return services.pay_ahead(
        merchant_id=customer.pk, amount=amount, by=UserFactory(), at=timezone.now()
    )


def states(row: Remittance) -> set[str]:
    items = CodItem.objects.filter(remittance_rows__remittance=row)
    return set(items.values_list("state", flat=True))


def test_the_whole_way_of_money_that_is_paid_ahead() -> None:
    merchant = f.merchant()
    f.policy(merchant)
    deposit = f.on_its_way(merchant, "100.00", "60.00")
    row = ahead(merchant)
    assert (row.advanced, row.collected, row.amount) == (D("160.00"), D("0.00"), D("160.00"))
    assert {one.kind for one in row.rows.all()} == {RowKind.ADVANCE, RowKind.PAYOUT}
    assert states(row) == {ItemState.DEPOSITED}, "where the money is does not change"
    row = f.released(row)
    assert cod.net(A.COD_ADVANCED, merchant.pk) == D("160.00")
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-160.00"), "owed until it is on the bank"
    assert cod.net(A.PAYOUTS_IN_TRANSIT) == D("-160.00") and ties()
    on_the_bank(deposit)
    assert states(row) == {ItemState.REMITTED}
    assert cod.net(A.COD_ADVANCED, merchant.pk) == 0 == cod.net(A.COD_PAYABLE, merchant.pk)
    assert not row.rows.filter(kind=RowKind.ADVANCE, cleared_at=None).exists()
    assert Event.objects.filter(kind="remittance.advance_cleared").count() == 1
    assert open_ahead(merchant.pk) == 0 and ties()


def test_without_a_policy_in_force_nothing_is_paid_ahead() -> None:
    merchant = f.merchant()
    f.on_its_way(merchant)
    assert refused(lambda: ahead(merchant)) == "no_policy"
    row = f.asked_policy(merchant)
    assert refused(lambda: ahead(merchant)) == "no_policy", "not approved yet"
    f.approve_policy(row, f.person(Role.FINANCE))
    assert refused(lambda: ahead(merchant)) == "no_policy", "one is not enough"
    row = f.approve_policy(row, f.person(Role.GENERAL_MANAGER))
    services.end_advance_policy(
        policy_id=row.pk, reason="风险", by=UserFactory(), at=timezone.now()
    )
    assert refused(lambda: ahead(merchant)) == "no_policy", "ended"
    f.policy(merchant, since=timezone.localdate() + timedelta(days=1))
    assert refused(lambda: ahead(merchant)) == "no_policy", "begins tomorrow"


def test_above_the_limit_nothing_is_paid_ahead_and_what_is_open_counts() -> None:
    merchant = f.merchant()
    f.policy(merchant, "150.00")
    f.on_its_way(merchant, "100.00", "60.00", "30.00")
    assert refused(lambda: ahead(merchant, "150.01")) == "above_limit"
    row = ahead(merchant)
    assert row.advanced == D("130.00"), "whole shipments, the oldest first, as far as it goes"
    assert refused(lambda: ahead(merchant, "20.00")) == "ahead_already"
    f.released(row)
    with pytest.raises(IntegrityError, match="no policy"), transaction.atomic():
        Remittance.objects.filter(pk=row.pk).update(state=S.PAID, paid_at=timezone.now())
        copy = Remittance.objects.get(pk=row.pk)
        copy.pk, copy.number, copy.state, copy.paid_at = None, "RM1", S.PREPARED, None
        copy.approval = copy.payout = copy.released_at = None
        copy.day += timedelta(days=1)
        copy.save(force_insert=True)
        item = CodItem.objects.exclude(remittance_rows__remittance=row).get()
        copy.rows.create(n=1, kind=RowKind.ADVANCE, amount=item.collected, item=item)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS remittance_ahead_by_policy IMMEDIATE")


def test_money_that_comes_to_the_bank_before_the_release_is_cleared_with_it() -> None:
    merchant = f.merchant()
    f.policy(merchant)
    deposit = f.on_its_way(merchant)
    row = ahead(merchant)
    on_the_bank(deposit)
    assert states(row) == {ItemState.BANKED}
    [plan] = plans_of(timezone.localdate(), timezone.now())
    assert plan.settlement.waits == "nothing", "its remittance has it"
    row = f.released(row)
    assert states(row) == {ItemState.REMITTED}
    assert cod.net(A.COD_ADVANCED, merchant.pk) == 0 == cod.net(A.COD_PAYABLE, merchant.pk)
    assert ties()


@pytest.mark.parametrize("seen_first", [True, False])
def test_what_the_bank_returns_is_owed_again(seen_first: bool) -> None:
    merchant = f.merchant()
    f.policy(merchant)
    deposit = f.on_its_way(merchant)
    row = f.released(ahead(merchant))
    if seen_first:
        on_the_bank(deposit)
    row = f.returned(row)
    assert states(row) == {ItemState.BANKED if seen_first else ItemState.DEPOSITED}
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-100.00")
    assert cod.net(A.COD_ADVANCED, merchant.pk) == 0 and ties()
    if not seen_first:
        on_the_bank(deposit)
    again = f.released(f.prepared(merchant))
    assert again.amount == D("100.00") and cod.net(A.COD_PAYABLE, merchant.pk) == 0 and ties()


def test_withdrawn_it_is_free_again() -> None:
    merchant = f.merchant()
    f.policy(merchant, "100.00")
    deposit = f.on_its_way(merchant)
    row = ahead(merchant)
    services.withdraw_remittance(
        remittance_id=row.pk, reason="重做", by=UserFactory(), at=timezone.now()
    )
    assert open_ahead(merchant.pk) == 0
    on_the_bank(deposit)
    assert f.prepared(merchant).collected == D("100.00")


def test_a_policy_that_ends_meanwhile_stops_the_release() -> None:
    merchant = f.merchant()
    one = f.policy(merchant)
    f.on_its_way(merchant)
    row = f.asked(ahead(merchant))
    services.end_advance_policy(
        policy_id=one.pk, reason="风险", by=UserFactory(), at=timezone.now()
    )
    assert refused(lambda: f.approve(row, f.person(Role.FINANCE))) == "no_policy"


def test_fees_and_claw_backs_are_taken_off_it_as_well() -> None:
    merchant = f.merchant()
    first = f.paid(f.released(f.prepared(merchant, "30.00")))
    item = CodItem.objects.get(remittance_rows__remittance=first)
    services.claw_back(item_id=item.pk, reason="退货", by=UserFactory(), at=timezone.now())
    f.policy(merchant)
    f.on_its_way(merchant)
    row = f.released(ahead(merchant))
    assert (row.advanced, row.claw_backs, row.amount) == (D("100.00"), D("30.00"), D("70.00"))
    assert ties()


def test_every_move_of_a_policy_is_by_the_table_and_the_database_agrees() -> None:
    for frm, to in ADVANCE_POLICY_MOVES.moves():
        assert ADVANCE_POLICY_MOVES.allows(frm, to)
    for to in (AdvancePolicyState.ACTIVE, AdvancePolicyState.ENDED):
        row = f.asked_policy(f.merchant())
        with pytest.raises(IntegrityError), transaction.atomic():
            AdvancePolicy.objects.filter(pk=row.pk).update(state=to, approved_at=timezone.now())
    ended = {"reason": "风险", "by": UserFactory(), "at": timezone.now()}
    assert refused(lambda: services.end_advance_policy(policy_id=row.pk, **ended)) == "illegal_move"
    row = f.policy(f.merchant())
    assert refused(lambda: f.approve_policy(row, f.person(Role.DIRECTOR))) == "illegal_move"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
    for change in ({"limit": D("999.00")}, {"state": AdvancePolicyState.ASKED}):
        with pytest.raises(ProgrammingError, match="is refused"), transaction.atomic():
            AdvancePolicy.objects.filter(pk=row.pk).update(**change)


def test_who_asked_does_not_approve_and_bad_policies_are_refused_by_field() -> None:
    merchant, maker = f.merchant(), f.person(Role.FINANCE)
    row = f.asked_policy(merchant, by=maker)
    assert refused(lambda: f.approve_policy(row, maker)) != ""
    today = timezone.localdate()
    bad: list[tuple[dict[str, Any], str]] = [
        ({"limit": "0"}, "bad_amount"),
        ({"limit": "1.005"}, "bad_amount"),
        ({"reason": " "}, "reason_missing"),
        ({"since": today - timedelta(days=1)}, "past"),
        ({"until": today - timedelta(days=1)}, "bad_days"),
    ]
    for fields, code in bad:
        other = f.merchant()
        assert refused(lambda other=other, fields=fields: f.asked_policy(other, **fields)) == code
    assert refused(lambda: f.asked_policy(merchant)) == "asked_already"
