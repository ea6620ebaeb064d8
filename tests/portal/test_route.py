"""The route line: at most four stops, and never a place the shipment has not been."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.portal.route import Stop, route_stops

CITIES = st.lists(st.sampled_from(["杭州", "嘉兴", "上海", "苏州", "南京", "", " "]), max_size=12)


def looks(stops: list[Stop]) -> list[tuple[str, str]]:
    return [(stop.name, stop.look) for stop in stops]


@pytest.mark.parametrize(
    ("cities", "picked_up", "arrived", "line"),
    [
        ([], False, False, [("杭州", "here"), ("南京", "")]),
        (["杭州"], True, False, [("杭州", "passed here"), ("南京", "")]),
        (
            ["杭州", "嘉兴"],
            True,
            False,
            [("杭州", "passed"), ("嘉兴", "passed here"), ("南京", "")],
        ),
        (
            ["杭州", "嘉兴", "嘉兴", "上海"],
            True,
            False,
            [("杭州", "passed"), ("嘉兴", "passed"), ("上海", "passed here"), ("南京", "")],
        ),
        (
            ["杭州", "嘉兴", "上海", "苏州"],
            True,
            False,
            [("杭州", "passed"), ("···", "passed"), ("苏州", "passed here"), ("南京", "")],
        ),
        (
            ["杭州", "上海", "南京"],
            True,
            False,
            [("杭州", "passed"), ("上海", "passed"), ("南京", "passed here")],
        ),
        (["杭州"], True, True, [("杭州", "passed"), ("南京", "passed here")]),
    ],
)
def test_lines(
    cities: list[str], picked_up: bool, arrived: bool, line: list[tuple[str, str]]
) -> None:
    stops = route_stops("杭州", "南京", cities, picked_up=picked_up, arrived=arrived)
    assert looks(stops) == line


def test_what_is_left_out_is_counted() -> None:
    with translation.override("en"):
        stops = route_stops("杭州", "南京", ["嘉兴", "上海", "苏州"], picked_up=True, arrived=False)
    assert stops[1].note == "2 stops"


def test_unknown_ends_still_have_a_name() -> None:
    with translation.override("en"):
        assert [s.name for s in route_stops("", "", [], picked_up=False, arrived=False)] == [
            "Sender",
            "Consignee",
        ]


@given(
    CITIES,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["杭州", ""]),
    st.sampled_from(["南京", ""]),
)
def test_the_line_holds_together(
    cities: list[str], picked_up: bool, arrived: bool, origin: str, destination: str
) -> None:
    stops = route_stops(origin, destination, cities, picked_up=picked_up, arrived=arrived)
    assert 2 <= len(stops) <= 4
    assert [stop for stop in stops if "here" in stop.look] and all(stop.name for stop in stops)
    passed = ["passed" in stop.look for stop in stops]
    assert passed == sorted(passed, reverse=True)
