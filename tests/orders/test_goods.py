"""Prohibited goods: the lists that are seeded and the finding of words (ORD-2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput
from apps.orders import services
from apps.orders.models import HarmlessTerm, ProhibitedList, ProhibitedTerm
from apps.orders.queries import goods_book
from apps.orders.rules import GoodsBook, ListedWord, check_goods
from apps.orders.rules.goods import fold

DAY = date(2026, 3, 21)


def listed(word: str, scope: str = "all") -> ListedWord:
    return ListedWord(word, word, f"list-{word}", "清单", "List", scope, "危险", "Danger", "规定")


def book(*words: ListedWord, harmless: tuple[str, ...] = ()) -> GoodsBook:
    return GoodsBook(day=DAY, words=words, harmless=harmless)


LIGHTERS = book(
    listed("打火机"), listed("gun"), listed("lithium battery"), harmless=("打火机模具",)
)


@pytest.mark.requirement("ORD-2")
@pytest.mark.parametrize(
    "name",
    [
        "打火机",
        "一次性打火机礼盒",
        "打 火 机",
        "打-火-机",
        "打\u200b火机",
        "打火機",
        "Toy GUN",
        "ｇｕｎ",
        "guns",
        "塑料gun玩具",
        "Lithium  Batteries",
        "lithium-battery pack",
        "打火机模具和打火机",
    ],
)
def test_a_prohibited_word_is_found_however_it_is_written(name: str) -> None:
    assert LIGHTERS.matches(name)


@pytest.mark.parametrize("name", ["begun", "gunwale", "打火机模具", "打火", "服装", "", "🎁"])
def test_what_only_looks_like_it_is_left_alone(name: str) -> None:
    assert not LIGHTERS.matches(name)


@pytest.mark.requirement("ORD-2")
@given(before=st.text(max_size=10), after=st.text(max_size=10))
def test_a_chinese_word_is_found_inside_any_longer_name(before: str, after: str) -> None:
    assert book(listed("鞭炮")).matches(f"{before}鞭炮{after}")


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="打火机枪 -gunabc一服", max_size=20))
def test_case_width_and_spaces_never_matter(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in text)
    found = [w.word for w in LIGHTERS.matches(text)]
    assert [w.word for w in LIGHTERS.matches(text.upper())] == found
    assert [w.word for w in LIGHTERS.matches(wide)] == found


@pytest.mark.parametrize(
    ("scope", "mode", "blocks"),
    [
        ("all", "road", True),
        ("air", "road", False),
        ("air", "air", True),
        ("air", "rail", False),
        ("rail", "rail", True),
        ("rail", "air", False),
    ],
)
def test_a_list_blocks_its_own_transport(scope: str, mode: str, blocks: bool) -> None:
    (finding,) = check_goods(book(listed("干冰", scope)), "干冰", mode)
    assert finding.blocks is blocks


@pytest.mark.django_db
@pytest.mark.requirement("ORD-2")
@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [
        ("打火机", "road", "p04-gases"),
        ("香水", "road", "p05-flammable-liquids"),
        ("医用酒精 500ml", "road", "p05-flammable-liquids"),
        ("鞭炮", "road", "p03-explosives"),
        ("汽油", "road", "p05-flammable-liquids"),
        ("白磷", "road", "p06-flammable-solids"),
        ("定型喷雾", "road", "p04-gases"),
        ("指甲油套装", "road", "p05-flammable-liquids"),
        ("充电宝 20000mAh", "air", "air-lithium"),
        ("充电宝", "rail", "rail-flammables"),
        ("生鲜干冰箱", "air", "air-dry-ice"),
        ("perfume samples", "road", "p05-flammable-liquids"),
    ],
)
def test_everyday_words_are_on_the_seeded_lists(name: str, mode: str, code: str) -> None:
    found = check_goods(goods_book(DAY), name, mode)
    assert code in {f.entry.list_code for f in found if f.blocks}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "服装",
        "酒店用品",
        "酒精灯架",
        "镭射膜",
        "文件",
        "皮鞋",
        "机械配件",
        "图书",
        "茶叶",
        "玻璃酒杯",
    ],
)
def test_ordinary_goods_travel_freely(name: str) -> None:
    assert [f for f in check_goods(goods_book(DAY), name, "air") if f.blocks] == []


@pytest.mark.django_db
@pytest.mark.requirement("ORD-2")
def test_the_nineteen_classes_and_the_air_and_rail_lists_are_there() -> None:
    scopes = list(ProhibitedList.objects.values_list("applies_to", flat=True))
    assert scopes.count("all") == 19 and "air" in scopes and "rail" in scopes
    assert not ProhibitedList.objects.filter(source="").exists()


@pytest.mark.django_db
@pytest.mark.requirement("ORD-2")
def test_staff_change_the_lists_and_the_change_counts_at_once() -> None:
    from django.utils import timezone

    from apps.events.models import Event
    from tests.factories.accounts import UserFactory

    by, at = UserFactory(), timezone.now()
    lists = ProhibitedList.objects.get(code="p19-others")
    services.save_row(ProhibitedTerm(goods_list=lists, term="蓝鲸模型"), by=by, at=at)
    assert goods_book(DAY).matches("蓝鲸模型 1:50")
    services.save_row(HarmlessTerm(term="蓝鲸模型", why="玩具"), by=by, at=at)
    assert not goods_book(DAY).matches("蓝鲸模型 1:50")
    services.remove_row(HarmlessTerm.objects.get(term="蓝鲸模型"), by=by, at=at)
    lists.valid_to = DAY
    services.save_row(lists, by=by, at=at)
    assert not goods_book(DAY).matches("蓝鲸模型 1:50")
    assert Event.objects.filter(by=by).count() == 4
    with pytest.raises(BadInput):
        services.save_row(HarmlessTerm(term="", why=""), by=by, at=at)
