"""Payouts: drafted once, released by two, sent in one file, settled by the bank's word or line (COD-7)."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from apps.accounts.enums import Role
from apps.banking import services
from apps.banking.enums import PayoutPurpose, PayoutState, Use
from apps.banking.models import LineUse, Payout, PayoutFile
from apps.banking.paying import Payment, Verdict, read_results, templates, write_payments
from apps.banking.queries import payee_sha, payout_of
from apps.banking.states import PAYOUT_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.ledger.enums import AccountKind as K
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from tests.factories import payees as f
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, line_of, row, taken
from tests.factories.customers import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
S = PayoutState
D = Decimal


def net(kind: K) -> Decimal:
    account = Account.objects.filter(kind=kind).first()
    return balance_of(account.pk).net if account else D(0)


def today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"


def outgoing(payout: Payout, **fields: Any) -> Any:
    """The bank line by which it went out, in a file of today that is posted."""
    amount = fields.pop("amount", -payout.amount)
    columns = {
        "name": payout.payee.holder,
        "number": payout.payee.number,
        "text": "代收货款",
        **fields,
    }
    return line_of(taken(payout.account, [row(str(amount), day=today(), **columns)]))


def test_the_whole_way() -> None:
    payout = f.draft(amount="1234.50")
    assert (payout.state, payout.released_at) == (S.DRAFT, None)
    payout = f.release(payout)
    assert payout.state == S.RELEASED and payout.approval is not None
    file = f.filed(payout)
    payout = f.fresh(payout)
    assert (payout.state, payout.file, payout.file_row) == (S.SENT, file, 1)
    assert (file.count, file.total) == (1, D("1234.50"))
    taken_results = f.answer(file, f.results((payout, "1,234.50", "成功")))
    assert (taken_results.paid, taken_results.returned) == (1, 0)
    assert f.fresh(payout).state == S.PAID and net(K.BANK) == 0, "the books wait for the line"
    line = outgoing(payout)
    assert services.settle_waiting() == 1
    payout = f.fresh(payout)
    assert payout.bank_line == line
    assert (net(K.BANK), net(K.PAYOUTS_IN_TRANSIT)) == (D("-1234.50"), D("1234.50"))
    assert services.settle_waiting() == 0, "once"
    assert Event.objects.filter(kind="payout.paid").count() == 1


def test_drafted_once_for_what_it_is_for() -> None:
    payee, subject, account = f.active(), CustomerFactory(), bank_account()
    first = f.draft(payee, subject=subject, account=account)
    assert f.draft(payee, subject=subject, account=account) == first
    with pytest.raises(RuleBroken) as other:
        f.draft(payee, "100.01", subject=subject, account=account)
    assert other.value.code == "payout_known"
    services.cancel_payout(first, reason="金额有误", by=UserFactory(), at=timezone.now())
    second = f.draft(payee, "100.01", subject=subject, account=account)
    assert payout_of(PayoutPurpose.COD, subject) == second != first


@pytest.mark.parametrize("amount", ["0", "-1", "1.005"])
def test_amounts_are_whole_fen_above_zero(amount: str) -> None:
    with pytest.raises(BadInput) as refused:
        f.draft(amount=amount)
    assert refused.value.field == "amount"


def test_released_under_the_approval_of_what_it_is_for(settings: Any) -> None:
    """As a remittance is: its approval holds the amount and the account, and the payout is checked by them."""
    payout = f.draft()
    approval = f.subject_approved(payout)
    [done] = services.release_payouts(
        [payout], approval=approval, by=UserFactory(), at=timezone.now()
    )
    assert done.state == S.RELEASED and f.fresh(payout).approval == approval
    services.release_payouts([payout], approval=approval, by=UserFactory(), at=timezone.now())
    assert Event.objects.filter(kind="payout.released").count() == 1
    f.filed(f.fresh(payout))
    other = f.draft(amount="5.00")
    with pytest.raises(RuleBroken) as refused:
        services.release_payouts([other], approval=approval, by=UserFactory(), at=timezone.now())
    assert refused.value.code == "not_approved"


def test_a_file_is_what_the_bank_takes() -> None:
    one, two = f.released("10.00"), f.released("20.55")
    for code in ("icbc", "cmb"):
        payments = [_payment(payout, place) for place, payout in enumerate((one, two), start=1)]
        sheet = CalamineWorkbook.from_filelike(
            io.BytesIO(write_payments(templates()[code], payments))
        ).get_sheet_by_index(0)
        head, *rows = sheet.to_python()
        assert head == templates()[code].headings and len(rows) == 2
        assert [r[head.index("金额")] for r in rows] == [10.0, 20.55]
        named = head.index("自定义序号" if code == "icbc" else "业务参考号")
        assert [r[named] for r in rows] == [one.number, two.number]
        account = head.index("收款账号" if code == "icbc" else "收款人帐号")
        assert rows[0][account] == one.payee.number, "as text, every digit of it"


def _payment(payout: Payout, place: int) -> Payment:
    payee = payout.payee
    return Payment(
        payout.number, place, timezone.localdate(), payout.amount, payee.holder, payee.number,
        payee.bank, payee.branch, payee.cnaps, "代收货款", "一票", "0123456000000", "工商银行", "上海",
    )  # fmt: skip


def test_what_cannot_be_paid_is_left_out_and_named() -> None:
    account = bank_account()
    good, stopped, drafted = (f.draft(account=account) for _n in range(3))
    f.release(good)
    f.release(stopped)
    services.stop_payee(stopped.payee, reason="商户来电", by=UserFactory(), at=timezone.now())
    made = services.make_payment_file(
        [good, stopped, drafted], account=account, template="cmb", by=UserFactory(), at=timezone.now()
    )  # fmt: skip
    assert made.file.count == 1 and [one.pk for one, _why in made.left_out] == [
        stopped.pk,
        drafted.pk,
    ]
    assert f.fresh(stopped).state == S.RELEASED, "held, and called off by a person"
    with pytest.raises(RuleBroken) as nothing:
        services.make_payment_file(
            [good], account=account, template="cmb", by=UserFactory(), at=timezone.now()
        )
    assert nothing.value.code == "nothing_to_pay" and PayoutFile.objects.count() == 1


def test_downloaded_again_it_is_the_same_bytes() -> None:
    file = f.filed()
    by, now = UserFactory(), timezone.now()
    first = services.open_payment_file(file, by=by, at=now)
    assert services.open_payment_file(f.fresh(file), by=by, at=now) == first
    assert Event.objects.filter(kind="payoutfile.downloaded").count() == 2


@pytest.mark.parametrize(
    ("status", "state"),
    [("成功", S.PAID), ("失败", S.RETURNED), ("银行处理中", S.UNCLEAR), ("", S.UNCLEAR)],
)
def test_what_the_bank_says(status: str, state: PayoutState) -> None:
    payout = f.released()
    file = f.filed(payout)
    f.answer(file, f.results((payout, "100.00", status)))
    assert f.fresh(payout).state == state


def test_results_that_do_not_belong_are_refused_by_line() -> None:
    one, other = f.released(), f.released()
    file = f.filed(one)
    f.filed(other)
    yesterday = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    tomorrow = f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}"
    bad = {
        "other_file": [(one, "100.00", "成功"), (other, "100.00", "成功")],
        "other_amount": [(one, "100.01", "成功")],
        "other_day": [(one, "100.00", "成功", yesterday)],
        "twice": [(one, "100.00", "成功"), (one, "100.00", "成功")],
        "other_account": [(one, "100.00", "成功", today(), "6222000011112222")],
        "bad_amount": [(one, "一百元", "成功")],
        "bad_day": [(one, "100.00", "成功", "昨天")],
    }
    for code, rows in bad.items():
        with pytest.raises(BadInput) as refused:
            f.answer(file, f.results(*rows))
        assert (refused.value.code, refused.value.row) == (code, len(rows) + 1), code
        assert f.fresh(one).state == S.SENT
    with pytest.raises(BadInput) as future:
        f.answer(file, f.results((one, "100.00", "成功", tomorrow)))
    assert future.value.code == "other_day"
    assert Event.objects.filter(kind="payoutfile.answer_refused").count() == len(bad) + 1


def test_results_taken_twice_and_what_contradicts() -> None:
    payout = f.released()
    file = f.filed(payout)
    paid = f.results((payout, "100.00", "成功"))
    f.answer(file, paid)
    with pytest.raises(RuleBroken) as again:
        f.answer(file, paid)
    assert again.value.code == "result_known"
    f.answer(file, f.results((payout, "100.00", "支付成功")))
    with pytest.raises(BadInput) as contradicts:
        f.answer(file, f.results((payout, "100.00", "失败")))
    assert contradicts.value.code == "contradicts"
    f.answer(file, f.results((payout, "100.00", "处理中")))
    assert f.fresh(payout).state == S.PAID
    assert Event.objects.filter(kind="payout.paid").count() == 1


def test_no_answer_is_unclear_and_never_in_a_second_file() -> None:
    payout = f.released()
    f.filed(payout)
    Payout.objects.filter(pk=payout.pk).update(sent_at=f.ago(days=4))
    assert services.mark_unclear() == 1 and f.fresh(payout).state == S.UNCLEAR
    assert services.mark_unclear() == 0
    with pytest.raises(RuleBroken):
        f.filed(f.fresh(payout))
    line = outgoing(payout, text=f"代收货款{payout.number}", number="", name="")
    assert services.settle_waiting() == 1
    assert f.fresh(payout).state == S.PAID and f.fresh(payout).bank_line == line


def test_a_line_that_could_be_two_payouts_is_a_persons_to_say() -> None:
    payee, account = f.active(), bank_account()
    one, two = (f.released(payee=payee, account=account) for _n in range(2))
    f.filed(one, two)
    line = outgoing(one)
    assert services.settle_waiting() == 0 and line.use is None
    services.settle_payout(line, two, by=UserFactory(), at=timezone.now())
    assert f.fresh(two).state == S.PAID and f.fresh(one).state == S.SENT
    with pytest.raises(RuleBroken):
        services.settle_payout(line, one, by=UserFactory(), at=timezone.now())
    with pytest.raises(RuleBroken) as stays:
        services.undo_line(line, by=UserFactory(), at=timezone.now())
    assert stays.value.code == "line_of_payout"


def test_said_to_have_come_back_and_seen_on_the_bank() -> None:
    payout = f.released()
    file = f.filed(payout)
    f.answer(file, f.results((payout, "100.00", "失败")))
    line = outgoing(payout)
    assert services.settle_waiting() == services.settle_waiting() == 0
    assert line.use is None and f.fresh(payout).state == S.RETURNED
    assert Event.objects.filter(kind="payout.contradicted").count() == 1


def test_given_back_by_the_bank() -> None:
    payout = f.released()
    f.filed(payout)
    outgoing(payout)
    services.settle_waiting()
    with pytest.raises(RuleBroken) as missing:
        services.return_payout(payout, reason="账号户名不符", by=UserFactory(), at=timezone.now())
    assert missing.value.code == "line_missing"
    back = line_of(taken(payout.account, [row("100.00", day=today(), text="退汇")]))
    services.return_payout(
        payout, reason="账号户名不符", line=back, by=UserFactory(), at=timezone.now()
    )
    payout = f.fresh(payout)
    assert (payout.state, payout.return_line) == (S.RETURNED, back)
    assert (net(K.BANK), net(K.PAYOUTS_IN_TRANSIT), net(K.UNIDENTIFIED)) == (0, 0, 0)
    assert LineUse.objects.filter(use=Use.PAYOUT, undone_at=None).count() == 2


def test_a_persons_word_is_not_that_of_whoever_made_the_file() -> None:
    payout, maker = f.released(), UserFactory()
    f.filed(payout, by=maker)
    with pytest.raises(RuleBroken) as own:
        services.confirm_paid(payout, reason="银行电话确认", by=maker, at=timezone.now())
    assert own.value.code == "own_file"
    services.confirm_paid(payout, reason="银行电话确认", by=UserFactory(), at=timezone.now())
    assert f.fresh(payout).state == S.PAID and f.fresh(payout).bank_answer == "银行电话确认"


@given(
    amount=st.decimals(min_value="0.01", max_value="99999999.99", places=2),
    grouped=st.booleans(),
    status=st.sampled_from(["成功", "失败", "待查", "成功?", "未成功", "不成功"]),
)
def test_results_are_read_as_they_are_written(amount: Decimal, grouped: bool, status: str) -> None:
    written = f"{amount:,}" if grouped else str(amount)
    content = f'业务参考号,金额,处理结果\nFK1,"{written}",{status}\n'.encode()
    [found] = read_results(content, "结果.csv")
    assert found.amount == amount and found.payout == "FK1"
    plain = {"成功": Verdict.PAID, "失败": Verdict.RETURNED}
    assert found.verdict == plain.get(status, Verdict.UNCLEAR), "only plain words count"


def test_every_move_is_in_the_table_and_in_the_database() -> None:
    """The trigger holds the same moves; each it does not hold is refused by it (tests/frauds)."""
    moves = set(PAYOUT_MOVES.moves())
    assert (S.UNCLEAR, S.RELEASED) not in moves and (S.SENT, S.RELEASED) not in moves
    assert {to for frm, to in moves if frm == S.UNCLEAR} == {S.PAID, S.RETURNED}
    assert not PAYOUT_MOVES.ends_of(S.RETURNED) and not PAYOUT_MOVES.ends_of(S.CANCELLED)


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("frm", list(S))
def test_the_walk(frm: PayoutState, to: PayoutState) -> None:
    payout = _at(frm)
    assert f.fresh(payout).state == frm
    if PAYOUT_MOVES.allows(frm, to):
        _walk(payout, frm, to)
        assert f.fresh(payout).state == to
    else:
        with pytest.raises((RuleBroken, AssertionError)):
            _walk(payout, frm, to)
        assert f.fresh(payout).state == frm


def _at(state: PayoutState) -> Payout:
    if state in (S.DRAFT, S.APPROVING, S.CANCELLED):
        payout = f.draft()
        if state == S.APPROVING:
            services.ask_release(payout, by=UserFactory(), at=timezone.now())
        if state == S.CANCELLED:
            services.cancel_payout(payout, reason="测试", by=UserFactory(), at=timezone.now())
        return payout
    payout = f.released()
    if state == S.RELEASED:
        return payout
    file = f.filed(payout)
    words = {S.PAID: "成功", S.RETURNED: "失败", S.UNCLEAR: "处理中"}
    if state in words:
        f.answer(file, f.results((payout, "100.00", words[state])))
    return payout


def _walk(  # noqa: C901  # one way to each state
    payout: Payout, frm: PayoutState, to: PayoutState
) -> None:
    by, at = UserFactory(), timezone.now()
    payout = f.fresh(payout)
    if to == S.DRAFT:
        services.refuse_payout(payout, seen=f.seen("banking.payout", payout), reason="不符", by=f.approver(), at=at)  # fmt: skip
    elif to == S.APPROVING:
        services.ask_release(payout, by=by, at=at)
    elif to == S.RELEASED and frm == S.APPROVING:
        f.approve_release(payout, f.approver())
        f.approve_release(payout, f.approver(Role.GENERAL_MANAGER))
    elif to == S.RELEASED:
        services.release_payouts([payout], approval=f.subject_approved(payout), by=by, at=at)
    elif to == S.SENT:
        f.filed(payout)
    elif to == S.CANCELLED:
        services.cancel_payout(payout, reason="测试", by=by, at=at)
    elif to == S.RETURNED and frm == S.PAID:
        back = line_of(taken(payout.account, [row("100.00", day=today(), text="退汇")]))
        services.return_payout(payout, reason="退汇", line=back, by=by, at=at)
    elif to == S.RETURNED:
        services.return_payout(payout, reason="退回", by=by, at=at)
    elif to == S.UNCLEAR:
        if payout.file is None:
            PAYOUT_MOVES.check(frm, to)
        f.answer(payout.file, f.results((payout, "100.00", "处理中")))
        PAYOUT_MOVES.check(S.SENT if frm == S.SENT else frm, to)
    elif to == S.PAID:
        services.confirm_paid(payout, reason="银行确认", by=by, at=at)
    else:
        PAYOUT_MOVES.check(frm, to)
        raise AssertionError("nothing does this")


def test_the_payee_of_the_approval_is_the_payee_of_the_payout() -> None:
    payout = f.draft()
    assert payee_sha(payout.payee) != payee_sha(f.active())
