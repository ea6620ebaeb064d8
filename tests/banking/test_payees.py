"""Payout accounts: asked for, called back, approved by two, waited for; only then an answer (COD-6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services
from apps.banking.enums import CallOutcome, Meanwhile, NameCheck, PayeePaperKind, PayeeState
from apps.banking.models import PayeeAccount, PayeeCall
from apps.banking.queries import payee_account_for
from apps.banking.queries.payees import may_be_called, payee_content
from apps.banking.rules import odd_signs, payee_number, same_name
from apps.banking.states import PAYEE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.customers.services import change_contact
from apps.events.models import Event
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]
S = PayeeState


def answer(payee: PayeeAccount, **later: float) -> Any:
    return payee_account_for(payee.customer, timezone.now() + timedelta(**later))


def test_the_whole_way() -> None:
    payee = f.requested()
    assert (payee.state, payee.version, payee.name_check) == (S.REQUESTED, 1, NameCheck.SAME)
    assert answer(payee) is None
    payee = f.called_back(payee)
    assert payee.state == S.CALLED_BACK and answer(payee) is None
    f.approve(payee, f.approver())
    assert f.fresh(payee).state == S.CALLED_BACK, "one approval is none"
    f.approve(payee, f.approver(Role.GENERAL_MANAGER))
    payee = f.fresh(payee)
    assert payee.state == S.COOLING and payee.cooling_until is not None
    assert payee.cooling_until - timezone.now() > timedelta(hours=23)
    assert answer(payee, days=3) is None, "time alone makes no account active"
    assert services.move_payees() == 0
    kinds = Event.objects.filter(subject_type="banking.payeeaccount").values_list("kind", flat=True)
    assert set(kinds) == {"payee.requested", "payee.called", "payee.cooling"}


def test_after_its_time_it_is_used_and_the_one_before_ends() -> None:
    old = f.active()
    assert answer(old) == old
    new = f.cooling(f.requested(old.customer, at=f.ago(days=3)), at=f.ago(days=2))
    assert answer(old) == old, "meanwhile the old one"
    assert services.move_payees() == 1
    old, new = f.fresh(old), f.fresh(new)
    assert (old.state, new.state, new.version) == (S.ENDED, S.ACTIVE, 2)
    assert answer(new) == new and new.active_at == new.cooling_until == old.over_at
    assert services.move_payees() == 0, "once"
    assert Event.objects.filter(kind="payee.activated").count() == 2


def test_meanwhile_held_where_the_contract_says_so() -> None:
    old = f.active()
    f.requested(old.customer, meanwhile=Meanwhile.HOLD)
    assert answer(old) is None
    [waiting] = PayeeAccount.objects.filter(customer=old.customer, state=S.REQUESTED)
    services.stop_payee(waiting, reason="商户否认", by=UserFactory(), at=timezone.now())
    assert answer(old) == old, "the account before it is in use again"


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("number", "62148501234567890A", "bad_number"),
        ("number", "12345678", "bad_number"),
        ("number", "1" * 33, "bad_number"),
        ("number", "", "bad_number"),
        ("cnaps", "30829000302", "bad_value"),
        ("cnaps", "30829000302X", "bad_value"),
        ("cnaps", "999290003027", "cnaps_unknown"),
        ("holder", "上海某某贸易有限公司", "holder_differs"),
        ("holder", "", "bad_value"),
        ("bank", "", "bad_value"),
    ],
)
def test_bad_input_names_its_field(field: str, given: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        f.requested(f.merchant(), **{field: given})
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not PayeeAccount.objects.exists()


def test_numbers_as_people_type_them() -> None:
    assert payee_number("6214 8500-1234 5678") == "6214850012345678"
    assert payee_number("０１２３４５６７８９") == "0123456789", "a leading zero belongs to it"
    assert payee_number("٦214850012345678") == "", "digits of other scripts are none"


@pytest.mark.parametrize(
    ("holder", "party", "same"),
    [
        ("上海（甲）贸易有限公司", "上海(甲) 贸易有限公司", True),
        ("ＡＢＣ贸易有限公司", "abc贸易有限公司", True),
        ("上海甲贸易有限公司", "上海甲贸易有限责任公司", False),
        ("上海甲贸易有限公司", "上海甲贸易有限公司分公司", False),
        ("上海曱贸易有限公司", "上海甲贸易有限公司", False),
        ("", "", False),
    ],
)
def test_names_are_equal_as_a_whole(holder: str, party: str, same: bool) -> None:
    assert same_name(holder, party) is same


def test_another_holder_needs_a_mandate() -> None:
    papers = [f.paper(), f.paper(PayeePaperKind.MANDATE)]
    payee = f.requested(f.merchant(), holder="王老板", papers=papers)
    assert payee.name_check == NameCheck.PAPER and payee.papers.count() == 2
    stored = payee.papers.first()
    assert stored is not None and default_storage.exists(stored.file.name)
    assert odd_signs("АBC贸易") == "А" and odd_signs("上海\u200b甲") == "\u200b"
    assert odd_signs("上海（甲）ABC・贸易") == ""


def test_papers_are_asked_for_and_looked_into() -> None:
    with pytest.raises(BadInput) as missing:
        f.requested(f.merchant(), papers=[f.paper(PayeePaperKind.OTHER)])
    assert missing.value.code == "paper_missing"
    with pytest.raises(BadInput):
        f.requested(f.merchant(), papers=[f.paper(content=b"MZ not a scan")])


def test_a_request_that_comes_twice_is_one() -> None:
    customer = f.merchant()
    first = f.requested(customer, number="6214850000000001", source_key="k1")
    assert f.requested(customer, number="6214850000000001", source_key="k1") == first
    with pytest.raises(RuleBroken) as other:
        f.requested(customer, number="6214850000000002", source_key="k1")
    assert other.value.code == "source_used"
    with pytest.raises(RuleBroken) as second:
        f.requested(customer)
    assert second.value.code == "payee_under_way"


def test_neither_the_same_again_nor_ours() -> None:
    payee = f.active(number="6214850000000011")
    with pytest.raises(BadInput) as same:
        f.requested(payee.customer, number="6214 8500 0000 0011")
    assert same.value.code == "number_known"
    bank_account(number="6222000000000099")
    with pytest.raises(BadInput) as ours:
        f.requested(payee.customer, number="6222000000000099")
    assert ours.value.code == "number_ours"


def test_who_may_be_called() -> None:
    customer = f.merchant()
    old = customer.contacts.get()
    new = f.contact(customer, at=f.ago(days=29), name="新来的")
    payee = f.requested(customer)
    assert list(may_be_called(payee, timezone.now())) == [old]
    change_contact(old, {"name": "钱会计二"}, by=UserFactory(), at=timezone.now())
    assert list(may_be_called(payee, timezone.now())) == [old], "a name is no number"
    change_contact(old, {"phone": "13911112222"}, by=UserFactory(), at=timezone.now())
    assert not may_be_called(payee, timezone.now())
    later = timezone.now() + timedelta(days=40)
    assert list(may_be_called(payee, later)) == [new], (
        "a number changed after the request never counts"
    )


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(CallOutcome.NOT_REACHED, S.REQUESTED), (CallOutcome.DENIED, S.STOPPED)],
)
def test_what_the_customer_says(outcome: CallOutcome, state: PayeeState) -> None:
    payee = f.requested()
    services.record_call(
        payee, contact=payee.customer.contacts.get(), outcome=outcome, remark="客户说不是他们要的",
        by=UserFactory(), at=timezone.now(),
    )  # fmt: skip
    assert f.fresh(payee).state == state
    call = PayeeCall.objects.get()
    assert call.answer == "客户说不是他们要的" and call.phone_since < call.at


def test_a_refusal_ends_it_and_a_new_request_is_another_version() -> None:
    payee = f.called_back()
    by = f.approver()
    services.refuse_payee(payee, seen=f.seen("banking.payee", payee), reason="名字不符", by=by, at=timezone.now())  # fmt: skip
    assert f.fresh(payee).state == S.STOPPED
    assert f.requested(payee.customer).version == 2


def test_what_nobody_finishes_lapses() -> None:
    payee = f.called_back(at=f.ago(days=31))
    assert services.move_payees() == 1 and f.fresh(payee).state == S.LAPSED
    assert f.seen("banking.payee", payee) == "", "nobody is asked any more"


def test_who_approves_is_told_what_is_odd() -> None:
    first = f.active(number="6214850000000077")
    second = f.requested(number="6214850000000077")
    assert payee_content(second)["shared_with"] == [first.customer.code]
    assert "6214850000000077" not in str(payee_content(second))


def test_its_number_is_shown_with_a_reason_only() -> None:
    payee = f.active(number="6214850000000021")
    assert services.reveal_payee(payee, reason="客户核对", by=UserFactory(), at=timezone.now()).endswith("0021")  # fmt: skip
    assert Event.objects.filter(kind="payee.revealed", data__reason="客户核对").exists()
    with pytest.raises(BadInput):
        services.reveal_payee(payee, reason=" ", by=UserFactory(), at=timezone.now())
    assert "0000000021" not in str(payee) and payee.masked == "**** 0021"


_MAKE = {
    S.REQUESTED: f.requested,
    S.CALLED_BACK: f.called_back,
    S.COOLING: lambda: f.cooling(f.requested(at=f.ago(days=3)), at=f.ago(days=2)),
    S.ACTIVE: f.active,
}


def _act(payee: PayeeAccount, to: PayeeState) -> None:
    by, at = UserFactory(), timezone.now()
    if to == S.CALLED_BACK:
        f.called_back(payee)
    elif to == S.COOLING:
        f.approve(payee, f.approver())
        f.approve(payee, f.approver(Role.GENERAL_MANAGER))
    elif to == S.ACTIVE:
        services.payee_steps.activate(payee, by=by, at=at)
    elif to == S.STOPPED:
        services.stop_payee(payee, reason="测试", by=by, at=at)
    elif to == S.ENDED:
        services.end_payee(payee, reason="测试", by=by, at=at)
    else:
        services.payees.end(payee, to, reason="测试", by=by, at=at)


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", [S.REQUESTED, S.CALLED_BACK, S.COOLING, S.ACTIVE, S.STOPPED])
def test_every_move_legal_and_not(frm: PayeeState, to: PayeeState) -> None:
    """By the table; the database refuses the rest on its own (tests/frauds)."""
    if frm == S.STOPPED:
        payee = f.requested()
        services.stop_payee(payee, reason="测试", by=UserFactory(), at=timezone.now())
        payee = f.fresh(payee)
    else:
        payee = _MAKE[frm]()
    if PAYEE_MOVES.allows(frm, to):
        _act(payee, to)
        assert f.fresh(payee).state == to
    else:
        with pytest.raises((RuleBroken, AttributeError)):
            if to == S.REQUESTED:
                PAYEE_MOVES.check(frm, to)
            _act(payee, to)
        assert f.fresh(payee).state == frm
