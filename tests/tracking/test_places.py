"""Places in words of our own: an area of the table and a kind of site, nothing else (TRK-10)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.areas import areas_named
from apps.tracking.kuaidi100 import read_document
from apps.tracking.places import _KINDS, places_of, read_place
from apps.tracking.queries.standards import local_zone
from tests.core.test_masking_spellings import HIDDEN

pytestmark = pytest.mark.requirement("TRK-10")
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def places_in(text: str) -> tuple[str, str]:
    return tuple(place.name if place else "" for place in places_of(text))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "here", "onward"),
    [
        ("快件到达 【达州市大竹县竹海路营业点】", "达州大竹营业点", ""),
        ("快件离开【达州杨柳集散中心】,正发往 【杭州转运中心】", "达州集散中心", "杭州转运中心"),
        ("由 北京大兴公司(010-80462111-843) 发往 北京中转部", "北京大兴营业点", "北京转运中心"),
        ("【深圳市】已到达 广东深圳公司宝安区沙井共和分部", "深圳宝安营业点", ""),
        ("太原市|太原市【清徐县】，正发往【太原转运中心】", "太原清徐", "太原转运中心"),
        (
            "浙江省金华市义乌市凌云公司 已打包,发往下一站 潍坊转运中心",
            "金华义乌营业点",
            "潍坊转运中心",
        ),
        ("快件到达【A站】,上一站是【北京分拣中心】", "", ""),
        ("【上海市】 投递并签收，签收人：他人收", "上海", ""),
        ("快件已由成都双流区红树湾二期店菜鸟驿站代收", "成都取件点", ""),
        ("[广州市]快件已发车", "广州", ""),
        ("深圳", "深圳", ""),
        ("正在派送途中,请您准备签收(派件人:王五,电话:1390000)【厦门市思明区】", "厦门", ""),
        ("快件由潍坊转运至临沂", "潍坊", "临沂"),
        ("济南->青岛 运输中", "济南", "青岛"),
        ("到达昆山集散点", "苏州昆山集散中心", ""),
        ("离开【义乌分拨中心】发往【江阴集散中心】", "金华义乌分拨中心", "无锡江阴集散中心"),
        ("浙江义乌公司 已收件", "金华义乌营业点", ""),
        ("福建晋江分部", "泉州晋江营业点", ""),
        ("客户签收 海口市龙华区", "海口", ""),
        ("已签收 - 大连市", "大连", ""),
        ("送到北京市朝阳区望京街9号院", "北京", ""),
        ("正前往北京市朝阳区望京街9号", "", "北京"),
        ("【北京市朝阳区望京街9号】已签收", "北京", ""),
        ("到达北京市朝阳区", "北京朝阳", ""),
        ("离开玉林，发往【乐山】", "玉林", "乐山"),
        ("到达【常德】", "常德", ""),
        ("已由玉林市代收点签收", "玉林取件点", ""),
        # Streets are called after towns far away.
        ("【上海市】到达中山北路网点", "上海", ""),
        ("【上海市】四川北路营业点 派件", "上海", ""),
        ("到达上海市南京东路营业部", "上海营业点", ""),
        ("快件到达【南京东路营业部】", "", ""),
        ("发往【南京路营业部】", "", ""),
        ("重庆南路站点", "", ""),
        ("到达长春街", "", ""),
        ("广州市北京街道营业点", "广州营业点", ""),
        ("到达【南京】", "南京", ""),
    ],
)
def test_where_it_is_and_where_it_goes(text: str, here: str, onward: str) -> None:
    assert places_in(text) == (here, onward)


@pytest.mark.parametrize(
    "text",
    [
        "【王军】正在派件",
        "快件已由【张敏】代签收",
        "签收人【林秀芳】",
        "【安康】",
        "快件交给李安康",
        "签收人：张家口",
        "送某市某区某路88号5号楼3单元1201室",
        "很满意的话请在评价快递员处点亮五颗星",
        "Signed by John Smith at Flat 12B",
        "送到玉林家",
        "到达玉林姐家",
        "由玉林代收",
        "到【常德】家",
        "从安康处取件",
        "【武威】代签收",
        "下一站是乐山先生家",
        "由常德签收",
        "由德阳取走",
        "由【九江】收",
        "[遵义]收货",
        "承德:已收",
        "遂宁 13900001111 已联系",
        "由平凉带走",
        "由嘉兴转交",
        "到通化姥姥家",
        "到东营表弟家",
        "到【东营】的家",
        "由东方代签",
        "要求改寄到 厦门市",
        "",
    ],
)
def test_a_signer_an_address_or_an_advertisement_is_no_place(text: str) -> None:
    assert places_in(text) == ("", "")


def test_a_field_says_its_place_and_nothing_else() -> None:
    found = read_place("广东省深圳市软件产业基地张敏13800138000")
    assert found is not None and found.name == "深圳"
    assert read_place("【林秀芳】") is None
    assert read_place("海淀区中关村营业部") == read_place("北京市海淀区营业部")


@given(
    st.text("杭州北京市区县路号站店【】[]到达离开发往由，,:： 签收人张敏1390", max_size=40),
    st.sampled_from(["张敏", "13905463840", "8-2-1034", "5号楼1201室"]),
)
def test_no_word_outside_the_table_and_the_kinds_is_ever_shown(text: str, secret: str) -> None:
    kinds = [word for _pattern, word in _KINDS]
    for place in places_of(f"{text}{secret}{text}"):
        if place is None:
            continue
        assert areas_named(place.city)
        assert place.kind in (*kinds, "")
        assert not place.district or areas_named(place.district)


@pytest.mark.parametrize(("text", "secrets"), HIDDEN)
def test_nothing_that_belongs_to_a_person_is_taken_for_a_place(
    text: str, secrets: list[str]
) -> None:
    answers = " ".join(place.name for place in (*places_of(text), read_place(text)) if place)
    assert not [secret for secret in secrets if secret in answers], answers


@pytest.mark.skipif(
    not CASES.is_dir(), reason="the folder of shared cases is not beside this clone"
)
def test_real_scans_keep_their_city() -> None:
    """At least 95 % of the scans that name a city, here and in the fields beside the text."""
    named, located = 0, 0
    for path in CASES.glob("tracking/kuaidi100_[pq]*"):
        raw: dict[str, Any] = json.loads(path.read_text())
        whole = raw.get("lastResult", raw)
        for row in read_document(path.read_bytes(), local_zone()).rows:
            if not _names_a_city(row.text):
                continue
            named += 1
            located += any([*places_of(row.text), read_place(row.place), read_place(row.city)])
        assert whole
    assert named > 40 and located >= 0.95 * named


def _names_a_city(text: str) -> bool:
    pieces = {text[at : at + size] for at in range(len(text)) for size in (2, 3, 4)}
    return any(area.is_city for piece in pieces for area in areas_named(piece))
