"""Text from outside that has to be kept. No database."""

from hypothesis import given
from hypothesis import strategies as st

from apps.core.text import keepable


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_comes_can_be_kept_and_good_text_stays_as_it_is(text: str) -> None:
    storable = keepable(text)
    assert "\x00" not in storable and len(storable) == len(text)
    assert storable.encode().decode() == storable
    if text.isprintable():
        assert storable == text


def test_what_is_no_text_becomes_one() -> None:
    assert keepable(7) == "7" and keepable("a\ud800\x00") == "a\ufffd\ufffd"
