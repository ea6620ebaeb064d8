"""The table of areas after GB/T 2260."""

import pytest

from apps.core.areas import Level, area_of, areas_named, short_name


def test_a_code_leads_to_its_area_and_its_city() -> None:
    area = area_of("440113")
    assert area is not None
    assert (area.name, area.short, area.level) == ("番禺区", "番禺", Level.DISTRICT)
    assert (area.city_code, area.province_code) == ("440100", "440000")
    assert area_of("000000") is None


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("杭州", "330100"),
        ("杭州市", "330100"),
        ("上海", "310000"),
        ("浦东新区", "310000"),
        ("仙桃市", "429004"),
        ("恩施土家族苗族自治州", "422800"),
        ("东莞", "441900"),
        ("香港", "810000"),
    ],
)
def test_names_lead_to_cities(name: str, city: str) -> None:
    assert [area.city_code for area in areas_named(name)] == [city]


def test_some_names_stand_in_several_cities_and_most_words_in_none() -> None:
    assert len(areas_named("朝阳区")) > 1
    assert areas_named("签收") == () and areas_named("") == ()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("延边朝鲜族自治州", "延边"),
        ("大兴安岭地区", "大兴安岭"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("沙县", "沙县"),
        ("神农架林区", "神农架"),
        ("浦东新区", "浦东"),
    ],
)
def test_everyday_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_every_province_has_its_code_and_no_code_stands_twice() -> None:
    provinces = [a for code in range(11, 83) if (a := area_of(f"{code}0000"))]
    assert len(provinces) == 34
