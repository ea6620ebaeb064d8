"""A merchant is paid, changes its account, and nothing is paid twice although the bank's answer is lost (COD-6, COD-7).

The first payout goes to the account in use; the merchant asks for another; while that one waits the second
payout still goes to the old one; then the new one is used. The bank's answer for it is lost: it is unclear,
nobody can pay it again, and the bank's line says days later that it had been paid all along.
"""

import pytest
from django.utils import timezone

from apps.banking import services
from apps.banking.enums import PayeeState, PayoutState
from apps.banking.models import Payout
from apps.banking.queries import payee_account_for
from apps.core.errors import RuleBroken
from apps.ledger.enums import AccountKind as K
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from tests.factories import payees as f
from tests.factories.banking import bank_account, row, taken

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6", "COD-7")]


def paid(payout: Payout) -> Payout:
    """Released by two, sent in a file, and the bank says so."""
    file = f.filed(f.release(payout))
    f.answer(file, f.results((payout, payout.amount, "成功")))
    found: Payout = f.fresh(payout)
    return found


def test_a_merchant_is_paid_through_a_change_of_account() -> None:
    ours, first = bank_account(), f.active(number="6214850000001111")
    merchant = first.customer
    one = paid(f.draft(first, "1000.00", account=ours))
    assert one.state == PayoutState.PAID

    # Another account is asked for; meanwhile the old one is paid to.
    second = f.cooling(
        f.requested(merchant, number="6214850000002222", at=f.ago(days=3)), at=f.ago(hours=25)
    )
    answer = payee_account_for(merchant, timezone.now())
    assert answer == first
    two = paid(f.draft(answer, "2000.00", account=ours))
    assert services.move_payees() == 1
    assert f.fresh(first).state == PayeeState.ENDED

    # What was drafted for the old account is not paid to it any more.
    answer = payee_account_for(merchant, timezone.now())
    assert answer == f.fresh(second)
    with pytest.raises(RuleBroken):
        f.draft(first, "5.00", account=ours)

    # The answer of the bank is lost.
    three = f.release(f.draft(answer, "3000.00", account=ours))
    f.filed(three)
    Payout.objects.filter(pk=three.pk).update(sent_at=f.ago(days=4))
    services.mark_unclear()
    assert f.fresh(three).state == PayoutState.UNCLEAR
    with pytest.raises(RuleBroken):
        f.filed(f.fresh(three))
    today = f"{timezone.localdate():%Y-%m-%d}"
    lines = [
        row(f"-{one.amount}", day=today, number=first.number, text="代收货款"),
        row(f"-{two.amount}", day=today, number=first.number, text="代收货款"),
        row(f"-{three.amount}", day=today, number="", text=f"网银批量 {three.number}"),
    ]
    taken(ours, lines)
    assert services.settle_waiting() == 3
    states = set(Payout.objects.values_list("state", flat=True))
    assert states == {PayoutState.PAID}
    books = {kind: balance_of(Account.objects.get(kind=kind).pk).net for kind in (K.BANK, K.PAYOUTS_IN_TRANSIT)}  # fmt: skip
    assert [str(net) for net in books.values()] == ["-6000.00", "6000.00"]
