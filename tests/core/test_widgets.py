"""Our select says what Django's own says."""

import re
from typing import Any

import pytest
from django import forms

from apps.core.widgets import PlainSelect

CHOICES: list[Any] = [
    ("", "—"),
    (1, 'A & "B"'),
    ("x<y", "<b>bold</b>"),
    ("Group", [("g1", "one"), ("g2", "two")]),
]


def options(html: str) -> list[Any]:
    return re.findall(r"<(select|optgroup|option)\s*([^>]*?)\s*>([^<]*)", " ".join(html.split()))


@pytest.mark.parametrize("value", ["", None, 1, "1", "x<y", "g2", "gone"])
def test_it_renders_what_the_usual_select_renders(value: Any) -> None:
    given = {"id": "id_who", "required": True, "disabled": False, "class": "wide"}
    ours = PlainSelect(choices=CHOICES).render("who", value, attrs=given)
    theirs = forms.Select(choices=CHOICES).render("who", value, attrs=given)
    for one, other in zip(options(ours), options(theirs), strict=True):
        assert one[0] == other[0] and one[2].strip() == other[2].strip()
        assert sorted(one[1].split(" ")) == sorted(other[1].split(" "))
