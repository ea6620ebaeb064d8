"""One reader for every door: what people paste, and what must not be taken for a number of ours."""

import json
import random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.portal.typed import take_apart
from apps.tracking.numbers import compose, group_number, parse_waybill_number
from apps.tracking.typed import find_numbers, items_of, one_number
from tests.tracking.test_kuaidi100 import CASES

KEY = "5a" * 32  # fixed: every test process must name the same cases
A, B, C = (compose("YP", serial, KEY) for serial in (1, 2, 3))
D = A.removeprefix("YP")
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


def numbers(text: str) -> list[str]:
    return find_numbers(text, most=20).numbers


@pytest.mark.requirement("TRK-10")
@pytest.mark.parametrize("written", [
    A, A.lower(), group_number(A), group_number(A).lower(), A.translate(WIDE), D,
    f"{D[:4]} {D[4:8]} {D[8:]}", f"{D[:4]}-{D[4:8]}-{D[8:]}", f"YP-{D[:4]}-{D[4:8]}-{D[8:]}",
    f"YP{D[:6]}-{D[6:]}", " ".join(A), f"YP:{D}"[:2] + f"\u200b{D}",
])  # fmt: skip
@pytest.mark.parametrize("around", [
    "{}", "您的快递{}已发出，请注意查收", "运单号：{}", "运单号:{}。", "#{}", "（{}）", "“{}”", "【{}】", "<{}>", "单号{}谢谢",
    "the twelve digits of {} without its letters", "'{}'", "No.{}", "【某快递】您的运单{}，已由门店代收，退订回T",
    "你好\n{}\n麻烦查一下", "《{}》", "*{}*", "№{}", "@{}", "={}", "Fwd: 查件 [{}]", "📦{}❗", "運單號：{}", "查詢 {} 謝謝", "亲，单号是{}哦～",
    "复制这条信息 {} 打开App", "尾号不要，单号 {} 谢谢", "Your parcel {} has been shipped!", "> 转发：{}…", "快件{}查询",
])  # fmt: skip
def test_a_number_is_found_in_what_stands_around_it(written: str, around: str) -> None:
    if around in ("No.{}", "№{}", "*{}*") and written[:1].isdigit():
        return  # "No.1234" and "*1234*" may be anybody's; our letters are needed beside these
    text = around.format(written)
    assert numbers(text) == [A]
    typed = take_apart(text, parse=parse_waybill_number)
    assert (typed.numbers, typed.bad) == ([A], [])
    assert one_number(text) == A


