"""How long something took, as it is read."""

from datetime import timedelta

import pytest
from django.utils import translation

from apps.core.templatetags import formatting
from apps.core.times import span


@pytest.mark.parametrize(
    ("took", "english", "chinese"),
    [
        (timedelta(minutes=35), "35 min", "35 分钟"),
        (timedelta(hours=8), "8 h", "8 小时"),
        (timedelta(hours=1, minutes=19, seconds=40), "1 h 20 min", "1 小时 20 分"),
        (timedelta(minutes=59, seconds=40), "1 h", "1 小时"),
        (timedelta(days=3), "3 d", "3 天"),
        (timedelta(days=2, hours=5, minutes=20), "2 d 5 h", "2 天 5 小时"),
        (timedelta(0), "0 min", "0 分钟"),
    ],
)
def test_a_span_in_both_languages(took: timedelta, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert span(took) == english
    with translation.override("zh-hans"):
        assert span(took) == chinese


def test_nothing_is_a_dash_on_pages() -> None:
    assert span(None) == ""
    assert formatting.span(None) == "—"
