"""Pictures of a few numbers: what is drawn is in proportion, and every number stands beside it."""

import re
from itertools import pairwise

import pytest
from django.template import Context, Template

from apps.backoffice.figures import (
    LABEL,
    PLOT,
    STRIPE,
    WIDTH,
    Figure,
    Shape,
    Value,
    columns,
    rows,
    share,
)

pytestmark = pytest.mark.requirement("REP-1")


def values(*counts: int) -> list[Value]:
    return [Value(f"v{n}", count, f"/rows/{n}") for n, count in enumerate(counts)]


def figure(shape: Shape, *counts: int) -> Figure:
    return Figure("one", "Title", shape, "Hour", "Clocks", "Nothing.", values(*counts))


def drawn(one: Figure) -> str:
    return Template("{% load figures %}{% figure one %}").render(Context({"one": one}))


def test_columns_are_as_high_as_their_numbers() -> None:
    first, none, last = columns(values(10, 0, 5))
    assert (none.height, none.y) == (0, PLOT)
    assert abs(first.height - 2 * last.height) <= 1
    assert first.x < none.x < last.x
    assert all(mark.x >= 0 and mark.x + mark.width <= WIDTH for mark in (first, none, last))
    assert first.number_y > 0


def test_what_is_there_at_all_is_seen() -> None:
    small = columns(values(1, 1000))[0]
    assert small.height == 2
    assert rows(values(1000, 1))[1].width == 2
    tiny = share(values(9999, 1))[1]
    assert tiny.width == 3


def test_rows_leave_room_for_name_and_number() -> None:
    marks = rows(values(3, 30))
    assert all(mark.x == LABEL and mark.number_x + 20 <= WIDTH for mark in marks)
    assert marks[0].y + marks[0].height <= marks[1].y


@pytest.mark.parametrize("counts", [(1, 0), (0, 1), (1, 1), (9999, 1), (1, 9999), (3, 3, 3), (1,)])
def test_a_share_fills_its_bar(counts: tuple[int, ...]) -> None:
    marks = share(values(*counts))
    assert len(marks) == sum(1 for count in counts if count)
    assert marks[0].x == 0
    for one, following in pairwise(marks):
        assert one.x + one.width == following.x
    assert marks[-1].x + marks[-1].width == WIDTH
    assert all(mark.height == STRIPE and mark.width > 0 for mark in marks)


@pytest.mark.parametrize(("counts", "percent"), [((1, 0), 100), ((999, 1), 99), ((0, 2), 0)])
def test_all_means_all(counts: tuple[int, int], percent: int) -> None:
    assert figure(Shape.SHARE, *counts).percent == percent


@pytest.mark.parametrize("shape", list(Shape))
def test_every_number_stands_beside_and_leads_to_its_rows(shape: Shape) -> None:
    html = drawn(figure(shape, 4, 0, 7))
    assert re.search(r'role="img" aria-labelledby="figure-one-title figure-one-desc"', html)
    assert '<title id="figure-one-title">Title</title>' in html
    assert "v0: 4" in re.findall(r"<desc[^>]*>([^<]*)</desc>", html)[0]
    links = re.findall(r'<a href="([^"]+)" aria-label="v\d: (\d+)">(\d+)</a>', html)
    there = [("/rows/0", "4", "4"), ("/rows/2", "7", "7")]
    none = [("/rows/1", "0", "0")]
    assert links == (there if shape is not Shape.SHARE else [there[0], *none, there[1]])
    assert re.search(r'<tfoot>.*<td class="num">11</td>', html)
    # A policy for styles has nothing to refuse.
    assert "style=" not in html


def test_more_than_fit_are_in_the_table() -> None:
    many = Figure("one", "T", Shape.ROWS, "P", "C", "", values(*range(1, 21)), most=8)
    html = drawn(many)
    assert html.count("<rect") == 8
    assert html.count("<a href") == 20


def test_nothing_is_said_in_words() -> None:
    html = drawn(figure(Shape.COLUMNS, 0, 0))
    assert "Nothing." in html
    assert "<svg" not in html


@pytest.mark.parametrize(
    ("name", "drawn_name"),
    [
        ("王芳", "王芳"),
        ("欧阳娜娜子", "欧阳娜娜子"),
        ("阿卜杜勒克里木", "阿卜杜勒…"),
        ("Bart Simp", "Bart Simp"),
        ("Bartholomew Fitzgerald", "Bartholom…"),
    ],
)
def test_a_long_name_is_cut_in_the_picture_alone(name: str, drawn_name: str) -> None:
    html = drawn(Figure("one", "T", Shape.ROWS, "P", "C", "", [Value(name, 2)]))
    assert f">{drawn_name}</text>" in html
    assert f"{name}</th>" in html


def test_names_are_escaped() -> None:
    html = drawn(Figure("one", "T", Shape.ROWS, "P", "C", "", [Value("<b>Bo</b>", 2)]))
    assert "<b>" not in html
    assert "&lt;b&gt;Bo&lt;/b&gt;</th>" in html
