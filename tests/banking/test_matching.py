"""Payments against open items: the order of reasons, ties, sums; cases of other systems."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.banking.matching import (
    Aliases,
    Item,
    Match,
    Nothing,
    Open,
    Payer,
    Payment,
    Policy,
    Tie,
    Why,
    allocate,
    converted,
    propose,
    propose_payer,
    rests,
    settle_credits,
    split_credit,
)
from tests.banking.cases import rows

pytestmark = pytest.mark.requirement("BIL-5")
D = Decimal
CASES = rows("matching.jsonl")


# --- cases of other systems ----------------------------------------------------------------------
def item_of(case: dict[str, Any]) -> Item:
    refs = [case.get(name) for name in ("payment_reference", "memo", "ref", "reference_no")]
    return Item(
        id=case["id"],
        amount=D(case["amount"]),
        payer=case.get("partner"),
        payer_name=case.get("partner") or "",
        number=case.get("number", ""),
        refs=tuple(ref for ref in refs if ref),
    )


def payment_of(case: dict[str, Any]) -> Payment:
    amount = case.get("amount") or case.get("deposit") or f"-{case['withdrawal']}"
    return Payment(
        amount=D(amount),
        text=case.get("text", ""),
        ref=case.get("ref") or case.get("reference_number") or "",
        note=case.get("note", ""),
        payer=case.get("partner"),
        name=case.get("party_name", ""),
        account=case.get("account", ""),
    )


def policy_of(case: dict[str, Any]) -> Policy:
    reads = {"label": "text", "reference": "ref", "note": "note"}
    named = tuple(reads[name] for name in case.get("text_locations", reads))
    return Policy(
        tolerance_percent=D(case.get("tolerance_pct", "0")),
        may_part=case.get("check_total") is False,
        reads=named,
    )


def check_match(case: dict[str, Any]) -> None:
    wanted = case["expected"]
    found = propose(
        payment_of(case["bank_line"]),
        [item_of(one) for one in case["open_items"]],
        policy=policy_of(case["rule"]),
    )
    assert isinstance(found, Match), found
    assert {item.id for item in found.items} == set(
        wanted.get("match") or [case["open_items"][0]["id"]]
    )
    for name, attribute in (
        ("write_off", "write_off"),
        ("overpayment", "over"),
        ("residual_invoice", "rest"),
    ):
        if name in wanted:
            assert getattr(found, attribute) == D(wanted[name])


def check_payer(case: dict[str, Any]) -> None:
    payers = [
        Payer(one["party"], one["party"], frozenset(filter(None, [one.get("account")])))
        for one in case["open_items"]
    ]
    found = propose_payer(payment_of(case["bank_line"]), payers)
    wanted = case["expected"]["party"]
    assert (found.items[0].id if isinstance(found, Match) else None) == wanted


def check_allocation(case: dict[str, Any]) -> None:
    wanted = case["expected"]
    items = [Open(one["id"], D(one["amount"]), one.get("ref", "")) for one in case["open_items"]]
    paid = [
        Open(one["id"], D(one["amount"]), one.get("ref", ""))
        for one in case["bank_line"].get("payments", [])
    ]
    if case["id"] == "erp-02":
        [done] = settle_credits(items)
        assert [[done.item, done.receipt]] == wanted["match"]
        assert rests([items[0]], [done])["SI"] == D(wanted["outstanding"])
    elif case["id"] == "erp-05":
        left = rests([*items, *paid], allocate(paid, items))
        assert (str(left["JE1"]), left["JE2"] > 0) == (
            wanted["JE1_outstanding"],
            wanted["JE2_open"],
        )
    else:
        first = allocate(paid, items[:1])
        left = rests([*items[:1], *paid], first)
        assert (left["P"], left["I1"]) == (D(wanted["after_run_1"]["payment_residual"]), 0)
        second = allocate([Open("P", left["P"], "test ref")], items[1:])
        assert second[0].amount == D("450")
        assert items[1].amount - second[0].amount == D(wanted["after_run_2"]["I2_residual"])


def check_conversion(case: dict[str, Any]) -> None:
    wanted = case["expected"]
    found = converted(D(case["bank_line"]["withdrawal"]), D(case["rule"]["rate"]))
    assert found == (D(wanted["party_amount"]), D(wanted["rounding_residual"]))


@pytest.mark.skipif(not CASES, reason="the folder of cases is not beside this checkout")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_cases_of_other_systems(case: dict[str, Any]) -> None:
    if "party" in case["expected"]:
        check_payer(case)
    elif "rate" in case["rule"]:
        check_conversion(case)
    elif "payments" in case["bank_line"] or not case["bank_line"]:
        check_allocation(case)
    else:
        check_match(case)


# --- the order of reasons ------------------------------------------------------------------------
def item(pk: int, amount: str = "100.00", payer: Any = "甲", **fields: Any) -> Item:
    return Item(pk, D(amount), payer, since=date(2026, 10, 1) + timedelta(days=pk), **fields)


def why(line: Payment, items: list[Item], **more: Any) -> Any:
    found = propose(line, items, **more)
    return (found.why, [one.id for one in found.items]) if isinstance(found, Match) else type(found)


def test_a_payment_code_goes_before_everything() -> None:
    items = [item(1, code="YP1001"), item(2, number="DZ-2026-10-0002")]
    line = Payment(D("100.00"), text="货款 YP1001 对账单DZ-2026-10-0002")
    assert why(line, items) == (Why.CODE, [1])


@pytest.mark.parametrize(
    "text",
    [
        "付DZ2026100002货款",
        "DZ-2026-10-0002",
        "dz 2026 10 0002",
        "对账单：ＤＺ２０２６-１０-０００２",
        "2026/10/0002款",
    ],
)
def test_our_number_is_found_however_it_is_separated(text: str) -> None:
    items = [item(1, number="DZ-2026-10-0001"), item(2, number="DZ-2026-10-0002")]
    assert why(Payment(D("55.00"), text=text), items) == (Why.NUMBER, [2])


@pytest.mark.parametrize("text", ["DZ-2026-10-00021", "1DZ2026100002", "10-0002", "0002", ""])
def test_half_a_number_or_one_inside_a_longer_one_is_none(text: str) -> None:
    assert why(Payment(D("55.00"), text=text), [item(2, number="DZ-2026-10-0002")]) is Nothing


def test_a_known_account_and_a_confirmed_alias_need_the_exact_amount() -> None:
    items = [item(1, accounts=frozenset({"6222"})), item(2, "200.00", "乙")]
    assert why(Payment(D("100.00"), account="6222"), items) == (Why.ACCOUNT, [1])
    aliases = Aliases(accounts={"6333": "乙"}, names={"上海乙公司": "乙"})
    assert why(Payment(D("200.00"), account="6333"), items, aliases=aliases) == (Why.ALIAS, [2])
    assert why(Payment(D("200.00"), name="上海（乙）公司"), items, aliases=aliases) == (
        Why.ALIAS,
        [2],
    )
    assert why(Payment(D("199.00"), account="6333"), items, aliases=aliases) is Nothing


def test_one_exact_item_goes_before_a_set_with_the_same_sum() -> None:
    items = [item(1, "60.00"), item(2, "40.00"), item(3, "100.00")]
    assert why(Payment(D("100.00"), payer="甲"), items) == (Why.PAYER, [3])
    assert why(Payment(D("160.00"), payer="甲"), items) == (Why.SUM, [1, 3])


def test_two_that_fit_alike_are_a_tie() -> None:
    twins = [item(1), item(2)]
    assert why(Payment(D("100.00"), payer="甲"), twins) is Tie
    sets = [item(1, "30.00"), item(2, "70.00"), item(3, "40.00"), item(4, "60.00")]
    found = propose(Payment(D("100.00"), payer="甲"), sets)
    assert isinstance(found, Tie)
    assert {one.id for one in found.candidates} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("paid", "fits"), [("99.00", True), ("98.99", False), ("101.00", True), ("101.01", False)]
)
def test_a_tolerance_is_inclusive(paid: str, fits: bool) -> None:
    found = propose(Payment(D(paid), payer="甲"), [item(1)], policy=Policy(tolerance_percent=D(1)))
    assert isinstance(found, Match) == fits
    if isinstance(found, Match):
        assert found.write_off == D("100.00") - D(paid)


def test_names_only_propose() -> None:
    items = [item(1, payer_name="上海甲贸易有限公司"), item(2, payer="乙", payer_name="苏州乙")]
    found = propose(Payment(D("100.00"), name="上海甲贸易有限公司"), items)
    assert isinstance(found, Match)
    assert not found.is_certain
    assert why(Payment(D("99.00"), name="上海甲贸易有限公司"), items) is Nothing
    unsure = propose(
        Payment(D("250.00"), payer="甲"), [item(1), item(2)], policy=Policy(may_part=True)
    )
    assert isinstance(unsure, Match)
    assert (unsure.over, unsure.is_certain) == (D("50.00"), False)


def test_credit_notes_take_part_in_sums_only() -> None:
    items = [item(1, "100.00"), item(2, "-30.00")]
    assert why(Payment(D("70.00"), payer="甲"), items) == (Why.SUM, [1, 2])
    assert why(Payment(D("-30.00"), payer="甲"), items) == (Why.PAYER, [2])


# --- for all ---------------------------------------------------------------------------------------
_ITEMS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from("甲乙"), st.sampled_from(["", "A1001", "A1002"])),
    max_size=9,
).map(
    lambda rows: [item(n, f"{fen}.00", payer, number=no) for n, (fen, payer, no) in enumerate(rows)]
)
_LINES = st.builds(
    Payment,
    amount=st.integers(1, 20).map(D),
    payer=st.sampled_from(["甲", "乙", None]),
    text=st.sampled_from(["", "A1001", "A1001 A1002", "货款"]),
)
_POLICIES = st.builds(
    Policy, may_part=st.booleans(), tolerance_percent=st.sampled_from([D(0), D(10)])
)


@given(_LINES, _ITEMS, _POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(
    line: Payment, items: list[Item], policy: Policy, rng: Any
) -> None:
    found = propose(line, items, policy=policy)
    mixed = list(items)
    rng.shuffle(mixed)
    assert propose(line, mixed, policy=policy) == found


@given(_LINES, _ITEMS, _POLICIES)
def test_what_is_matched_adds_up_and_a_tie_is_left_alone(
    line: Payment, items: list[Item], policy: Policy
) -> None:
    found = propose(line, items, policy=policy)
    if isinstance(found, Match):
        owed = sum((one.amount for one in found.items), D(0))
        assert owed == line.amount + found.write_off + found.rest - found.over
        assert len(set(found.items)) == len(found.items) > 0
        if line.payer is not None:
            assert {one.payer for one in found.items} == {line.payer}
        if found.why in (Why.SUM, Why.PAYER):
            assert owed == line.amount
    elif isinstance(found, Tie):
        assert len(set(found.candidates)) > 1
    if line.payer is None and not line.text:
        assert isinstance(found, Nothing)


@given(st.lists(st.integers(1, 500), max_size=6), st.lists(st.integers(1, 500), max_size=6))
def test_allocation_neither_makes_nor_loses_money(paid: list[int], owed: list[int]) -> None:
    receipts = [Open(f"r{n}", D(fen) / 100) for n, fen in enumerate(paid)]
    items = [Open(f"i{n}", D(fen) / 100) for n, fen in enumerate(owed)]
    done = allocate(receipts, items)
    left = rests([*receipts, *items], done)
    total = sum((one.amount for one in done), D(0))
    assert min(left.values(), default=D(0)) >= 0
    assert total == min(sum(paid), sum(owed)) / D(100)
    assert all(one.amount > 0 for one in done)


# --- faults of other systems -------------------------------------------------------------------------
def test_two_part_payments_each_settle_their_part() -> None:
    """M06."""
    first = allocate([Open("L1", D("50.00"))], [Open("S1", D("100.00"))])
    left = rests([Open("S1", D("100.00"))], first)["S1"]
    second = allocate([Open("L2", D("50.00"))], [Open("S1", left)])
    assert (left, left - second[0].amount) == (D("50.00"), D(0))


@pytest.mark.parametrize(
    ("paid", "parts"),
    [
        ("400.00", ("600.00", "100.00")),
        ("0.00", ("700.00", "0.00")),
        ("1000.00", ("0.00", "700.00")),
    ],
)
def test_a_credit_note_becomes_a_credit_only_of_what_was_paid(
    paid: str, parts: tuple[str, str]
) -> None:
    """M08: of 1000.00 with 700.00 credited."""
    found = split_credit(owed=D("1000.00"), paid=D(paid), credit=D("700.00"))
    assert found == (D(parts[0]), D(parts[1]))


def test_payers_by_code_number_and_name() -> None:
    payers = [
        Payer(1, "上海甲贸易有限公司", frozenset({"x1"}), "CF1001"),
        Payer(2, "上海甲贸易", frozenset({"x2"}), "CF1002"),
    ]
    assert propose_payer(Payment(D(1), text="货款CF1002", account="x1"), payers) == Match(
        (payers[1],), Why.CODE
    )
    assert propose_payer(Payment(D(1), account="x1"), payers) == Match((payers[0],), Why.ACCOUNT)
    named = propose_payer(Payment(D(1), name="上海甲贸易（有限公司）"), payers)
    assert named == Match((payers[0],), Why.NAME, is_certain=False)
    assert isinstance(propose_payer(Payment(D(1), text="苏州丙"), payers), Nothing)
