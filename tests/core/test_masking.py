"""What outsiders and lists may see of personal data (TRK-10, GB/T 41833-2022)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.masking import Known, mask_address, mask_name, mask_phone, mask_text

pytestmark = pytest.mark.requirement("TRK-10")

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("clear", "masked"),
    [
        (
            "签收人：保安室21，快递员：刘某某【16610580639】。",
            "签收人：保安室21，快递员：刘**【166********】。",
        ),
        (
            "【金盏分部】，【闫某某/17746057034】正在派件",
            "【金盏分部】，【闫**/177********】正在派件",
        ),
        ("(派件人:叶某某,电话:18399296295)", "(派件人:叶**,电话:183********)"),
        ("由 北京大兴公司(010-80462111-843) 发往", "由 北京大兴公司(010-********-***) 发往"),
        ("派件员 王某某 正在派件", "派件员 王** 正在派件"),
        ("派件员王五正在派件", "派件员王*正在派件"),
        ("签收人：他人收 草签", "签收人：他人收 草签"),
        ("签收人 : 张 已签收", "签收人 : 张* 已签收"),
        ("已签收,签收人是: 草签", "已签收,签收人是: 草签"),
        ("快递员 刘某某16610580639 正在为您派件", "快递员 刘**166******** 正在为您派件"),
        ("请拨打 +86 138 0013 8000", "请拨打 138 **** ****"),
        ("身份证 11010519491231002X", "身份证 1101**************"),
        ("signed by John Smith at 14:05", "signed by J*** at 14:05"),
        ("mail to zhang.san@example.com", "mail to z***@example.com"),
        ("快件到达 【达州市大竹县竹海路营业点】", "快件到达 【达州市大竹县竹海路营业点】"),
        ("运单 YP00012345678 已发出", "运单 YP00012345678 已发出"),
    ],
)
def test_free_text_keeps_the_story_and_hides_the_people(clear: str, masked: str) -> None:
    assert mask_text(clear) == masked


@given(st.text("快递员电话：, 【】/aB", max_size=12), MOBILES, st.text("，。 】)", max_size=6))
def test_no_mobile_survives_in_free_text(before: str, phone: str, after: str) -> None:
    if before[-1:].isalnum() and before[-1:].isascii():
        before += " "
    shown = mask_text(before + phone + after)
    assert phone[-4:] not in re.sub(r"[^0-9]", "", shown)
    assert phone not in shown


@given(MOBILES)
def test_last_four_digits_are_never_shown(phone: str) -> None:
    assert mask_phone(f"+86{phone}") == mask_phone(phone) == f"{phone[:3]}********"


def test_landlines_and_hotlines() -> None:
    assert mask_phone("+861080462111") == "010********"
    assert mask_phone("4001234567") == "400*******"
    assert mask_phone("") == ""


@pytest.mark.parametrize(
    ("clear", "masked"),
    [
        ("张三", "张*"),
        ("欧阳小红", "欧阳**"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        ("John Smith", "J***"),
        ("", ""),
    ],
)
def test_names(clear: str, masked: str) -> None:
    assert mask_name(clear) == masked


@pytest.mark.parametrize(
    ("clear", "masked"),
    [
        ("北京市朝阳区建国路88号A座1203室", "北京市朝阳区***"),
        ("广东省深圳市宝安区沙井街道3栋502", "广东省深圳市宝安区***"),
        ("内蒙古自治区呼和浩特市新城区某路", "内蒙古自治区呼和浩特市新城区***"),
        ("Room 5", "***"),
        ("", ""),
    ],
)
def test_addresses_keep_no_more_than_the_district(clear: str, masked: str) -> None:
    assert mask_address(clear) == masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("客户投诉派送员态度差", "客户投诉派送员态度差"),
        ("客户说包装破损，收件人不在家", "客户说包装破损，收件人不在家"),
        ("快递员叫什么名字", "快递员叫什么名字"),
        ("收件人：李四 未收到", "收件人：李* 未收到"),
        ("联系人（李四）已联系", "联系人（李*）已联系"),
        ("我叫赵大山，请回电", "我叫赵**，请回电"),
        ("签收人是赵六，不是我", "签收人是赵*，不是我"),
        ("赵大山女士来电 13812345678", "赵**女士来电 138********"),
        ("张伟【13812345678】", "张*【138********】"),
        ("找欧阳娜娜，her name is Jane Roe", "找欧阳**，her name is J***"),
        ("送到建国路88号3单元502室，没人收", "送到***，没人收"),
        ("朝阳区中山东一路 23号院5号楼1203室 破损", "朝阳区中山*** 破损"),
        ("放在5号楼1203室门口", "放在***门口"),
        ("3栋2单元0501 没有送", "*** 没有送"),
        ("left at 88 Jianguo Road, Room 502", "left at ***, ***"),
        ("知道10号送到3楼，走这条路", "知道10号送到3楼，走这条路"),
        ("ming@b.example 110101199001011234", "m***@b.example 1101**************"),
    ],
)
def test_prose_stays_readable_and_hides_who_is_named(text: str, shown: str) -> None:
    assert mask_text(text, Known.people(["欧阳娜娜"])) == shown
    assert mask_text(shown, Known.people(["欧阳娜娜"])) == shown


@given(st.text(max_size=80), st.lists(st.text(min_size=2, max_size=4), max_size=3))
def test_prose_never_shows_a_phone_and_never_fails(text: str, names: list[str]) -> None:
    phone = "13812345678"
    assert phone not in mask_text(f"{text} {phone} {text}", Known.people(names))
