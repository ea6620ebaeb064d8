"""What remittances took for money that came back afterwards is given back (COD-7, ADR 65)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.cod import services
from apps.cod.enums import RowKind
from apps.cod.models import ClawBack, CodItem, Remittance, RemittanceRow
from apps.cod.queries.claw_backs import list_claw_backs
from apps.cod.queries.proof import compare
from apps.cod.queries.remitting import plans_of
from apps.cod.queries.settlement_reports import lines_of
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind as A
from tests.factories import cod
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, K = Decimal, RowKind


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def taken_by_a_later_one(merchant: Customer) -> tuple[Remittance, Remittance, ClawBack]:
    """A remittance, a later one that took the claw-back of its item, and the claw-back."""
    first = f.released(f.prepared(merchant, "100.00"))
    item = CodItem.objects.get(remittance_rows__remittance=first)
    services.claw_back(item_id=item.pk, reason="客户退货", by=UserFactory(), at=timezone.now())
    f.banked(merchant, "130.00")
    later = f.released(prepared_in(merchant, 1))
    back = ClawBack.objects.get()
    assert (later.claw_backs, later.amount, back.taken) == (D("100.00"), D("30.00"), D("100.00"))
    return first, later, back


def prepared_in(merchant: Customer, days: int) -> Remittance:
    at = timezone.now() + timedelta(days=days)
    found = services.prepare_remittance(
        merchant_id=merchant.pk, day=timezone.localdate(at), by=UserFactory(), at=at
    )
    assert found is not None
    return found


def test_what_was_taken_for_money_that_came_back_is_given_back() -> None:
    """The bank returns the remittance whose claw-back a later one took: the merchant had neither."""
    merchant = f.merchant()
    first, _later, back = taken_by_a_later_one(merchant)
    f.returned(first)
    back.refresh_from_db()
    assert (back.is_carried, back.owed_back, back.taken_at) == (False, D("100.00"), None)
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-100.00") and ties()
    assert not back.is_settled and back in list_claw_backs(f.person(Role.FINANCE), view="owed_back")
    given = prepared_in(merchant, 2)
    assert (given.count, given.claw_backs, given.amount) == (0, D("-100.00"), D("100.00"))
    at = timezone.now() + timedelta(days=3)
    assert plans_of(timezone.localdate(at), at)[0].settlement.rows == (), "not given back twice"
    assert [kind for _line, kind, *_rest in lines_of(given)] == [
        _("Claw-back given back"),
        str(K.PAYOUT.label),
    ]
    given = f.released(given)
    back.refresh_from_db()
    assert (back.rest, cod.net(A.COD_PAYABLE, merchant.pk)) == (0, 0) and ties()
    f.returned(given)
    back.refresh_from_db()
    assert back.owed_back == D("100.00") and ties()


def test_both_come_back_whichever_is_first() -> None:
    merchant = f.merchant()
    first, later, back = taken_by_a_later_one(merchant)
    f.returned(first)
    given = f.released(prepared_in(merchant, 2))
    f.returned(later)
    back.refresh_from_db()
    assert (back.is_carried, back.taken, back.rest) == (False, D("-100.00"), D("100.00")) and ties()
    assert cod.net(A.COD_PAYABLE, merchant.pk) == D("-30.00"), "130 are owed, 100 were given back"
    row = prepared_in(merchant, 3)
    assert (row.claw_backs, row.amount) == (D("100.00"), D("30.00"))
    f.released(row)
    back.refresh_from_db()
    assert (back.rest, cod.net(A.COD_PAYABLE, merchant.pk)) == (0, 0) and ties()
    assert given.amount == D("100.00")


def test_what_waits_for_its_release_meanwhile_has_to_be_withdrawn() -> None:
    merchant = f.merchant()
    first = f.released(f.prepared(merchant, "100.00"))
    item = CodItem.objects.get(remittance_rows__remittance=first)
    services.claw_back(item_id=item.pk, reason="客户退货", by=UserFactory(), at=timezone.now())
    f.banked(merchant, "130.00")
    waits = prepared_in(merchant, 1)
    f.returned(first)
    with pytest.raises(RuleBroken) as refused:
        f.released(waits)
    assert refused.value.code == "claw_back_taken" and ties()
    services.withdraw_remittance(
        remittance_id=waits.pk, reason="退汇", by=UserFactory(), at=timezone.now()
    )
    assert f.released(prepared_in(merchant, 2)).amount == D("130.00") and ties()


@pytest.mark.parametrize("amount", ["0.01", "-0.01"])
def test_no_more_is_given_back_by_sql_than_was_taken(amount: str) -> None:
    merchant = f.merchant()
    first, _later, back = taken_by_a_later_one(merchant)
    f.returned(first)
    assert prepared_in(merchant, 2).amount == D("100.00")
    f.banked(merchant, "10.00")
    row = prepared_in(merchant, 3)
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        RemittanceRow.objects.create(
            remittance=row, n=99, kind=K.CLAW_BACK, amount=D(amount), claw_back=back
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        ClawBack.objects.filter(pk=back.pk).update(is_carried=True)