@pytest.mark.requirement("TRK-10")
@pytest.mark.parametrize(
    "address",
    [
        f"https://track.example.com/track/{A}?from=app please check",
        f"http://example.com/track?n={A}&lang=en",
        f"https://example.com/track?n={quote(group_number(A))}",
        f"https://example.com/track?n={group_number(A).replace(' ', '+')}",
        f"快递地址：https://example.com/t/{A.lower()}，请查收",
        f"www.example.com/q/{A}/details",
        f"yp.cn/t?{A}",
        f"https://m.example.com/#/track/{A}?x=1&y=20261201",
        f"weixin://dl/business/?t={A}",
    ],
)
def test_a_number_in_an_address_is_found_and_the_rest_is_no_mistake(address: str) -> None:
    typed = take_apart(address, parse=parse_waybill_number)
    assert (typed.numbers, typed.bad) == ([A], [])
    assert [item for item in items_of(address) if any(c.isdigit() for c in item)] == [A]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{A} 2件", [A]),
        (f"{A}, 3", [A]),
        (f"{A} 13800138000", [A]),
        (f"{A}\n{B} 2026-03-01", [A, B]),
        (f"{A}{B}", [A, B]),
        (f"13800138000{A}", [A]),
        (f"件数3{A}", [A]),
        (f"Y.P.{D}", [A]),
        (f"{D} {B.removeprefix('YP')}", [A, B]),
        (f"{A}, {B.removeprefix('YP')}", [A, B]),
        (f"{A} 订货流水 {B.removeprefix('YP')}", [A]),
    ],
)
def test_neighbours_are_not_glued_together(text: str, found: list[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    "text",
    [
        f"电话 {D}",
        f"tel: {D}",
        f"+{D}",
        f"顺丰单号{D}",
        f"中通快递 {D}",
        f"SF{D}",
        f"订单号：{D}",
        f"¥{D}",
        f"{D}.50",
        f"{D[:1]}.{D[1:]}",
        f"{D}1234",
        f"6222 {D[:4]} {D[4:8]} {D[8:]}",
        f"{D[:4]} {D[4:8]} {D[8:]} 6222",
        f"{D[:4]}-{D[4:]}",
        f"{D[:3]} {D[3:7]} {D[7:]}",
        f"{D[:11]} {D[11:]}",
        "call me at 13800138000 or +86 138 0013 8000",
        "2026-03-01 12:30:45",
    ],
)
def test_bare_digits_that_are_something_else_are_none_of_ours(text: str) -> None:
    assert numbers(text) == []


def test_a_moment_written_as_twelve_digits_is_none_of_ours() -> None:
    moments = [f"2026{m:02}{d:02}{h:02}30" for m in (1, 12) for d in (1, 28) for h in range(24)]
    assert any(_is_ours(moment) for moment in moments)
    assert not any(numbers(moment) for moment in moments)


def _is_ours(digits: str) -> bool:
    try:
        parse_waybill_number(f"YP{digits}")
    except BadInput:
        return False
    return True


def test_how_often_foreign_digits_are_taken_for_ours() -> None:
    """Twelve bare digits: one in ten, by the check digit. Everything else people write: hardly ever."""
    chance = random.Random(7)

    def digits(n: int) -> str:
        return "".join(chance.choice("0123456789") for _ in range(n))

    def rate(shape: str) -> float:
        made = (
            "".join(digits(int(c, 16)) if c in "123456789abcdef" else c for c in shape)
            for _ in range(2000)
        )
        return sum(bool(numbers(text)) for text in made) / 2000

    assert 0.07 < rate("c") < 0.13
    for shape in (
        "b",
        "d",
        "b b",
        "b 1",
        "f",
        "3-8",
        "4-8",
        "b/b",
        "b，6",
        "4 4 4 4",
        "+c",
        "b,2.2",
    ):
        assert rate(shape) == 0, shape
    # Dates, phones, amounts and counts in a row.
    assert rate("4-2-2 b 3.2 c") <= 0.13


def test_what_only_looks_like_ours_is_named_beside_what_is() -> None:
    wrong = A[:-1] + str((int(A[-1]) + 1) % 10)
    typed = take_apart(f"查 {B} 和 {wrong} 谢谢", parse=parse_waybill_number)
    assert typed.numbers == [B]
    assert [bad.code for bad in typed.bad] == ["number_check_digit"]
    with pytest.raises(BadInput) as refused:
        one_number(f"运单号：{wrong}")
    assert refused.value.code == "number_check_digit"
    with pytest.raises(BadInput) as refused:
        one_number(f"{A} {B}")
    assert refused.value.code == "number_many"


def test_a_text_without_any_number_has_one_line() -> None:
    typed = take_apart("我的快递怎么还没有到" * 90, parse=parse_waybill_number)
    assert [bad.code for bad in typed.bad] == ["number_missing"]
    assert typed.bad[0].message and len(typed.bad[0].text) <= 40
    typed = take_apart("12345, SF1234567", parse=parse_waybill_number)
    assert [bad.code for bad in typed.bad] == ["number_prefix", "number_prefix"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"①{A}②{B}", [A, B]),
        (f"No{A}", [A]),
        (f"1.{D}\n2.{B[2:]}", [A, B]),
        (f"1、{D}\n2、{B[2:]}", [A, B]),
        (f"{D}，{B[2:]}", [A, B]),
        (f"{D},{B[2:]}", [A, B]),
        (f"{D}，13900001111", [A]),
        (f"{D},456,123", []),
        (f"金额 1,{D}.50", []),
    ],
)
def test_numbers_of_a_counted_list(text: str, found: list[str]) -> None:
    typed = take_apart(text, parse=parse_waybill_number)
    assert typed.numbers == found
    assert not found or not typed.bad


def test_a_number_at_the_end_of_a_long_text_is_found() -> None:
    assert numbers("很长的话" * 4000 + A) == [A]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        (f"{group_number(A).lower()}\n{B} , ABC\r\n{A}", [A, B, "ABC"]),
        (f"运单号：{A}\n您的快递{B}已发出", [A, B]),
        (f"{A} SF1234567890 {C}", [A, "SF1234567890", C]),
        ("123", ["123"]),
        ("没有号码", ["没有号码"]),
        (" ,\n", []),
        (f"Your parcel {A} has been shipped!", [A]),
        (f"tracking number is {A}.", [A]),
        (f"运单号码：{A}，收件人：张三，13800138000，北京市朝阳区建国路88号", [A]),
        (f"2026-12-01 10:00 {A} 出库 2/3", [A]),
        (f'{{"no":"{A}","phone":"13800138000"}}', [A]),
        (f"https://m.example.com/#/track/{A}?x=1&y=20261201", [A]),
        (f"yp.cn/t?{A}", [A]),
        (f"{A}\nJT3000000000000\nABC\n{B}", [A, "JT3000000000000", "ABC", B]),
    ],
)
def test_a_list_of_scans_keeps_foreign_codes_and_drops_words(text: str, items: list[str]) -> None:
    assert items_of(text) == items


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for number in [*numbers(text), *(i for i in items_of(text) if i.startswith("YP"))][:1]:
        assert number
    assert all(parse_waybill_number(number) == number for number in numbers(text))


@pytest.mark.skipif(
    not (CASES / "found" / "typed.jsonl").is_file(),
    reason="the folder of shared cases is not beside this clone",
)
def test_what_was_found_pasted() -> None:
    for line in (CASES / "found" / "typed.jsonl").read_text().splitlines():
        case = json.loads(line)
        text = case["typed"]
        if not case["finds"]:
            assert not numbers("字" * 900)
            continue
        for written in (A, group_number(A), D) if "twelve" not in text else (D,):
            typed = take_apart(text.replace("{N}", written), parse=parse_waybill_number)
            expected = [found.replace("{N}", A) for found in case["finds"]]
            if all(map(_known, expected)):
                assert (typed.numbers, typed.bad) == (expected, []), case


def _known(number: str) -> bool:
    return _is_ours(number.removeprefix("YP"))
