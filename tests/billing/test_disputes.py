"""A line is disputed, the rest stays payable, and the dispute ends in an adjustment or a reason (BIL-2)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.billing import services
from apps.billing.enums import AgreedHow, BillingMatter, DisputeReason, DisputeState
from apps.billing.models import Dispute
from apps.billing.states import DISPUTE_MOVES
from apps.core.errors import BadInput
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, frozen, payer, sent
from tests.refusing import refused_undone as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]
D = Decimal


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": DECEMBER_FIRST}


def raised(amount: str | None = None, gross: str = "100.00", **more: Any) -> Dispute:
    charge = sent(payer(), gross).charges.get()
    return services.raise_dispute(
        charge_id=charge.pk,
        why=DisputeReason.WEIGHT,
        text="我们称的是两公斤",
        amount=D(amount) if amount else None,
        **who(),
        **more,
    )


def test_what_is_accepted_is_taken_off_in_the_open_month() -> None:
    dispute = services.accept_dispute(
        dispute_id=raised("30.00").pk, answer="复核属实", amount=D("20.00"), **who()
    )
    adjustment = dispute.adjustment
    assert adjustment is not None
    assert (adjustment.gross, adjustment.corrects) == (D("-20.00"), dispute.charge)
    assert f"{adjustment.statement.period:%Y-%m}" == "2026-12"
    matter = Matter.objects.get(kind=BillingMatter.DISPUTE, subject_id=str(dispute.pk))
    assert matter.closed_at is not None


def test_it_is_refused_with_its_reason_only() -> None:
    dispute = raised()
    assert refused(lambda: services.refuse_dispute(dispute_id=dispute.pk, answer=" ", **who())) == (
        "reason_missing"
    )
    services.refuse_dispute(dispute_id=dispute.pk, answer="复秤照片在案", **who())
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(answer="")


def test_not_above_its_line_and_not_twice() -> None:
    dispute = raised("10.00")
    again = {"charge_id": dispute.charge_id, "why": DisputeReason.PRICE, "text": "价格不对"}
    assert refused(lambda: services.raise_dispute(**again, amount=D("100.01"), **who())) == (
        "above_line"
    )
    assert refused(lambda: services.raise_dispute(**again, **who())) == "disputed_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.filter(pk=dispute.pk).update(amount=D("100.01"))


def test_only_while_the_customer_has_it_and_has_not_agreed() -> None:
    early = frozen(payer(), "5.00")
    ask = {"why": DisputeReason.OTHER, "text": "看不懂", **who()}
    assert refused(lambda: services.raise_dispute(charge_id=early.charges.get().pk, **ask)) == (
        "not_sent"
    )
    late = sent(payer(), "5.00")
    services.confirm_statement(statement_id=late.pk, how=AgreedHow.SAID, **who())
    assert refused(lambda: services.raise_dispute(charge_id=late.charges.get().pk, **ask)) == (
        "agreed"
    )


def test_a_word_of_each_side_stays() -> None:
    dispute = raised(by_customer=True)
    services.say_in_dispute(dispute_id=dispute.pk, text="已复秤，请看照片", **who())
    sides = list(dispute.entries.values_list("by_customer", flat=True))
    assert sides == [True, False]


def test_more_than_is_disputed_is_not_given() -> None:
    dispute = raised("10.00")
    with pytest.raises(BadInput) as refusal:
        services.accept_dispute(dispute_id=dispute.pk, answer="是", amount=D("10.01"), **who())
    assert (refusal.value.code, refusal.value.field) == ("above_dispute", "amount")


@pytest.mark.parametrize("to", DisputeState)
@pytest.mark.parametrize("frm", DisputeState)
def test_every_move(frm: DisputeState, to: DisputeState) -> None:
    acts: dict[DisputeState, Callable[[Dispute], Any]] = {
        DisputeState.ACCEPTED: lambda d: services.accept_dispute(
            dispute_id=d.pk, answer="属实", **who()
        ),
        DisputeState.REFUSED: lambda d: services.refuse_dispute(
            dispute_id=d.pk, answer="不属实", **who()
        ),
        DisputeState.WITHDRAWN: lambda d: services.withdraw_dispute(dispute_id=d.pk, **who()),
    }
    dispute = raised()
    if frm != DisputeState.OPEN:
        dispute = acts[frm](dispute)
    if to == DisputeState.OPEN:
        assert not DISPUTE_MOVES.allows(frm, to)
        return
    if DISPUTE_MOVES.allows(frm, to):
        assert acts[to](dispute).state == to
    else:
        assert refused(lambda: acts[to](dispute)) == "illegal_move"
