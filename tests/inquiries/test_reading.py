"""Numbers, languages and commands in what people write."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from apps.inquiries.reading import find_numbers, language_of, phone_language, with_prefix
from apps.inquiries.wechat.commands import understand
from apps.inquiries.wechat.messages import read_message, read_xml
from apps.tracking.numbers import compose, new_key
from tests.factories.inquiries import wechat_event, wechat_text

KEY = new_key()


def number(serial: int = 7) -> str:
    return compose(settings.WAYBILL_PREFIX, serial, KEY)


@given(serial=st.integers(0, 10**9), before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_number_is_found_wherever_it_stands(serial: int, before: str, after: str) -> None:
    ours = number(serial)
    found = find_numbers(f"{before}\n、{ours}，\n{after}", most=5)
    assert ours in found.numbers


@pytest.mark.parametrize(
    "shape", ["{p} {a} {b} {c}", "{p}-{a}-{b}-{c}", "请查{p}{a}{b}{c}谢谢", "{a}{b}{c}"]
)
def test_spacing_and_a_missing_prefix_are_forgiven(shape: str) -> None:
    ours = number()
    digits = ours.removeprefix("YP")
    text = shape.format(p="YP", a=digits[:4], b=digits[4:8], c=digits[8:])
    assert find_numbers(text, most=5).numbers == [ours]


def test_what_is_mistyped_is_told_apart_from_what_is_no_number() -> None:
    ours = number()
    wrong = ours[:-1] + str((int(ours[-1]) + 1) % 10)
    assert find_numbers(f"hello {wrong}", most=5).mistyped
    assert not find_numbers("call me at 13800138000 or +86 138 0013 8000", most=5).numbers
    assert not find_numbers("订单 123456789012345678", most=5).mistyped


def test_each_number_counts_once_and_only_so_many() -> None:
    many = " ".join(number(n) for n in range(8))
    found = find_numbers(f"{number(1)} {many}", most=5)
    assert len(found.numbers) == 5
    assert len(set(found.numbers)) == 5


def test_languages() -> None:
    assert language_of("我的快递到哪里了 YP1") == "zh-hans"
    assert language_of("where is YP123") == "en"
    assert language_of("YP123") == "zh-hans"
    assert language_of("YP123", default="en") == "en"
    assert phone_language("+8613800138000") == "zh-hans"
    assert phone_language("+447911123456") == "en"


def test_keypads_have_no_letters() -> None:
    assert with_prefix("1234#") == "YP1234"
    assert with_prefix("yp 12") == "YP 12"


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("绑定 13800138000", "bind"),
        ("bind +86 138-0013-8000", "bind"),
        ("绑定", "how_to_bind"),
        ("解绑", "unbind"),
        ("我的快件", "mine"),
        ("１２３４５６", "code"),
        ("你好", "said"),
        ("投诉", "complain"),
        ("我要投诉：箱子破了", "complain"),
        ("complaint", "complain"),
        ("投诉快递员", "said"),
        ("撤诉", "withdraw"),
        ("取消", "cancel"),
        ("是", "yes"),
        (" ", "help"),
    ],
)
def test_what_people_say_on_wechat(text: str, verb: str) -> None:
    assert understand(read_message(read_xml(wechat_text(text).encode()))).verb == verb


def test_scans_menus_and_new_followers() -> None:
    ours = number()

    def verb(event: str, key: str = "", more: str = "") -> tuple[str, tuple[str, ...]]:
        xml = wechat_event(event, key, more=more)
        command = understand(read_message(read_xml(xml.encode())))
        return command.verb, command.numbers

    assert verb("SCAN", ours) == ("track", (ours,))
    assert verb("subscribe", f"qrscene_{ours}") == ("track", (ours,))
    assert verb("subscribe") == ("welcome", ())
    assert verb("CLICK", "MINE") == ("mine", ())
    assert verb("CLICK", "BIND") == ("how_to_bind", ())
    assert verb("LOCATION") == ("", ())
    assert verb("unsubscribe") == ("", ())
    scanned = f"<ScanCodeInfo><ScanResult><![CDATA[https://x.cn/track/{ours}]]></ScanResult></ScanCodeInfo>"
    assert verb("scancode_waitmsg", "scan", scanned) == ("track", (ours,))
